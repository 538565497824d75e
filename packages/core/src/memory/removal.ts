// Removes matching entries from a map, up to a limit.

export const removeWhere = <V>(map: Map<string, V>, matches: (value: V) => boolean, limit = map.size): number => {
  let removed = 0;
  for (const [id, value] of map) {
    if (removed >= limit) break;
    if (matches(value)) {
      map.delete(id);
      removed += 1;
    }
  }
  return removed;
};
