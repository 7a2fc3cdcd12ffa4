/** Header mutations. envoyproxy/envoy api/envoy/config/core/v3/base.proto HeaderValueOption */

export type HeaderAppendAction =
  | 'APPEND_IF_EXISTS_OR_ADD'
  | 'ADD_IF_ABSENT'
  | 'OVERWRITE_IF_EXISTS_OR_ADD'
  | 'OVERWRITE_IF_EXISTS';

export interface HeaderValueOption {
  readonly key: string;
  readonly value: string;
  readonly appendAction: HeaderAppendAction;
  readonly keepEmptyValue: boolean;
}

/** Mutations of one level (route, virtual host, route configuration, weighted cluster). Removal comes first. */
export interface HeaderMutations {
  readonly requestToAdd: readonly HeaderValueOption[];
  readonly requestToRemove: readonly string[];
  readonly responseToAdd: readonly HeaderValueOption[];
  readonly responseToRemove: readonly string[];
}

export const NO_HEADER_MUTATIONS: HeaderMutations = {
  requestToAdd: [],
  requestToRemove: [],
  responseToAdd: [],
  responseToRemove: [],
};
