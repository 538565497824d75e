// Which records a command means that names a client, a subject, or both together.

export interface Selection {
  readonly clientId?: string;
  readonly subject?: string;
}

/** A selection that names neither selects nothing: an empty filter must never end everything. */
export const selects = (of: Selection, record: { readonly clientId: string; readonly subject: string }): boolean =>
  (of.clientId !== undefined || of.subject !== undefined) &&
  (of.clientId === undefined || of.clientId === record.clientId) &&
  (of.subject === undefined || of.subject === record.subject);
