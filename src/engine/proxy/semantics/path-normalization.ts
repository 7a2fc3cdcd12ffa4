import type { HttpConnectionManager } from '../../../xds';

export type PathNormalization =
  | { readonly kind: 'continue'; readonly path: string }
  /** 307 to the unescaped path. */
  | { readonly kind: 'redirect'; readonly path: string }
  /** 400 path_normalization_failed. */
  | { readonly kind: 'reject' };

export type PathOptions = Pick<
  HttpConnectionManager,
  'normalizePath' | 'mergeSlashes' | 'pathWithEscapedSlashesAction'
>;

function splitQuery(path: string): readonly [string, string] {
  const at = path.indexOf('?');
  return at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at)];
}

// envoyproxy/envoy source/common/http/path_utility.cc PathUtil::mergeSlashes
export function mergeSlashes(path: string): string {
  const [only, query] = splitQuery(path);
  if (!only.includes('//')) return path;
  const joined = only
    .split('/')
    .filter((segment) => segment !== '')
    .join('/');
  return `${only.startsWith('/') ? '/' : ''}${joined}${only.endsWith('/') ? '/' : ''}${query}`;
}

// envoyproxy/envoy source/common/http/path_utility.cc PathUtil::unescapeSlashes
export function unescapeSlashes(path: string): string {
  const [only, query] = splitQuery(path);
  return only.replace(/%2f/gi, '/').replace(/%5c/gi, '\\') + query;
}

/** Characters that a canonical path carries unescaped although they may arrive escaped. */
const UNRESERVED = /[A-Za-z0-9\-._~]/;

/** Escaped letters, digits and marks are unescaped, other escapes stay as they are. Undefined where an escape is malformed or NUL. */
function canonicalEscapes(path: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})|%00/.test(path)) return undefined;
  return path.replace(/%([0-9a-fA-F]{2})/g, (sequence, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return UNRESERVED.test(character) ? character : sequence;
  });
}

/** Resolves "." and ".." segments; a backslash counts as a slash. */
function removeDotSegments(path: string): string {
  const output: string[] = [];
  const segments = path.replace(/\\/g, '/').split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === '..') output.pop();
    else if (segment !== '.') output.push(segment);
    if (last && (segment === '.' || segment === '..')) output.push('');
  }
  return `/${output.join('/')}`;
}

/** RFC 3986 normalisation of the path part; undefined when the path is not valid. */
// envoyproxy/envoy source/common/http/path_utility.cc PathUtil::canonicalPath
export function canonicalPath(path: string): string | undefined {
  const [only, query] = splitQuery(path);
  const unescaped = canonicalEscapes(only);
  return unescaped === undefined ? undefined : removeDotSegments(unescaped) + query;
}

/** What happens to the path of a request before routing. */
// envoyproxy/envoy source/common/http/conn_manager_utility.cc maybeNormalizePath
export function normalizePath(options: PathOptions, requestPath: string): PathNormalization {
  if (requestPath === '') return { kind: 'continue', path: requestPath };
  // A fragment must not be sent to a server.
  if (requestPath.includes('#')) return { kind: 'reject' };
  let path = requestPath;
  let redirect = false;
  const action = options.pathWithEscapedSlashesAction;
  if (action !== 'KEEP_UNCHANGED' && action !== 'IMPLEMENTATION_SPECIFIC_DEFAULT') {
    const unescaped = unescapeSlashes(path);
    if (unescaped !== path && action === 'REJECT_REQUEST') return { kind: 'reject' };
    redirect = unescaped !== path && action === 'UNESCAPE_AND_REDIRECT';
    path = unescaped;
  }
  if (options.normalizePath) {
    const canonical = canonicalPath(path);
    if (canonical === undefined) return { kind: 'reject' };
    path = canonical;
  }
  if (options.mergeSlashes) path = mergeSlashes(path);
  return redirect ? { kind: 'redirect', path } : { kind: 'continue', path };
}
