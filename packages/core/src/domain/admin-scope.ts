// What a key of the admin API allows. Each scope stands alone: none implies another.

/**
 * `read`: clients, remembered consents, metrics. `flows`: login, consent and logout requests. `introspect`: token
 * introspection. `write`: changes to clients, consents and sessions. `keys`: key sets, with their private halves.
 * `admin-keys`: the keys of the admin API.
 */
export const adminScopes = ['read', 'flows', 'introspect', 'write', 'keys', 'admin-keys'] as const;

export type AdminScope = (typeof adminScopes)[number];
