// JSON members of the 2018 API: every one is optional, and null counts as absent.
import Type, { type Static, type TOptional, type TSchema, type TUnsafe } from 'typebox';

/** Ajv's `nullable` keeps its messages about the member itself; a union would report each branch. */
export const nullable = <T extends TSchema>(schema: T): TOptional<TUnsafe<Static<T> | null>> =>
  Type.Optional(Type.Unsafe<Static<T> | null>({ ...schema, nullable: true }));

/** Seconds, or a number that only travels through. 10 digits keep every sum with a time of day far from overflow. */
export const integer = Type.Integer({ minimum: -9_999_999_999, maximum: 9_999_999_999 });
