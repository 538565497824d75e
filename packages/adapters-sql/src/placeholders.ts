// Placeholders of prepared statements. drizzle encodes a value as its column wants it only if the column comes with it.
import { and, type Column, eq, getTableColumns, type Placeholder, type SQL, sql, type Table } from 'drizzle-orm';

/** The placeholder `name`, encoded as `column`. */
export const given = (name: string, column: Column): SQL => sql`${sql.param(sql.placeholder(name), column)}`;

/** A whole row to insert: one placeholder per column, named like the property. */
export const givenRow = <T extends Table>(table: T): { [Property in keyof T['$inferSelect']]: Placeholder } =>
  Object.fromEntries(Object.keys(getTableColumns(table)).map((name) => [name, sql.placeholder(name)])) as {
    [Property in keyof T['$inferSelect']]: Placeholder;
  };

export interface Selection {
  readonly clientId?: string;
  readonly subject?: string;
}

/** The rows of a client, of a subject, or of both together; naming neither means no row, never every row. */
export const belongsTo = (of: Selection, table: { clientId: Column; subject: Column }): SQL => {
  const client = of.clientId === undefined ? undefined : eq(table.clientId, of.clientId);
  const subject = of.subject === undefined ? undefined : eq(table.subject, of.subject);
  return and(client, subject) ?? sql`1 = 0`;
};
