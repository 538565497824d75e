// JSON members of the 2018 API: every one is optional, and null counts as absent.
import Type, { type Static, type TOptional, type TSchema, type TUnsafe } from 'typebox';

/** Ajv's `nullable` keeps its messages about the member itself; a union would report each branch. */
export const nullable = <T extends TSchema>(schema: T): TOptional<TUnsafe<Static<T> | null>> =>
  Type.Optional(Type.Unsafe<Static<T> | null>({ ...schema, nullable: true }));

/** `description` is for the OpenAPI document. */
export const optionalText = (description: string) => nullable(Type.String({ description }));

export const optionalTexts = (description: string) => nullable(Type.Array(Type.String(), { description }));

export const optionalFlag = (description: string) => nullable(Type.Boolean({ description }));

export const optionalInteger = (description: string) => nullable(Type.Integer({ ...tenDigits, description }));

/** A sum of a 10-digit number and a time cannot overflow. */
const tenDigits = { minimum: -9_999_999_999, maximum: 9_999_999_999 };
