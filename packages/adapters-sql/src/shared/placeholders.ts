// Placeholders of prepared statements. drizzle encodes a value for its column only if it is given the column.
import { and, type Column, eq, getTableColumns, type Placeholder, type SQL, sql, type Table } from 'drizzle-orm';

/** The placeholder `name`, encoded as `column`. */
export const given = (name: string, column: Column): SQL => sql`${sql.param(sql.placeholder(name), column)}`;

/** A whole row to insert: one placeholder per column, named like the property. */
export const givenRow = <T extends Table>(table: T): { [Property in keyof T['$inferSelect']]: Placeholder } =>
  Object.fromEntries(Object.keys(getTableColumns(table)).map((name) => [name, sql.placeholder(name)])) as {
    [Property in keyof T['$inferSelect']]: Placeholder;
  };

/**
 * Secondary conditions, written so that no index matches them. Otherwise a plan that Postgres made and kept while the table
 * was small might use the index on the client or on the expiry, which leads to nearly all rows.
 */
export const alsoAfter = (column: Column, than: SQL | Placeholder): SQL => sql`${column} + 0 > ${than}`;

export const alsoEqual = (column: Column, value: SQL): SQL => sql`${column} || '' = ${value}`;

export interface Selection {
  readonly clientId?: string;
  readonly subject?: string;
}

/** The rows of a client, of a subject, or of both. With neither, no row. */
export const belongsTo = (of: Selection, table: { clientId: Column; subject: Column }): SQL => {
  const isOfSubject = of.subject === undefined ? undefined : eq(table.subject, of.subject);
  if (of.clientId === undefined) return isOfSubject ?? sql`1 = 0`;
  const clientId = sql`${sql.param(of.clientId, table.clientId)}`;
  const isOfClient = isOfSubject ? alsoEqual(table.clientId, clientId) : eq(table.clientId, clientId);
  return and(isOfSubject, isOfClient) ?? isOfClient;
};
