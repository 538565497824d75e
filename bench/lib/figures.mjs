// Medians, their spread, and ratios that are only named when they are larger than the noise.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Half the distance between the lowest and the highest round, as a share of the median. */
export const spread = (values) => (Math.max(...values) - Math.min(...values)) / 2 / median(values);

/** `a / b` of two rows of rounds, or null when the rounds differ more among themselves than the rows do. */
export const ratio = (a, b) => {
  const [low, high] = [Math.min(...a) / Math.max(...b), Math.max(...a) / Math.min(...b)];
  const isNoise = low < 1 && high > 1;
  return isNoise ? null : median(a) / median(b);
};

export const thousands = (value) => Math.round(value).toLocaleString('en-US');

export const shownRatio = (value) => (value === null ? 'within noise' : `${value.toFixed(2)}×`);

export const table = (head, rows) =>
  [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
