// The throughput table as a picture: one group of bars for each operation, each drawn against the best of its group.
import { median, thousands } from '../lib/figures.mjs';

const colours = ['#1f6f8b', '#2f9e8f', '#7fb069', '#b7c9a8', '#c44536', '#e08e45', '#8d99ae', '#5c677d'];
const [bar, gap, left, width] = [13, 20, 240, 620];

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export const chart = (found, names) => {
  let y = 50;
  const parts = [];
  for (const [operation, row] of found) {
    const values = names.flatMap((name, index) => {
      const rounds = row.get(name);
      return rounds ? [[index, median(rounds.map((one) => one.perCpuSecond))]] : [];
    });
    const best = Math.max(...values.map(([, value]) => value));
    parts.push(
      `<text x="${left - 10}" y="${y + 12}" text-anchor="end" font-weight="bold">${escaped(operation)}</text>`,
    );
    for (const [index, value] of values) {
      const length = Math.max(1, (value / best) * width);
      parts.push(
        `<rect x="${left}" y="${y}" width="${length.toFixed(0)}" height="${bar - 2}" fill="${colours[index]}"/>`,
      );
      parts.push(`<text x="${left + length + 6}" y="${y + 10}">${thousands(value)}</text>`);
      y += bar;
    }
    y += gap;
  }
  const legend = names.map(
    (name, index) =>
      `<rect x="${20 + index * 150}" y="14" width="10" height="10" fill="${colours[index]}"/><text x="${34 + index * 150}" y="23">${escaped(name)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.max(960, 20 + names.length * 150)}" height="${y}" font-family="sans-serif" font-size="11">`,
    '<title>Operations per CPU second of the server</title>',
    '<rect width="100%" height="100%" fill="white"/>',
    ...legend,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
};
