/** What JSON can say. Configuration that the model only carries along has this type. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * Mixed into nodes that mirror an upstream message. `extra` holds, in protojson form with camelCase names, the fields that this model has
 * no place for and those that the source set to their default, so that an export says all that the source said. The engine never reads it.
 */
export interface WithExtra {
  readonly extra?: JsonObject;
}
