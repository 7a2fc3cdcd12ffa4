const keys = new WeakMap<object, string>();

/** Equal texts mean equal content. Resources are immutable, so the text of each is made once. */
export function contentKey(resource: object): string {
  const known = keys.get(resource);
  if (known !== undefined) return known;
  const key = JSON.stringify(resource);
  keys.set(resource, key);
  return key;
}

export function sameContent(a: object | undefined, b: object | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && contentKey(a) === contentKey(b);
}
