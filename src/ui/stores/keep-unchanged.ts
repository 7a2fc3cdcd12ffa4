/** A map by id in which every item that equals its predecessor is its predecessor, so that whoever shows it does not render. */
export function keepUnchanged<T extends { readonly id: string }>(
  items: readonly T[],
  previous: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  return new Map(
    items.map((item) => {
      const known = previous.get(item.id);
      return [item.id, known !== undefined && JSON.stringify(known) === JSON.stringify(item) ? known : item];
    }),
  );
}
