/** Names and values of headers. */

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;
const STRICT_HEADER_NAME = /^[-_A-Za-z0-9]+$/;
const PSEUDO_HEADERS: ReadonlySet<string> = new Set([':method', ':scheme', ':authority', ':path', ':status']);

/** The token of RFC 7230, and `*`. istio/istio pkg/config/validation/validation.go (ValidateCORSHTTPHeaderName) */
export function isCorsHeaderName(name: string): boolean {
  return name === '*' || HEADER_NAME.test(name);
}

/** istio/istio pkg/config/validation/validation.go (ValidateHTTPHeaderNameOrJwtClaimRoute), without its claims */
export function isMatchableHeaderName(name: string): boolean {
  return PSEUDO_HEADERS.has(name) || HEADER_NAME.test(name);
}

/** istio/istio pkg/config/validation/validation.go (ValidateStrictHTTPHeaderName) */
export function isStrictHeaderName(name: string): boolean {
  return STRICT_HEADER_NAME.test(name);
}

/** Kubernetes' rule for headers of probes. istio/istio pkg/config/validation/validation.go (ValidateProbeHeaderName) */
export function isProbeHeaderName(name: string): boolean {
  return /^[-A-Za-z0-9]+$/.test(name);
}

/** The header that names the host. istio/istio pkg/config/validation/virtualservice.go (isAuthorityHeader) */
export function isAuthorityHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === ':authority' || lower === 'host';
}

/** A header that a proxy must not change. istio/istio pkg/config/validation/virtualservice.go (isInternalHeader) */
export function isInternalHeader(name: string): boolean {
  return name.startsWith(':') || name.toLowerCase() === 'host';
}

type State =
  | 'literal'
  | 'variable'
  | 'expect-arguments'
  | 'expect-text'
  | 'text'
  | 'expect-comma-or-end'
  | 'expect-parenthesis'
  | 'expect-percent';

/** What one character does: the next state, `skip` to jump over the character after it, or undefined for an error. */
type Step = State | 'skip' | undefined;

function stepLiteral(character: string, next: string | undefined): Step {
  if (character !== '%') return 'literal';
  if (next === undefined) return undefined;
  return next === '%' ? 'skip' : 'variable';
}

function stepVariable(character: string): Step {
  if (character === '%') return 'literal';
  return character === '(' ? 'expect-arguments' : 'variable';
}

function stepText(character: string, next: string | undefined): Step {
  if (character === '\\') return next === undefined ? undefined : 'skip';
  if (character === ')') return 'expect-percent';
  return character === '"' ? 'expect-comma-or-end' : 'text';
}

/** States that skip spaces and else go on by the character. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, State>>>> = {
  'expect-text': { '"': 'text' },
  'expect-comma-or-end': { ',': 'expect-text', ']': 'expect-parenthesis' },
  'expect-parenthesis': { ')': 'expect-percent' },
  'expect-percent': { '%': 'literal' },
};

function step(state: State, character: string, next: string | undefined): Step {
  if (state === 'literal') return stepLiteral(character, next);
  if (state === 'variable') return stepVariable(character);
  if (state === 'text') return stepText(character, next);
  if (character === ' ') return state;
  if (state === 'expect-arguments') return character === '[' ? 'expect-text' : 'text';
  return EXPECTED[state]?.[character];
}

/** No control characters but the tab, and every `%VARIABLE(...)%` closed. istio/istio pkg/config/validation/header_value_validator.go */
export function isHeaderValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return false;
  }
  let state: State = 'literal';
  for (let i = 0; i < value.length; i++) {
    const next = step(state, value[i] ?? '', value[i + 1]);
    if (next === undefined) return false;
    if (next === 'skip') i += 1;
    else state = next;
  }
  return state === 'literal';
}
