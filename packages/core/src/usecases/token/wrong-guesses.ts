// Counts wrong client secrets by client and by address. The right secret is never refused because of them: it is
// recognised before anything is counted. Beyond the limit a wrong secret gets a 429, which tells a client in a loop to
// slow down, and which a firewall or monitor in front of the server can act on.
import { type EpochSeconds, seconds } from '../../domain/time.ts';
import { OAuthError, oauthError } from '../../errors/oauth-error.ts';
import type { Clock } from '../../ports/system.ts';

const period = seconds(60);
const mostOfName = 100;
const mostOfNetwork = 300;
/** How many clients, and how many addresses, are remembered. The oldest are forgotten first. */
const mostRemembered = 10_000;

class Tally {
  readonly #counts = new Map<string, number>();

  /** The count, including this time. */
  count(name: string): number {
    const count = (this.#counts.get(name) ?? 0) + 1;
    const oldest = this.#counts.keys().next();
    if (count === 1 && this.#counts.size >= mostRemembered && !oldest.done) this.#counts.delete(oldest.value);
    this.#counts.set(name, count);
    return count;
  }

  clear(): void {
    this.#counts.clear();
  }
}

/** Counts one wrong guess. Returns whether there were too many within the minute, of the name or of the network. */
export type TooManyWrongGuesses = (name: string, network: string) => boolean;

export const makeTooManyWrongGuesses = (clock: Clock): TooManyWrongGuesses => {
  const [names, networks] = [new Tally(), new Tally()];
  let since: EpochSeconds | undefined;
  return (name, network) => {
    const now = clock.now();
    if (since === undefined || now - since >= period || now < since) {
      since = now;
      names.clear();
      networks.clear();
    }
    const [ofName, ofNetwork] = [names.count(name), networks.count(network)];
    return ofName > mostOfName || ofNetwork > mostOfNetwork;
  };
};

export type CountWrongGuess = (clientId: string, network: string) => OAuthError;

/** The error to answer with: invalid_client, with status 429 when there were too many within the minute. */
export const makeCountWrongGuess = (clock: Clock): CountWrongGuess => {
  const tooMany = makeTooManyWrongGuesses(clock);
  return (clientId, network) => {
    if (!tooMany(clientId, network)) return oauthError('invalid_client');
    return new OAuthError('invalid_client', {
      status: 429,
      hint: 'The secret is wrong, and there were many wrong attempts within the last minute. The correct secret is still accepted.',
    });
  };
};
