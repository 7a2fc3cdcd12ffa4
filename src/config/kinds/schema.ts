import { type Static, type TSchema, type TUnsafe, Unsafe } from 'typebox';

/**
 * A JSON Schema that carries the static type of what it admits. Every helper below returns one; the type is deeply
 * readonly, optional where the schema does not require the field, and present where the decoder fills in a default.
 */
export type Schema<T> = TUnsafe<T>;

/** A schema whose absent value is filled in when a resource is decoded. */
export type DefaultedSchema<T> = TUnsafe<T> & { readonly default: T };

/** The static type of a schema. */
export type TypeOf<S extends TSchema> = Static<S>;

type Fields = Readonly<Record<string, TUnsafe<unknown>>>;

type PresentKeys<F extends Fields, R extends PropertyKey> = {
  [K in keyof F]: K extends R ? K : F[K] extends { readonly default: unknown } ? K : never;
}[keyof F];

type Flatten<T> = { [K in keyof T]: T[K] } & {};

/** The type of an object with these fields, of which `R` must be written. */
export type ObjectType<F extends Fields, R extends PropertyKey = never> = Flatten<
  { readonly [K in PresentKeys<F, R>]: Static<F[K]> } & {
    readonly [K in Exclude<keyof F, PresentKeys<F, R>>]?: Static<F[K]>;
  }
>;

/** What every field may say about itself besides its type. */
export interface FieldNotes {
  readonly examples?: readonly unknown[];
  /** What to write instead; the editor strikes the field through and the decoder warns. */
  readonly deprecated?: string;
}

