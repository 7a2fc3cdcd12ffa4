import type { JsonObject, JsonValue, StringMatcher } from '../../../xds';
import { cidrContains, compileCidr, parseAddress } from './cidr';
import { refuse } from './config-error';
import { compileStringMatcher, matchString } from './matchers';

/**
 * The unified matcher API: trees of inputs and values that end in actions. Configuration comes as protojson of
 * xds.type.matcher.v3.Matcher. envoyproxy/envoy source/common/matcher/matcher.h
 */

/** Reads one value of the data; undefined when there is none. */
export type MatcherInput<Data> = (data: Data) => string | undefined;

/** An extension as it is configured. */
export interface TypedExtension {
  readonly name: string;
  /** Full message name without `type.googleapis.com/`. */
  readonly type: string;
  readonly config: JsonObject;
}

export interface MatcherExtensions<Data, Action> {
  readonly input: (extension: TypedExtension) => MatcherInput<Data>;
  readonly action: (extension: TypedExtension) => Action;
}

/** Gives the action for the data, or undefined when nothing matches. */
export type CompiledMatcher<Data, Action> = (data: Data) => Action | undefined;

type Predicate<Data> = (data: Data) => boolean;

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase());
}

/** A field by its camelCase name, however the source spells it. */
function field(message: JsonObject, name: string): JsonValue | undefined {
  if (Object.hasOwn(message, name)) return message[name];
  for (const key of Object.keys(message)) if (camelCase(key) === name) return message[key];
  return undefined;
}

function message(parent: JsonObject, name: string): JsonObject | undefined {
  const value = field(parent, name);
  return isObject(value) ? value : undefined;
}

