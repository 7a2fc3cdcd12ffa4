import { compareStrings } from '../../../../base';
import { type HeaderMutations, type HeaderValueOption, headerValueOption } from '../../../../xds';
import type { Headers } from '../../kinds';

/** Changes to headers, and the host that they amount to: `:authority` and `host` cannot be changed as headers. */
export interface HeaderChanges {
  readonly mutations: HeaderMutations;
  readonly authority: string;
}

type Values = Readonly<Record<string, string>> | undefined;

function isInternal(name: string): boolean {
  return name.startsWith(':') || name.toLowerCase() === 'host';
}

function authorityOf(values: Values): string {
  let authority = '';
  for (const [name, value] of Object.entries(values ?? {})) {
    const lower = name.toLowerCase();
    if (lower === ':authority' || lower === 'host') authority = value;
  }
  return authority;
}

function toOptions(values: Values, appendAction: HeaderValueOption['appendAction']): readonly HeaderValueOption[] {
  return Object.entries(values ?? {})
    .filter(([name]) => !isInternal(name))
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([name, value]) => headerValueOption(name, value, { appendAction }));
}

/** istio/istio pilot/pkg/networking/core/route/route.go (TranslateHeadersOperations) */
export function toHeaderChanges(headers: Headers): HeaderChanges {
  const { request, response } = headers;
  const set = authorityOf(request?.set);
  return {
    mutations: {
      requestToAdd: [
        ...toOptions(request?.set, 'OVERWRITE_IF_EXISTS_OR_ADD'),
        ...toOptions(request?.add, 'APPEND_IF_EXISTS_OR_ADD'),
      ],
      requestToRemove: (request?.remove ?? []).filter((name) => !isInternal(name)),
      responseToAdd: [
        ...toOptions(response?.set, 'OVERWRITE_IF_EXISTS_OR_ADD'),
        ...toOptions(response?.add, 'APPEND_IF_EXISTS_OR_ADD'),
      ],
      responseToRemove: (response?.remove ?? []).filter((name) => !isInternal(name)),
    },
    authority: set === '' ? authorityOf(request?.add) : set,
  };
}

export function concatMutations(first: HeaderMutations, second: HeaderMutations): HeaderMutations {
  return {
    requestToAdd: [...first.requestToAdd, ...second.requestToAdd],
    requestToRemove: [...first.requestToRemove, ...second.requestToRemove],
    responseToAdd: [...first.responseToAdd, ...second.responseToAdd],
    responseToRemove: [...first.responseToRemove, ...second.responseToRemove],
  };
}
