import type { Ns } from '../../../../base';
import type { DynamicMetadata, RequestView } from '../http-message';
import type { LocalReply } from '../local-reply';

/** What an HTTP filter decides about a request. */
export type FilterVerdict =
  /** The next filter goes on, with the request as the filter left it. */
  | {
      readonly kind: 'continue';
      readonly request: RequestView;
      /** Dynamic metadata to set, by filter name; undefined: none. */
      readonly metadata?: DynamicMetadata;
      /** The route has to be looked up again, because headers changed. */
      readonly clearRouteCache?: boolean;
    }
  | { readonly kind: 'localReply'; readonly reply: LocalReply }
  /** The filter chain pauses for that long and then asks the filter again. */
  | { readonly kind: 'wait'; readonly ns: Ns };

export function continueWith(request: RequestView): FilterVerdict {
  return { kind: 'continue', request };
}

export function replyLocally(reply: LocalReply): FilterVerdict {
  return { kind: 'localReply', reply };
}
