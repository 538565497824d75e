// Stands in for your directory of people: replace this file. Both passwords are "correct horse battery staple".
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, string, number, Buffer>(scrypt);

interface Person {
  /** Becomes the subject: it never changes, and nobody else ever gets it. A user name or an email address may. */
  readonly id: string;
  readonly userName: string;
  readonly name: string;
  readonly email: string;
  readonly salt: string;
  readonly hash: string;
}

const people: readonly Person[] = [
  {
    id: 'person-1',
    userName: 'anna',
    name: 'Anna Example',
    email: 'anna@example.com',
    salt: 'J6GgudXLo5sbYgadXyR2Lw',
    hash: 'zngj4ndu438e-M7he-Y1hsWc7MPMglmTmGa-30Rk0w4',
  },
  {
    id: 'person-2',
    userName: 'ben',
    name: 'Ben Example',
    email: 'ben@example.com',
    salt: 's7myKrFwO3i_O8KAMHaWdg',
    hash: 'Z5hDoiTeDmqL5T-sSNXGO8qzCpcKDSqo_pJ6dWA1pSQ',
  },
];

/** Unknown people cost the same time, so that nobody can find out who has an account. */
const nobody = { id: null, salt: randomBytes(16).toString('base64url'), hash: randomBytes(32).toString('base64url') };

/** The person's id, or null. Bound the number of attempts for each user name before you use this. */
export const authenticate = async (userName: string, password: string): Promise<string | null> => {
  const person = people.find((candidate) => candidate.userName === userName.trim().toLowerCase()) ?? nobody;
  const hash = await derive(password, person.salt, 32);
  return timingSafeEqual(hash, Buffer.from(person.hash, 'base64url')) ? person.id : null;
};

const byId = (id: string): Person | undefined => people.find((person) => person.id === id);

/** Whether a remembered login of this person still counts. */
export const isActive = (id: string): boolean => byId(id) !== undefined;

export const nameOf = (id: string): string => byId(id)?.name ?? id;

/** What ID tokens and userinfo say (OpenID Connect Core §5.4): only what the granted scopes stand for. */
export const claimsFor = (id: string, grantedScopes: readonly string[]): Record<string, unknown> => {
  const person = byId(id);
  if (person === undefined) return {};
  return {
    ...(grantedScopes.includes('profile') ? { name: person.name, preferred_username: person.userName } : {}),
    ...(grantedScopes.includes('email') ? { email: person.email, email_verified: true } : {}),
  };
};
