// Guesses the intended name from a misspelt one.

/** Levenshtein distance: how many letters to insert, delete or replace. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

/** Undefined if no name is close enough, or if several are equally close. */
export const nearestName = (name: string, names: readonly string[]): string | undefined => {
  const [first, second] = names
    .map((candidate) => ({ candidate, far: distance(name, candidate) }))
    .sort((a, b) => a.far - b.far);
  const isNear = first !== undefined && first.far <= Math.max(2, Math.floor(name.length / 4));
  return isNear && first.far !== second?.far ? first.candidate : undefined;
};
