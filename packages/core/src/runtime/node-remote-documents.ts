// Fetches documents of clients over https, from public addresses only, within limits.
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { RemoteDocuments } from '../ports/remote-documents.ts';
import { type FetchLimits, LimitedFetches } from './fetch-limits.ts';
import { isPublicAddress } from './public-address.ts';
import { type HostAddress, makeResolveHost, type ResolverOptions } from './resolve-host.ts';

export interface RemoteDocumentsOptions extends FetchLimits, ResolverOptions {
  /** For test hosts: internal addresses and plain http are allowed. Default false. */
  readonly allowInternal?: boolean;
  /** For test hosts: certificates are not checked. Default false. */
  readonly anyCertificate?: boolean;
  /** Milliseconds for the whole exchange. Default 5000. */
  readonly timeout?: number;
  /** Bytes. Default 128 KiB. */
  readonly longest?: number;
  /** An additional certificate authority in PEM, for test hosts. */
  readonly ca?: string;
  /** Called for each fetch beyond the limits. Default: none. */
  readonly onLimit?: () => void;
}

class Refused extends Error {}

/**
 * Connects to the address that was checked, so a name cannot resolve to one address for the check and another later.
 */
const pinnedTo =
  (addresses: readonly HostAddress[]): LookupFunction =>
  (_hostname, options, callback) => {
    const [first] = addresses;
    if (!first) callback(new Error('The host has no address.'), '', 0);
    else if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };

const unbracketed = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

export const nodeRemoteDocuments = (options: RemoteDocumentsOptions = {}): RemoteDocuments => {
  const { allowInternal = false, anyCertificate = false, timeout = 5000, longest = 128 * 1024, ca } = options;
  const resolveHost = makeResolveHost(options);
  const limited = new LimitedFetches(options, () => {
    options.onLimit?.();
    return refusal(new Refused('too many documents are being fetched'));
  });

  /** Network errors may name internal hosts, so callers only see this server's own messages. */
  const refusal = (error: unknown): Error => {
    const unreachable = allowInternal ? 'it cannot be reached' : 'it cannot be reached at a public address';
    const reason = error instanceof Refused ? error.message : unreachable;
    return new Error(`The document cannot be fetched: ${reason}.`, { cause: error });
  };

  /**
   * The error does not reveal that a name is internal. Otherwise strangers could find out which names exist in the
   * server's network. Test hosts may have names that only the system's look-up knows: undefined leaves the look-up to
   * the system.
   */
  const addressesOf = async (host: string, signal: AbortSignal): Promise<readonly HostAddress[] | undefined> => {
    try {
      const found = await resolveHost(host, signal);
      if (allowInternal || found.every(({ address }) => isPublicAddress(address))) return found;
    } catch (error) {
      if (signal.aborted || !allowInternal) throw error;
      return undefined;
    }
    throw new Error(`The host ${host} has an internal address.`);
  };

  const check = (url: URL): void => {
    if (url.protocol !== 'https:' && !(allowInternal && url.protocol === 'http:')) throw new Refused('it is not https');
    const host = unbracketed(url);
    // A literal address needs no look-up.
    if (!allowInternal && isIP(host) !== 0 && !isPublicAddress(host))
      throw new Refused('its host is an internal address');
  };

  const get = (url: URL, addresses: readonly HostAddress[] | undefined, signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? overHttps : overHttp;
      const request = send(
        url,
        {
          signal,
          headers: { accept: 'application/json, application/jwt, */*' },
          // Each fetch opens a new connection: a pooled one may have been opened before the address was checked.
          agent: false,
          ...(addresses ? { lookup: pinnedTo(addresses) } : {}),
          ...(ca === undefined ? {} : { ca }),
          ...(anyCertificate ? { rejectUnauthorized: false } : {}),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          // Redirects are not followed: each hop would need the same checks, and a client can register the final URI.
          if (response.statusCode !== 200) {
            response.destroy();
            reject(new Refused(`it answers ${response.statusCode}`));
            return;
          }
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            length += chunk.length;
            if (length > longest) {
              response.destroy();
              reject(new Refused(`it is longer than ${longest} bytes`));
            }
          });
          response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end();
    });

  const attempt = async (url: URL): Promise<string> => {
    // One limit for the look-up and the exchange.
    const signal = AbortSignal.timeout(timeout);
    const host = unbracketed(url);
    try {
      return await get(url, isIP(host) === 0 ? await addressesOf(host, signal) : undefined, signal);
    } catch (error) {
      throw refusal(signal.aborted && !(error instanceof Refused) ? new Refused('it does not answer in time') : error);
    }
  };

  return {
    async fetch(text, client = '') {
      if (!URL.canParse(text)) throw refusal(new Refused('it is not a URL'));
      const url = new URL(text);
      try {
        check(url);
      } catch (error) {
        throw refusal(error);
      }
      return limited.run({ url: url.href, host: unbracketed(url), client, fetch: () => attempt(url) });
    },
  };
};
