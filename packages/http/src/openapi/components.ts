// The schemas of the document. One with a title is a component, and is referred to by that name wherever it is used.
import type { Schema } from './operation.ts';

export class Components {
  readonly schemas: Record<string, unknown> = {};

  /** The schema as JSON Schema 2020-12, with references. Throws an error for two schemas of the same title. */
  refer(schema: Schema): unknown {
    const { title } = schema;
    if (typeof title !== 'string') return this.#convert(schema);
    const { nullable, ...named } = schema;
    const converted = this.#convert(named);
    const known = this.schemas[title];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(converted)) {
      throw new Error(`Two schemas have the title ${title}.`);
    }
    this.schemas[title] = converted;
    const reference = { $ref: `#/components/schemas/${title}` };
    return nullable === true ? { anyOf: [reference, { type: 'null' }] } : reference;
  }

  #convert({ nullable, ...schema }: Schema): Schema {
    const converted: Record<string, unknown> = Object.fromEntries(
      Object.entries(schema).map(([keyword, value]) => [keyword, this.#convertKeyword(keyword, value)]),
    );
    if (nullable === true) converted.type = [schema.type, 'null'];
    if (Array.isArray(schema.required) && schema.required.length === 0) delete converted.required;
    return converted;
  }

  #convertKeyword(keyword: string, value: unknown): unknown {
    if (keyword === 'items') return this.refer(value as Schema);
    if (keyword === 'additionalProperties' && typeof value === 'object') return this.refer(value as Schema);
    if (keyword === 'properties') {
      return Object.fromEntries(
        Object.entries(value as Record<string, Schema>).map(([name, schema]) => [name, this.refer(schema)]),
      );
    }
    return value;
  }
}
