// Addresses that browsers or this server are to open, given by a client.

/**
 * Absolute, of one of the schemes, without blanks and control characters, which browsers drop silently, and without user
 * name and password, which make one host look like another (RFC 3986 §7.6).
 */
export const isWebUrl = (text: string, schemes: readonly string[] = ['https:', 'http:']): boolean => {
  if (/[\s\p{Cc}\\]/u.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return schemes.includes(protocol) && text.toLowerCase().startsWith(`${protocol}//`) && username + password === '';
};