export interface TextOptions extends FieldNotes {
  /** Name of a check in `formats.ts`. */
  readonly format?: FormatName;
  /** Anchored by whoever writes it. Compiled once as an ECMAScript expression with the `u` flag. */
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Checks on strings that the decoder knows by name; see `formats.ts` for what each admits. */
export type FormatName =
  | 'duration'
  | 'span'
  | 'quantity'
  | 'ip'
  | 'cidr'
  | 'ip-or-cidr'
  | 'dns-label'
  | 'dns-subdomain'
  | 'label-key'
  | 'label-value'
  | 'percentage'
  | 'url'
  | 'timestamp'
  | 'base64';

/** Bounds are inclusive, `above` is exclusive. */
export interface NumberOptions extends FieldNotes {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  /** The only numbers that are admitted. */
  readonly values?: readonly number[];
}

export interface ListOptions extends FieldNotes {
  readonly min?: number;
  readonly max?: number;
}

export interface MapOptions extends FieldNotes {
  readonly min?: number;
  readonly max?: number;
  /** Check on the keys. */
  readonly keys?: FormatName;
}

export interface ObjectOptions<R extends string = never> extends FieldNotes {
  /** Fields that must be written. */
  readonly required?: readonly R[];
  /** Groups of fields of which at most one may be written: protobuf's `oneof`. */
  readonly atMostOne?: readonly (readonly string[])[];
  /** Groups of fields of which exactly one must be written. */
  readonly exactlyOne?: readonly (readonly string[])[];
  /** Keep fields that are not listed, as upstream does where it preserves unknown fields. */
  readonly open?: boolean;
  /** What an explicit `null` in here means, where that differs from the object around it. */
  readonly nullMeans?: 'absent' | 'wrong-type';
}

function notes(doc: string, options: FieldNotes | undefined): Record<string, unknown> {
  const result: Record<string, unknown> = { description: doc };
  if (options?.examples !== undefined) result['examples'] = options.examples;
  if (options?.deprecated !== undefined) result['deprecationMessage'] = options.deprecated;
  return result;
}

/** A string. */
export function text(doc: string, options?: TextOptions): Schema<string> {
  return Unsafe<string>({
    type: 'string',
    ...notes(doc, options),
    ...(options?.format === undefined ? {} : { format: options.format }),
    ...(options?.pattern === undefined ? {} : { pattern: options.pattern }),
    ...(options?.minLength === undefined ? {} : { minLength: options.minLength }),
    ...(options?.maxLength === undefined ? {} : { maxLength: options.maxLength }),
  });
}

export function bool(doc: string, options?: FieldNotes): Schema<boolean> {
  return Unsafe<boolean>({ type: 'boolean', ...notes(doc, options) });
}

function bounds(options: NumberOptions | undefined): Record<string, unknown> {
  return {
    ...(options?.min === undefined ? {} : { minimum: options.min }),
    ...(options?.max === undefined ? {} : { maximum: options.max }),
    ...(options?.above === undefined ? {} : { exclusiveMinimum: options.above }),
    ...(options?.values === undefined ? {} : { enum: options.values }),
  };
}

/** A whole number. */
export function integer(doc: string, options?: NumberOptions): Schema<number> {
  return Unsafe<number>({ type: 'integer', ...notes(doc, options), ...bounds(options) });
}

/** Any number, fractions included. */
export function number(doc: string, options?: NumberOptions): Schema<number> {
  return Unsafe<number>({ type: 'number', ...notes(doc, options), ...bounds(options) });
}

/** A TCP or UDP port, 1 to 65535 unless the options widen it. */
export function port(doc: string, options?: NumberOptions): Schema<number> {
  return integer(doc, { min: 1, max: 65535, ...options });
}

/** A number or a string, as a target port or a `maxSurge` is. */
export function intOrString(doc: string, options?: FieldNotes): Schema<number | string> {
  return Unsafe<number | string>({
    type: ['integer', 'string'],
    'x-kubernetes-int-or-string': true,
    ...notes(doc, options),
  });
}

/** A length of time as Go writes it: `250ms`, `1.5s`, `1h30m`. */
export function duration(doc: string, options?: TextOptions): Schema<string> {
  return text(doc, { format: 'duration', ...options });
}

/** A Kubernetes quantity: a number, or a string such as `100m`, `128Mi`. */
export function quantity(doc: string, options?: FieldNotes): Schema<number | string> {
  return Unsafe<number | string>({ type: ['string', 'number'], format: 'quantity', ...notes(doc, options) });
}

/** A range of addresses such as `10.0.0.0/8`. */
export function cidr(doc: string, options?: FieldNotes): Schema<string> {
  return text(doc, { format: 'cidr', ...options });
}

export interface ChoiceOptions extends FieldNotes {
  /** One sentence per value, shown by the editor's completion. */
  readonly docs?: Readonly<Record<string, string>>;
}

/** One of a fixed list of strings. */
export function choice<const V extends readonly string[]>(
  doc: string,
  values: V,
  options?: ChoiceOptions,
): Schema<V[number]> {
  const docs = options?.docs;
  return Unsafe<V[number]>({
    type: 'string',
    enum: [...values],
    ...notes(doc, options),
    ...(docs === undefined ? {} : { markdownEnumDescriptions: values.map((value) => docs[value] ?? '') }),
  });
}

export function list<T>(doc: string, items: Schema<T>, options?: ListOptions): Schema<readonly T[]> {
  return Unsafe<readonly T[]>({
    type: 'array',
    items,
    ...notes(doc, options),
    ...(options?.min === undefined ? {} : { minItems: options.min }),
    ...(options?.max === undefined ? {} : { maxItems: options.max }),
  });
}

/** An object with free keys and values of one type. */
export function map<T>(doc: string, values: Schema<T>, options?: MapOptions): Schema<Readonly<Record<string, T>>> {
  return Unsafe<Readonly<Record<string, T>>>({
    type: 'object',
    additionalProperties: values,
    ...notes(doc, options),
    ...(options?.min === undefined ? {} : { minProperties: options.min }),
    ...(options?.max === undefined ? {} : { maxProperties: options.max }),
    ...(options?.keys === undefined ? {} : { 'x-key-format': options.keys }),
  });
}

/** An object with known fields: optional unless required or defaulted, closed unless `open`. */
export function object<F extends Fields, const R extends keyof F & string = never>(
  doc: string,
  fields: F,
  options?: ObjectOptions<R>,
): Schema<ObjectType<F, R>> {
  return Unsafe<ObjectType<F, R>>({
    type: 'object',
    properties: fields,
    ...(options?.required === undefined || options.required.length === 0 ? {} : { required: [...options.required] }),
    ...(options?.open === true ? {} : { additionalProperties: false }),
    ...(options?.nullMeans === undefined ? {} : { 'x-null-means': options.nullMeans }),
    ...(options?.atMostOne === undefined ? {} : { 'x-at-most-one': options.atMostOne }),
    ...(options?.exactlyOne === undefined ? {} : { 'x-exactly-one': options.exactlyOne }),
    ...notes(doc, options),
  });
}

/** Any JSON at all; kept as written. */
export function anything(doc: string, options?: FieldNotes): Schema<unknown> {
  return Unsafe<unknown>({ 'x-kubernetes-preserve-unknown-fields': true, ...notes(doc, options) });
}

/** An object whose fields nobody checks; kept as written. */
export function openObject(doc: string, options?: FieldNotes): Schema<Readonly<Record<string, unknown>>> {
  return Unsafe<Readonly<Record<string, unknown>>>({
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    ...notes(doc, options),
  });
}

/**
 * One of several forms that differ in their JSON type (a string, or an object). The decoder takes the first form
 * whose type fits and reports that form's problems.
 */
export function either<A, B>(doc: string, forms: readonly [Schema<A>, Schema<B>], options?: FieldNotes): Schema<A | B> {
  return Unsafe<A | B>({ anyOf: [...forms], ...notes(doc, options) });
}

/** The same schema with other words, for types that several fields share. */
export function described<T>(doc: string, schema: Schema<T>): Schema<T> {
  return Unsafe<T>({ ...schema, description: doc });
}

/** A field that may be written as `null`, which means that it is not written. */
export function nullable<T>(schema: Schema<T>): Schema<T> {
  return Unsafe<T>({ ...schema, 'x-nullable': true });
}

/** Fills in `value` where the field is not written. The static type of the field is then present. */
export function withDefault<T>(schema: Schema<T>, value: T): DefaultedSchema<T> {
  return Object.assign(Unsafe<T>({ ...schema }), { default: value });
}
