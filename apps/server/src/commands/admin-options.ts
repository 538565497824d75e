// The options that every command on the admin API has: how to reach it, with which key, and how to print the result.
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { AdminClient } from '../admin-client/admin-client.ts';
import type { AdminTransport } from '../admin-client/admin-transport.ts';
import type { ClientCertificate } from '../admin-client/http-transport.ts';
import { readConfig } from '../config.ts';
import { type CommandContext, CommandError, exitCodes } from './command-context.ts';
import { type OutputFormat, outputFormats, type Result, render } from './output-format.ts';

const defaultUrl = 'http://127.0.0.1:4445';

const defaultTimeout = 30;

export interface AdminOptions {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly cert?: string | undefined;
  readonly certKey?: string | undefined;
  readonly direct?: true | undefined;
  readonly timeout: number;
  readonly format: OutputFormat;
}

export const secondsOf = (text: string): number => {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw new InvalidArgumentError('It must be a whole number of seconds, 1 or more.');
  return value;
};

export const formatOption = new Option('--format <format>', 'How to print the result.')
  .choices(outputFormats)
  .default('table' as const);

/** Adds the options to a command. */
export const onAdminApi = (command: Command) =>
  command
    .option(
      '--url <url>',
      `URL of the admin API, or unix:PATH for its socket. Default: CLAVIGER_ADMIN_URL, ${defaultUrl}.`,
    )
    .option('--key <key>', 'Key of the admin API. Other users may see it in the list of processes: prefer --key-file.')
    .option('--key-file <file>', 'File with the key. Default: CLAVIGER_ADMIN_KEY or CLAVIGER_ADMIN_KEY_FILE.')
    .option('--cert <file>', 'Client certificate for a listener that asks for one, in PEM format. Needs --cert-key.')
    .option('--cert-key <file>', 'The private key of the client certificate, in PEM format.')
    .option('--direct', 'Work directly on the stores, with the settings of the server, and without a key.')
    .option('--timeout <seconds>', 'How long to wait for an answer.', secondsOf, defaultTimeout)
    .addOption(formatOption);

export type AdminCommand = ReturnType<typeof onAdminApi>;

const readSecretFile = async (file: string): Promise<string> => {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new CommandError(`The file cannot be read (${reason}): ${file}`, exitCodes.usage, { cause });
  }
};

const keyOf = async ({ key, keyFile }: AdminOptions, { environment }: CommandContext): Promise<string> => {
  const file = keyFile ?? (key === undefined ? environment.CLAVIGER_ADMIN_KEY_FILE : undefined);
  const text = key ?? (file ? await readSecretFile(file) : (environment.CLAVIGER_ADMIN_KEY ?? ''));
  // The setting of the server may list several first keys.
  const [first = ''] = text.split(',');
  if (!/^[\x21-\x7E]*$/.test(first.trim())) {
    throw new CommandError('The key of the admin API must be printable ASCII without spaces.', exitCodes.usage);
  }
  return first.trim();
};

/** RFC 8446 §4.4.2. */
const certificateOf = async ({ cert, certKey }: AdminOptions): Promise<ClientCertificate | null> => {
  if (cert === undefined && certKey === undefined) return null;
  if (cert === undefined || certKey === undefined) {
    throw new CommandError('Pass both --cert and --cert-key, or neither.', exitCodes.usage);
  }
  return { cert: await readSecretFile(cert), key: await readSecretFile(certKey) };
};

const urlOf = ({ url }: AdminOptions, { environment }: CommandContext): string => {
  const { CLAVIGER_ADMIN_URL: ofVariable, CLAVIGER_ADMIN_SOCKET: socket } = environment;
  return url || ofVariable || (socket ? `unix:${socket}` : defaultUrl);
};

export const transportOf = async (options: AdminOptions, context: CommandContext): Promise<AdminTransport> => {
  if (!options.direct) {
    const { httpTransport } = await import('../admin-client/http-transport.ts');
    const key = await keyOf(options, context);
    const certificate = await certificateOf(options);
    return httpTransport({ url: urlOf(options, context), key, certificate, timeout: options.timeout * 1000 });
  }
  if (options.url !== undefined || options.key !== undefined || options.keyFile !== undefined) {
    throw new CommandError(
      '--direct cannot be used with --url, --key or --key-file. Remove them, or --direct.',
      exitCodes.usage,
    );
  }
  const { directTransport } = await import('../admin-client/direct-transport.ts');
  return directTransport(readConfig(context.environment));
};

/** Opens the admin API for one command, and prints the result of `use`, if it has one. */
export const withAdminClient = async (
  options: AdminOptions,
  context: CommandContext,
  use: (client: AdminClient) => Promise<Result | null>,
): Promise<void> => {
  const transport = await transportOf(options, context);
  try {
    const result = await use(new AdminClient(transport));
    if (result) context.write(await render(options.format, result));
  } finally {
    await transport.close();
  }
};
