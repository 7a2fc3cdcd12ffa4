/**
 * Matchers shared by routes, RBAC and fault rules.
 * envoyproxy/envoy api/envoy/type/matcher/v3/{string,value,path}.proto, api/envoy/config/route/v3/route_components.proto
 */

export type StringMatcher =
  | { readonly kind: 'exact'; readonly value: string; readonly ignoreCase: boolean }
  | { readonly kind: 'prefix'; readonly value: string; readonly ignoreCase: boolean }
  | { readonly kind: 'suffix'; readonly value: string; readonly ignoreCase: boolean }
  | { readonly kind: 'contains'; readonly value: string; readonly ignoreCase: boolean }
  /** RE2 syntax; the whole value must match. */
  | { readonly kind: 'safeRegex'; readonly regex: string };

export type HeaderMatchSpecifier =
  | { readonly kind: 'string'; readonly match: StringMatcher }
  /** A base-10 integer in [start, end). */
  | { readonly kind: 'range'; readonly start: number; readonly end: number }
  | { readonly kind: 'present'; readonly present: boolean };

/** Names are lower-case. Several values of one header are matched joined with ",". */
export interface HeaderMatcher {
  readonly name: string;
  /** The name as the source spells it, where that is not lower-case; only the exporter reads it. */
  readonly sourceName?: string;
  readonly match: HeaderMatchSpecifier;
  readonly invertMatch: boolean;
  readonly treatMissingHeaderAsEmpty: boolean;
}

export interface QueryParameterMatcher {
  readonly name: string;
  readonly match:
    | { readonly kind: 'string'; readonly match: StringMatcher }
    | { readonly kind: 'present'; readonly present: boolean };
}

/** envoyproxy/envoy api/envoy/type/v3/percent.proto FractionalPercent: an exact ratio, so that draws are integer comparisons. */
export interface FractionalPercent {
  readonly numerator: number;
  readonly denominator: 100 | 10_000 | 1_000_000;
}

export interface CidrRange {
  readonly addressPrefix: string;
  readonly prefixLen: number;
}

export type PathMatcher =
  | { readonly kind: 'prefix'; readonly value: string; readonly caseSensitive: boolean }
  | { readonly kind: 'path'; readonly value: string; readonly caseSensitive: boolean }
  | { readonly kind: 'pathSeparatedPrefix'; readonly value: string; readonly caseSensitive: boolean }
  | { readonly kind: 'safeRegex'; readonly regex: string }
  /** envoy.path.match.uri_template pattern. */
  | { readonly kind: 'uriTemplate'; readonly template: string }
  | { readonly kind: 'connect' };

export interface MetadataMatcher {
  readonly filter: string;
  readonly path: readonly string[];
  readonly value: MetadataValueMatcher;
  readonly invert: boolean;
}

export type FilterStateMatcher =
  | { readonly kind: 'string'; readonly key: string; readonly match: StringMatcher }
  | {
      readonly kind: 'address';
      readonly key: string;
      readonly ranges: readonly CidrRange[];
      readonly invertMatch: boolean;
    };

export type MetadataValueMatcher =
  | { readonly kind: 'string'; readonly match: StringMatcher }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'doubleExact'; readonly value: number }
  | { readonly kind: 'double'; readonly min: number; readonly maxExclusive: number }
  | { readonly kind: 'present'; readonly present: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'listOneOf'; readonly match: MetadataValueMatcher }
  | { readonly kind: 'or'; readonly any: readonly MetadataValueMatcher[] };
