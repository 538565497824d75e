// `token …`: gets tokens as an application would, to try things out.
import { type Command, Option } from '@commander-js/extra-typings';
import type { JsonObject } from '../admin-client/json.ts';
import { formatOption, onAdminApi, secondsOf, withAdminClient } from './admin-options.ts';
import { readInput } from './client-members.ts';
import { type CommandContext, CommandError, exitCodes } from './command-context.ts';
import type { Application } from './oauth-requests.ts';
import { type OutputFormat, oneObject, render } from './output-format.ts';

const defaultIssuer = 'http://127.0.0.1:4444';

interface ApplicationOptions {
  readonly issuer?: string | undefined;
  readonly client?: string | undefined;
  readonly secret?: string | undefined;
  readonly secretFile?: string | undefined;
  readonly sendSecret: 'basic' | 'post';
}

const asApplication = (command: Command) =>
  command
    .option('--issuer <url>', `The issuer. Default: CLAVIGER_ISSUER, ${defaultIssuer}.`)
    .option('--client <id>', 'The client_id. Default: CLAVIGER_CLIENT_ID.')
    .option('--secret <text>', 'The secret. Other users may see it in the list of processes: prefer --secret-file.')
    .option(
      '--secret-file <file>',
      'A file with the secret. Default: CLAVIGER_CLIENT_SECRET; without one, the client is public.',
    )
    .addOption(
      new Option('--send-secret <how>', 'basic: in a header; post: in the body.')
        .choices(['basic', 'post'] as const)
        .default('basic' as const),
    );

const withScope = (command: ReturnType<typeof asApplication>, defaultScope?: string) =>
  command
    .option('--scope <scopes>', 'The scopes, separated by spaces.', defaultScope)
    .option('--audience <url...>', 'The APIs that the access token is for.')
    .option('--print <member>', 'Print only this member, such as access_token.')
    .addOption(formatOption);

const applicationOf = async (
  { issuer, client, secret, secretFile, sendSecret }: ApplicationOptions,
  { environment }: CommandContext,
): Promise<Application> => {
  const clientId = client ?? environment.CLAVIGER_CLIENT_ID ?? '';
  if (clientId === '') throw new CommandError('Name the client with --client.', exitCodes.usage);
  if (secret !== undefined && secretFile !== undefined) {
    throw new CommandError('Pass only one of --secret and --secret-file.', exitCodes.usage);
  }
  const ofFile = secretFile === undefined ? undefined : (await readInput(secretFile)).replace(/\r?\n$/, '');
  return {
    issuer: issuer || environment.CLAVIGER_ISSUER || defaultIssuer,
    clientId,
    secret: secret ?? ofFile ?? environment.CLAVIGER_CLIENT_SECRET ?? '',
    sends: sendSecret,
  };
};

interface Printing {
  readonly print?: string | undefined;
  readonly format: OutputFormat;
}

const show = async (tokens: JsonObject, { print, format }: Printing, context: CommandContext): Promise<void> => {
  if (print === undefined) {
    context.write(await render(format, oneObject(tokens)));
    return;
  }
  const value = tokens[print];
  if (value === undefined) {
    throw new CommandError(`The answer has no member "${print}". It has ${Object.keys(tokens).join(', ')}.`);
  }
  context.write(`${String(value)}\n`);
};

export const addTokenCommands = (program: Command, context: CommandContext): void => {
  const token = program.command('token').description('Request, introspect and revoke tokens.');
  addRequests(token, context);
  addUses(token, context);
};

const addRequests = (token: Command, context: CommandContext): void => {
  withScope(asApplication(token.command('client')))
    .description('Request a token for a client itself (client credentials).')
    .action(async ({ scope, audience, print, format, ...options }) => {
      const { requestClientToken } = await import('./oauth-requests.ts');
      const parameters = new URLSearchParams();
      if (scope !== undefined) parameters.set('scope', scope);
      if (audience !== undefined) parameters.set('audience', audience.join(' '));
      await show(
        await requestClientToken(await applicationOf(options, context), parameters),
        { print, format },
        context,
      );
    });
  withScope(asApplication(token.command('user')), 'openid')
    .summary('Log in with the browser and print the tokens.')
    .description(
      'Open the browser, let a user log in, and print the tokens (authorization code with PKCE). The client needs the redirect URI http://127.0.0.1/callback, with any port.',
    )
    .option(
      '--redirect-uri <uri>',
      'Another registered redirect URI of a loopback address.',
      'http://127.0.0.1/callback',
    )
    .option('--no-browser', 'Only print the address.')
    .option('--wait <seconds>', 'How long to wait for the login.', secondsOf, 300)
    .action(async ({ scope, audience, print, format, redirectUri, browser, wait, ...options }) => {
      const { requestUserToken } = await import('./oauth-requests.ts');
      const login = {
        scope: scope ?? '',
        audience: audience ?? [],
        redirectUri,
        opensBrowser: browser,
        wait: wait * 1000,
      };
      await show(
        await requestUserToken(await applicationOf(options, context), login, context),
        { print, format },
        context,
      );
    });
};

const tokenMeaning = 'The token, or - for standard input.';

const readToken = async (text: string): Promise<string> => (text === '-' ? (await readInput('-')).trim() : text);

const addUses = (token: Command, context: CommandContext): void => {
  onAdminApi(token.command('introspect'))
    .description('Show what the server knows about a token (RFC 7662).')
    .argument('<token>', tokenMeaning)
    .option('--scope <scopes>', 'Scopes that the token must have to be shown as active.')
    .action((text, { scope, ...options }) =>
      withAdminClient(options, context, async (client) =>
        oneObject(await client.introspect(await readToken(text), scope)),
      ),
    );
  asApplication(token.command('revoke'))
    .description('Revoke a token as its client (RFC 7009).')
    .argument('<token>', tokenMeaning)
    .action(async (text, options) => {
      const { revokeToken } = await import('./oauth-requests.ts');
      await revokeToken(await applicationOf(options, context), await readToken(text));
    });
};
