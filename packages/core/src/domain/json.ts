// JSON values: what a consent app may put into a session, and what a store must give back unchanged.

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [member: string]: JsonValue | undefined;
}
