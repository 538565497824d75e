// The versions of Node.js that this server supports. Checked before any other module is loaded, because an old Node.js cannot
// parse the others.

/** The message for a version that is too old, undefined for a supported one. */
export const unsupportedNode = (version: string): string | undefined => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return undefined;
  return `Claviger needs Node.js 20.19 or later; this is ${version} (${process.execPath}).`;
};
