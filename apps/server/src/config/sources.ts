// Collects the texts of settings from the environment and the configuration file, and reports names that are not settings.
import { readFileSync } from 'node:fs';
import { isServiceLink } from './kubernetes.ts';
import { nearestName } from './nearest-name.ts';
import { commandLineVariables, fileKey, fileVariable, formerNames, variables } from './variables.ts';

export interface Setting {
  readonly text: string;
  /** How messages name it: the variable, or the key and its file. */
  readonly label: string;
}

export interface Sources {
  /** By the variable's name. Has no unset or empty settings. */
  readonly settings: ReadonlyMap<string, Setting>;
  readonly problems: readonly string[];
  /** Settings that were set under a former name. */
  readonly warnings: readonly string[];
}

/** One source. Its settings have the names that it used, which may be former names. */
type Source = Omit<Sources, 'warnings'>;

const names: readonly string[] = Object.values(variables).map(({ name }) => name);
const acceptedNames: readonly string[] = [...names, ...formerNames.keys()];

const unknown = (label: string, name: string, known: readonly string[]): string => {
  const meant = nearestName(name, known);
  return `${label} is not a setting${meant ? `; did you mean ${meant}?` : '.'}`;
};

const fromEnvironment = (environment: Readonly<Record<string, string | undefined>>): Source => {
  const settings = new Map<string, Setting>();
  const problems: string[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('CLAVIGER_') || name === fileVariable || commandLineVariables.includes(name)) continue;
    const isKnown = acceptedNames.includes(name);
    if (!isKnown && !isServiceLink(name, text)) problems.push(unknown(name, name, [...names, fileVariable]));
    // An empty variable counts as unset.
    else if (isKnown && text) settings.set(name, { text, label: name });
  }
  return { settings, problems };
};

/** The text of a setting, as in the environment. undefined for a value that no setting can have. */
const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'string' && !entry.includes(','));
  return isList ? value.join(',') : undefined;
};

const readObject = (path: string): Record<string, unknown> | string => {
  let text: string;
  try {
    // RFC 8259 §8.1: a byte order mark may be ignored. Editors on Windows write one.
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return `${fileVariable} names a file that cannot be read (${reason}): ${path}`;
  }
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return { ...content };
  } catch {
    // The parser's message would quote the text, which may contain a secret.
  }
  return `${fileVariable} must name a file that holds one JSON object: ${path}`;
};

const fromFile = (path: string): Source => {
  const settings = new Map<string, Setting>();
  const content = readObject(path);
  if (typeof content === 'string') return { settings, problems: [content] };
  const problems: string[] = [];
  const keys = names.map(fileKey);
  for (const [key, value] of Object.entries(content)) {
    // For editors: claviger config schema.
    if (key === '$schema') continue;
    const label = `"${key}" in ${path}`;
    const name = acceptedNames.find((candidate) => fileKey(candidate) === key);
    const text = textOf(value);
    if (name === undefined) problems.push(unknown(label, key, keys));
    else if (text === undefined) {
      problems.push(`${label} must be a string, a number, true, false, or a list of strings without commas.`);
    } else if (text !== '') settings.set(name, { text, label });
  }
  return { settings, problems };
};

/** Moves settings to their present names. Different texts under both names are an error. */
const underPresentNames = (given: ReadonlyMap<string, Setting>): Sources => {
  const settings = new Map(given);
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [former, present] of formerNames) {
    const setting = settings.get(former);
    if (!setting) continue;
    settings.delete(former);
    const other = settings.get(present);
    if (other && other.text !== setting.text) {
      problems.push(`${setting.label} and ${other.label} differ. They are one setting: remove ${setting.label}.`);
    } else {
      settings.set(present, other ?? setting);
      warnings.push(
        `${setting.label} was renamed to ${present} (${fileKey(present)} in the file). A later release will refuse the former name.`,
      );
    }
  }
  return { settings, problems, warnings };
};

/** The environment overrides the file. */
export const readSources = (environment: Readonly<Record<string, string | undefined>>): Sources => {
  const path = environment[fileVariable];
  const file = path ? fromFile(path) : { settings: new Map<string, Setting>(), problems: [] };
  const variablesSet = fromEnvironment(environment);
  const renamed = underPresentNames(new Map([...file.settings, ...variablesSet.settings]));
  return { ...renamed, problems: [...file.problems, ...variablesSet.problems, ...renamed.problems] };
};
