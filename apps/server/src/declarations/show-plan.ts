// A plan as text for people and as JSON for programs. Never with a secret.
import { type DeclaredStep, type JsonValue, type Jwk, type MemberChange, publicPart } from '@claviger/core';
import { kinds } from './kinds.ts';

/** Control characters could change what a terminal shows. A client that registered itself chose its own name. */
const escaped = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`);

/** The API accepts private keys in `jwks`. The plan shows only their public parts. */
const shownValue = ({ member }: MemberChange, value: JsonValue | undefined): JsonValue => {
  if (member !== 'jwks' || typeof value !== 'object' || value === null || !('keys' in value)) return value ?? null;
  return { keys: (value.keys as readonly Jwk[]).map(publicPart) };
};

const text = (change: MemberChange, value: JsonValue | undefined): string =>
  value === null || value === undefined ? 'unset' : escaped(JSON.stringify(shownValue(change, value)));

export const nameOf = ({ kind, id }: Pick<DeclaredStep, 'kind' | 'id'>): string =>
  `${kinds[kind].title} ${/^[\x21-\x7e]+$/.test(id) ? id : escaped(JSON.stringify(id))}`;

const memberName = ({ kind }: DeclaredStep, { member }: MemberChange): string => kinds[kind].names[member] ?? member;

const memberLine = (step: DeclaredStep, change: MemberChange): string => {
  const name = memberName(step, change);
  if (!('to' in change)) return `    ${name}: ${step.action === 'create' ? 'as referred to' : 'changed'}\n`;
  const from = step.action === 'create' ? '' : `${text(change, change.from)} -> `;
  return `    ${name}: ${from}${text(change, change.to)}\n`;
};

const headings: Readonly<Record<DeclaredStep['action'], (name: string) => string>> = {
  create: (name) => `+ ${name} will be created`,
  update: (name) => `~ ${name} will be changed`,
  adopt: (name) => `= ${name} equals its declaration, and will be marked as declared`,
  delete: (name) => `- ${name} will be deleted`,
};

export const planText = (steps: readonly DeclaredStep[]): string => {
  const lines = steps.map((step) => {
    const members = step.changes.map((change) => memberLine(step, change));
    return `${headings[step.action](nameOf(step))}\n${members.join('')}`;
  });
  const summary = Object.entries(endings).map(
    ([action, ending]) => `${steps.filter((step) => step.action === action).length} ${ending}`,
  );
  return steps.length === 0 ? 'Nothing to do.\n' : `${lines.join('')}\n${summary.join(', ')}.\n`;
};

const endings: Readonly<Record<DeclaredStep['action'], string>> = {
  create: 'to create',
  update: 'to change',
  delete: 'to delete',
  adopt: 'to mark',
};

export const planJson = (steps: readonly DeclaredStep[]): string => {
  const shown = steps.map((step) => ({
    kind: step.kind,
    id: step.id,
    action: step.action,
    changes: step.changes.map((change) => ({
      member: memberName(step, change),
      ...('to' in change ? { from: shownValue(change, change.from), to: shownValue(change, change.to) } : {}),
    })),
  }));
  return `${JSON.stringify({ steps: shown }, null, 2)}\n`;
};

/** The names of the members that a step changes. */
export const changedMembers = (step: DeclaredStep): readonly string[] =>
  step.changes.map((change) => memberName(step, change));