/** Elements of a repeated message field; a single message counts as a list of one. */
function messages(parent: JsonObject, name: string): readonly JsonObject[] {
  const value = field(parent, name);
  const list = isList(value) ? value : [value];
  return list.filter(isObject);
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function text(parent: JsonObject, name: string): string {
  const value = field(parent, name);
  return typeof value === 'string' ? value : '';
}

function extensionOf(value: JsonObject | undefined): TypedExtension {
  const config = value === undefined ? undefined : message(value, 'typedConfig');
  const url = config === undefined ? '' : text(config, '@type');
  return {
    name: value === undefined ? '' : text(value, 'name'),
    type: url.slice(url.lastIndexOf('/') + 1),
    config: config ?? {},
  };
}

export function refuseExtension({ name, type }: TypedExtension): never {
  return refuse(`Didn't find a registered implementation for '${name}' with type URL: '${type}'`);
}

function stringMatcherOf(json: JsonObject): StringMatcher {
  const ignoreCase = field(json, 'ignoreCase') === true;
  for (const kind of ['exact', 'prefix', 'suffix', 'contains'] as const) {
    const value = field(json, kind);
    if (typeof value === 'string') return { kind, value, ignoreCase };
  }
  return { kind: 'safeRegex', regex: text(message(json, 'safeRegex') ?? {}, 'regex') };
}

class MatcherCompiler<Data, Action> {
  private readonly extensions: MatcherExtensions<Data, Action>;

  constructor(extensions: MatcherExtensions<Data, Action>) {
    this.extensions = extensions;
  }

  matcher(json: JsonObject): CompiledMatcher<Data, Action> {
    const otherwise = this.optionalOnMatch(message(json, 'onNoMatch'));
    const list = message(json, 'matcherList');
    if (list !== undefined) return this.list(list, otherwise);
    const tree = message(json, 'matcherTree');
    return tree === undefined ? otherwise : this.tree(tree, otherwise);
  }

  private optionalOnMatch(json: JsonObject | undefined): CompiledMatcher<Data, Action> {
    return json === undefined ? () => undefined : this.onMatch(json);
  }

  /** With `keep_matching` a match does not end the search. */
  // envoyproxy/envoy envoy/matcher/matcher.h MatchTree::handleRecursionAndSkips
  private onMatch(json: JsonObject): CompiledMatcher<Data, Action> {
    const nested = message(json, 'matcher');
    const compiled = nested === undefined ? this.action(message(json, 'action')) : this.matcher(nested);
    return field(json, 'keepMatching') === true ? () => undefined : compiled;
  }

  private action(json: JsonObject | undefined): CompiledMatcher<Data, Action> {
    if (json === undefined) return () => undefined;
    const action = this.extensions.action(extensionOf(json));
    return () => action;
  }

  /** The first predicate that holds and whose own tree finds something. */
  // envoyproxy/envoy source/common/matcher/list_matcher.h
  private list(json: JsonObject, otherwise: CompiledMatcher<Data, Action>): CompiledMatcher<Data, Action> {
    const entries = messages(json, 'matchers').map((entry) => ({
      holds: this.predicate(message(entry, 'predicate') ?? {}),
      onMatch: this.optionalOnMatch(message(entry, 'onMatch')),
    }));
    return (data) => {
      for (const { holds, onMatch } of entries) {
        const found = holds(data) ? onMatch(data) : undefined;
        if (found !== undefined) return found;
      }
      return otherwise(data);
    };
  }

  private predicate(json: JsonObject): Predicate<Data> {
    const single = message(json, 'singlePredicate');
    if (single !== undefined) return this.singlePredicate(single);
    const negated = message(json, 'notMatcher');
    if (negated !== undefined) {
      const inner = this.predicate(negated);
      return (data) => !inner(data);
    }
    const all = message(json, 'andMatcher');
    const parts = messages(all ?? message(json, 'orMatcher') ?? {}, 'predicate').map((part) => this.predicate(part));
    return all === undefined ? (data) => parts.some((part) => part(data)) : (data) => parts.every((part) => part(data));
  }

  private singlePredicate(json: JsonObject): Predicate<Data> {
    const input = this.extensions.input(extensionOf(message(json, 'input')));
    const custom = message(json, 'customMatch');
    if (custom !== undefined) return refuseExtension(extensionOf(custom));
    const matcher = compileStringMatcher(stringMatcherOf(message(json, 'valueMatch') ?? {}));
    return (data) => {
      const value = input(data);
      return value !== undefined && matchString(matcher, value);
    };
  }

  private tree(json: JsonObject, otherwise: CompiledMatcher<Data, Action>): CompiledMatcher<Data, Action> {
    const input = this.extensions.input(extensionOf(message(json, 'input')));
    const candidates = this.treeCandidates(json);
    return (data) => {
      const value = input(data);
      for (const candidate of value === undefined ? [] : candidates(value)) {
        const found = candidate(data);
        if (found !== undefined) return found;
      }
      return otherwise(data);
    };
  }

  /** The branches of a tree that take a value, in the order in which they are tried. */
  private treeCandidates(json: JsonObject): (value: string) => readonly CompiledMatcher<Data, Action>[] {
    const exact = message(json, 'exactMatchMap');
    if (exact !== undefined) {
      const branches = this.branches(exact);
      return (value) => branches.filter(([key]) => key === value).map(([, branch]) => branch);
    }
    const prefix = message(json, 'prefixMatchMap');
    if (prefix !== undefined) {
      // envoyproxy/envoy source/common/matcher/prefix_map_matcher.h: longest first.
      const branches = [...this.branches(prefix)].sort(([a], [b]) => b.length - a.length);
      return (value) => branches.filter(([key]) => value.startsWith(key)).map(([, branch]) => branch);
    }
    const custom = extensionOf(message(json, 'customMatch'));
    return custom.type === 'xds.type.matcher.v3.IPMatcher' ? this.ipRanges(custom.config) : refuseExtension(custom);
  }

  private branches(json: JsonObject): readonly (readonly [string, CompiledMatcher<Data, Action>])[] {
    return Object.entries(message(json, 'map') ?? {}).map(
      ([key, onMatch]) => [key, this.optionalOnMatch(isObject(onMatch) ? onMatch : undefined)] as const,
    );
  }

  /** Longest prefix first, then order of declaration; an exclusive range only counts when nothing longer contains the address. */
  // envoyproxy/envoy source/extensions/common/matcher/ip_range_matcher.h
  private ipRanges(json: JsonObject): (value: string) => readonly CompiledMatcher<Data, Action>[] {
    const nodes = messages(json, 'rangeMatchers').flatMap((entry) => {
      const branch = this.optionalOnMatch(message(entry, 'onMatch'));
      const exclusive = field(entry, 'exclusive') === true;
      return messages(entry, 'ranges').map((range) => ({ cidr: compileCidr(cidrOf(range)), branch, exclusive }));
    });
    nodes.sort((a, b) => b.cidr.prefixLength - a.cidr.prefixLength);
    return (value) =>
      nodes
        .filter(({ cidr }) => cidrContains(cidr, value))
        .filter(({ exclusive }, index) => index === 0 || !exclusive)
        .map(({ branch }) => branch);
  }
}

function cidrOf(range: JsonObject): { readonly addressPrefix: string; readonly prefixLen: number } {
  const addressPrefix = text(range, 'addressPrefix');
  if (parseAddress(addressPrefix) === undefined) return refuse(`malformed IP address: ${addressPrefix}`);
  const prefixLen = field(range, 'prefixLen');
  return { addressPrefix, prefixLen: typeof prefixLen === 'number' ? prefixLen : 0 };
}

/** Compiles a tree; extensions that are not known are refused. */
export function compileMatcher<Data, Action>(
  json: JsonObject,
  extensions: MatcherExtensions<Data, Action>,
): CompiledMatcher<Data, Action> {
  return new MatcherCompiler(extensions).matcher(json);
}

/** The text of a google.protobuf.StringValue, as actions that name something carry it. */
export function stringValueOf(extension: TypedExtension): string {
  return text(extension.config, 'value');
}
