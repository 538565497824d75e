// Stores that are broken on purpose. Each is a memory store with one fault and names the contract case that must catch it.
import type { Stores } from '../../src/index.ts';

export interface Fault<S> {
  readonly fault: string;
  /** Name of a case of the contract that must fail. */
  readonly caughtBy: string;
  /** Methods that replace those of the sound store. */
  breaks(sound: S): Partial<S>;
}

export type Faults = { readonly [Port in keyof Stores]: readonly Fault<Stores[Port]>[] };

/** `sound` with some methods replaced. */
export const broken = <S extends object>(sound: S, { breaks }: Fault<S>): S => {
  const replaced = breaks(sound);
  return new Proxy(sound, {
    get: (target, name) => {
      const method: unknown = Reflect.get(name in replaced ? replaced : target, name);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
};

/** Lets every other caller reach the same point: the gap between the read and the write of a store that takes two steps. */
export const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What a store that treats empty as absent keeps of a value. */
export const withoutEmpty = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (_, member) => {
    const isEmpty = member === '' || member === null || (Array.isArray(member) && member.length === 0);
    return isEmpty ? undefined : member;
  });

/** Careless ways to compare or store a text. */
export const carelessTexts: Readonly<Record<string, (text: string) => string>> = {
  'ignores case': (text) => text.toLowerCase(),
  'normalises Unicode': (text) => text.normalize('NFC'),
  trims: (text) => text.trim(),
  'cuts at 255 characters': (text) => text.slice(0, 255),
  'decodes percent signs': (text) => text.replaceAll('%2F', '/'),
  'treats _ and % as wildcards': (text) => text.replaceAll(/[_%]/g, 'i'),
  'loses characters above U+FFFF': (text) => text.replaceAll(/[\u{10000}-\u{10ffff}]/gu, '?'),
};

/** One fault for each careless way. */
export const carelessly = <S>(
  caughtBy: string,
  what: string,
  breaks: (sound: S, careless: (text: string) => string) => Partial<S>,
): readonly Fault<S>[] =>
  Object.entries(carelessTexts).map(([name, careless]) => ({
    fault: `${name} in ${what}`,
    caughtBy,
    breaks: (sound) => breaks(sound, careless),
  }));
