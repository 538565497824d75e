// HTTPS as the conformance suite uses it: any certificate is accepted, and redirects are not followed.
import { request } from 'node:https';

export interface LaxRequest {
  readonly method?: string;
  readonly headers?: Headers | Readonly<Record<string, string>>;
  readonly body?: string;
}

export const laxFetch = (
  url: URL | string,
  { method = 'GET', headers = {}, body }: LaxRequest = {},
): Promise<Response> =>
  new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      rejectUnauthorized: false,
    });
    sent.on('error', reject);
    sent.on('response', (reply) => {
      const chunks: Buffer[] = [];
      reply.on('error', reject);
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => {
        const received = new Headers();
        for (let at = 0; at < reply.rawHeaders.length; at += 2) {
          received.append(reply.rawHeaders[at] ?? '', reply.rawHeaders[at + 1] ?? '');
        }
        const status = reply.statusCode ?? 0;
        resolve(new Response(status === 204 ? null : Buffer.concat(chunks), { status, headers: received }));
      });
    });
    sent.end(body);
  });

/** A body that must be JSON, with any status. */
export const readJson = async (reply: Response): Promise<Record<string, unknown>> =>
  JSON.parse(await reply.text()) as Record<string, unknown>;
