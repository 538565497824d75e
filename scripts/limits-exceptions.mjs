// Files and functions over the limits of check-limits.mjs, each with its reason. `path` for a file, `path#name` for a function.

export const exceptions = new Map([]);
