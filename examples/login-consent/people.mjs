// Stands in for your directory of people: replace this file. Both passwords are "correct horse battery staple".
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt);

/** `id` becomes the subject: it never changes, and nobody else ever gets it. A user name or an email address may. */
const people = [
  {
    id: 'person-1',
    userName: 'anna',
    name: 'Anna Example',
    email: 'anna@example.com',
    salt: 'zDEFwiB0pkhpewPPiH1AGA',
    hash: 'ZK7ceL17oQZjRwXP7Gr0QDuM4ZuIyWovyTaTEQs78pk',
  },
  {
    id: 'person-2',
    userName: 'ben',
    name: 'Ben Example',
    email: 'ben@example.com',
    salt: 'J9u43HQdxOjEDiuYNZRJ8w',
    hash: 'ZEzYBRnVj31R6gu-v5L11vTzzrsnrqXasd8Bh1FAoLA',
  },
];

/** Unknown people cost the same time, so that nobody can find out who has an account. */
const nobody = { id: null, salt: randomBytes(16).toString('base64url'), hash: randomBytes(32).toString('base64url') };

/** The person's id, or null. Bound the number of attempts for each user name before you use this. */
export const authenticate = async (userName, password) => {
  const person = people.find((candidate) => candidate.userName === userName.trim().toLowerCase()) ?? nobody;
  const hash = await derive(password, person.salt, 32);
  return timingSafeEqual(hash, Buffer.from(person.hash, 'base64url')) ? person.id : null;
};

const byId = (id) => people.find((person) => person.id === id);

/** Whether a remembered login of this person still counts. */
export const isActive = (id) => byId(id) !== undefined;

export const nameOf = (id) => byId(id)?.name ?? id;

/** What ID tokens and userinfo say (OpenID Connect Core §5.4): only what the granted scopes stand for. */
export const claimsFor = (id, grantedScopes) => {
  const person = byId(id);
  if (person === undefined) return {};
  return {
    ...(grantedScopes.includes('profile') ? { name: person.name, preferred_username: person.userName } : {}),
    ...(grantedScopes.includes('email') ? { email: person.email, email_verified: true } : {}),
  };
};
