// Removing matching entries from a map, at most so many.

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
