// Which records a command selects by client, by subject, or by both.

export interface Selection {
  readonly clientId?: string;
  readonly subject?: string;
}

/** Selects nothing if neither is given: an empty filter must never remove everything. */
export const selects = (of: Selection, record: { readonly clientId: string; readonly subject: string }): boolean =>
  (of.clientId !== undefined || of.subject !== undefined) &&
  (of.clientId === undefined || of.clientId === record.clientId) &&
  (of.subject === undefined || of.subject === record.subject);
