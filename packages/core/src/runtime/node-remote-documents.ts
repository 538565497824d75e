// Fetches documents of clients over https, from public addresses only, within limits.
import { lookup } from 'node:dns';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { RemoteDocuments } from '../ports/remote-documents.ts';
import { isPublicAddress } from './public-address.ts';

export interface RemoteDocumentsOptions {
  /** For test hosts: internal addresses and plain http are allowed. Default false. */
  readonly allowInternal?: boolean;
  /** For test hosts: certificates are not checked. Default false. */
  readonly anyCertificate?: boolean;
  /** Milliseconds for the whole exchange. Default 5000. */
  readonly timeout?: number;
  /** Bytes. Default 128 KiB. */
  readonly longest?: number;
  /** A certificate authority beside the usual ones, PEM: for test hosts. */
  readonly ca?: string;
}

class Refused extends Error {}

/**
 * Decides on the address that is connected to, so that a name cannot be checked as one address and used as another. Who asks
 * is not told that a name is internal: strangers could find out which names the server's own network knows.
 */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const found = addresses.filter(({ address }) => isPublicAddress(address));
    const [first] = found;
    if (!first || found.length < addresses.length)
      return callback(new Error(`The host ${hostname} has an internal address.`), '', 0);
    if (options.all) return callback(null, found);
    return callback(null, first.address, first.family);
  });
};

export const nodeRemoteDocuments = (options: RemoteDocumentsOptions = {}): RemoteDocuments => {
  const { allowInternal = false, anyCertificate = false, timeout = 5000, longest = 128 * 1024, ca } = options;

  const check = (url: URL): void => {
    if (url.protocol !== 'https:' && !(allowInternal && url.protocol === 'http:')) throw new Refused('it is not https');
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // A literal address is connected to without a look-up.
    if (!allowInternal && isIP(host) !== 0 && !isPublicAddress(host))
      throw new Refused('its host is an internal address');
  };

  const get = (url: URL): Promise<string> =>
    new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? overHttps : overHttp;
      const signal = AbortSignal.timeout(timeout);
      const request = send(
        url,
        {
          signal,
          headers: { accept: 'application/json, application/jwt, */*' },
          // A connection of its own each time: a pooled one may have been opened before the address was checked.
          agent: false,
          ...(allowInternal ? {} : { lookup: publicLookup }),
          ...(ca === undefined ? {} : { ca }),
          ...(anyCertificate ? { rejectUnauthorized: false } : {}),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          // Redirects are not followed: each hop would have to be checked anew, and a registered URI can be the final one.
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
      request.on('error', (error) => reject(signal.aborted ? new Refused('it does not answer in time') : error));
      request.end();
    });

  return {
    async fetch(text) {
      try {
        if (!URL.canParse(text)) throw new Refused('it is no URL');
        const url = new URL(text);
        check(url);
        return await get(url);
      } catch (error) {
        // What the network says may name internal hosts: only our own words are for others.
        const unreachable = allowInternal ? 'it cannot be reached' : 'it cannot be reached at a public address';
        const reason = error instanceof Refused ? error.message : unreachable;
        throw new Error(`The document cannot be fetched: ${reason}.`, { cause: error });
      }
    },
  };
};
