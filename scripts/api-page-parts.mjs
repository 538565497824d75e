// The parts of the pages about the HTTP APIs: operations with their examples, and tables of members.

/** What the examples put into paths. */
const examplesInPath = {
  id: 'shop',
  client: 'shop',
  subject: 'person-1',
  set: 'my-set',
  kid: 'public:my-key',
  challenge: '$CHALLENGE',
};

const credentials = {
  clientBasic: "-u 'shop:the-secret'",
  accessToken: "-H 'Authorization: Bearer the-access-token'",
  initialAccessToken: "-H 'Authorization: Bearer the-initial-access-token'",
  registrationToken: "-H 'Authorization: Bearer the-registration-access-token'",
};

export const operationsOf = ({ paths }) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, ...operation })),
  );

/** The admin listener serves the public endpoints too; those have no admin key among their credentials. */
export const isOfAdminApi = (operation) =>
  operation['x-scope'] !== undefined || operation.responses[403]?.description?.includes('another site');

const isError = (status) => Number(status) >= 400;

const errorsOf = ({ responses }) =>
  Object.entries(responses)
    .filter(([status]) => isError(status))
    .map(([status, { description }]) => ({ status, when: description }));

/** The errors that several operations have in common. */
export const sharedErrorsOf = (operations) => {
  const all = operations.flatMap(errorsOf);
  const isSame = (a) => (b) => a.status === b.status && a.when === b.when;
  return all
    .filter(
      (error, index) =>
        all.filter(isSame(error)).length * 3 > operations.length && all.findIndex(isSame(error)) === index,
    )
    .sort((a, b) => a.status - b.status);
};

const slug = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

const table = (head, rows) =>
  [
    `| ${head.join(' | ')} |`,
    `|${' --- |'.repeat(head.length)}`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
  ].join('\n');

const nameOf = ($ref) => $ref.split('/').at(-1);

const linkTo = ($ref) => `[${nameOf($ref)}](#${slug(nameOf($ref))})`;

/** In words. */
const typeOf = (schema) => {
  if (schema.$ref) return linkTo(schema.$ref);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  const types = [schema.type ?? 'any'].flat();
  return types
    .map((type) => {
      if (type !== 'array') return type;
      const items = typeOf(schema.items ?? {});
      return items === 'string' ? 'array of strings' : `array of ${items}`;
    })
    .join(' or ');
};

const memberRows = ({ properties = {}, required = [] }, isAnswer) =>
  Object.entries(properties).map(([name, schema]) => {
    const presence = isAnswer ? 'always' : 'required';
    return [`\`${name}\``, typeOf(schema), required.includes(name) ? presence : '', schema.description ?? ''];
  });

const json = (value) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

const fillPath = (path) => path.replace(/\{(\w+)\}/g, (_, name) => encodeURI(examplesInPath[name] ?? name));

const bodyArguments = ({ requestBody }) => {
  const [[type, { example }] = [undefined, {}]] = Object.entries(requestBody?.content ?? {});
  if (type === undefined || example === undefined) return [];
  if (type === 'application/json') {
    return [`-H 'Content-Type: application/json' -d ${quoted(JSON.stringify(example, null, 2))}`];
  }
  return Object.entries(example).map(([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`);
};

/** A command that sends the example. */
const command = (operation, base) => {
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && parameter.example !== undefined)
    .map(({ name, example }) => `${name}=${encodeURIComponent(example)}`);
  const url = `${base}${fillPath(operation.path)}${query.length > 0 ? `?${query.join('&')}` : ''}`;
  const [scheme] = Object.keys(operation.security?.[0] ?? {});
  const method = operation.method === 'GET' ? '' : ` -X ${operation.method}`;
  const lines = [`curl -sS${method} "${url}"`, credentials[scheme] ?? '', ...bodyArguments(operation)];
  return `\`\`\`sh\n${lines.filter((line) => line !== '').join(' \\\n  ')}\n\`\`\``;
};

const renderBody = ({ requestBody }) => {
  const contents = Object.entries(requestBody?.content ?? {});
  return contents.map(([type, { schema }]) => {
    const kind = type === 'application/json' ? 'JSON' : 'A form';
    return `**Body.** ${kind}, ${typeOf(schema)}${requestBody.required ? '' : ', may be left out'}.`;
  });
};

const contentOf = ({ content = {} }) =>
  Object.entries(content)
    .map(([type, { schema }]) => (type === 'application/json' ? typeOf(schema) : `\`${type}\``))
    .join(' or ');

const headersOf = ({ headers = {} }) =>
  Object.entries(headers)
    .map(([name, { description }]) => ` \`${name}\`: ${description}`)
    .join('');

const renderAnswers = (operation, shared) => {
  const isShared = ({ status, when }) => shared.some((other) => other.status === status && other.when === when);
  const good = Object.entries(operation.responses)
    .filter(([status]) => !isError(status))
    .map(([status, response]) => [status, `${response.description}${headersOf(response)}`, contentOf(response)]);
  const bad = errorsOf(operation)
    .filter((error) => !isShared(error))
    .map(({ status, when }) => [status, when, contentOf(operation.responses[status])]);
  return table(['Status', 'When', 'Body'], [...good, ...bad]);
};

const exampleAnswers = ({ responses }) =>
  Object.entries(responses)
    .filter(([status]) => !isError(status))
    .flatMap(([status, { content = {} }]) =>
      Object.values(content)
        .filter(({ example }) => example !== undefined)
        .map(({ example }) => `The answer, ${status}:\n\n${json(example)}`),
    );

const renderOperation = (operation, shared, base) => {
  const scope = operation['x-scope'];
  const parameters = operation.parameters.map(({ name, description, in: place, required, schema }) => [
    `\`${name}\``,
    place,
    typeOf(schema),
    required ? 'required' : '',
    description,
  ]);
  return [
    `### ${operation.summary}`,
    `\`${operation.method} ${operation.path}\` · \`${operation.operationId}\`${scope ? ` · scope \`${scope}\`` : ''}`,
    ...(operation.description ? [linked(operation.description)] : []),
    ...(parameters.length > 0 ? [table(['Parameter', 'In', 'Type', '', 'Meaning'], parameters)] : []),
    ...renderBody(operation),
    renderAnswers(operation, shared),
    command(operation, base),
    ...exampleAnswers(operation),
  ].join('\n\n');
};

/** `docs/x.md` in a description is a page beside these. */
const linked = (text) => text.replace(/docs\/([\w-]+\.md)/g, '[$1]($1)');

/** These come last, other tags before them. */
const lastTags = ['Server documents', 'Pages', 'Server'];

export const renderOperations = (operations, shared, base) => {
  const all = [...new Set(operations.map(({ tags: [tag] }) => tag))];
  const tags = all.sort((a, b) => lastTags.indexOf(a) - lastTags.indexOf(b));
  const of = (tag) => operations.filter(({ tags: [own] }) => own === tag);
  const overview = tags
    .flatMap(of)
    .map(({ method, path, summary }) => [`\`${method} ${path}\``, `[${summary}](#${slug(summary)})`]);
  return [
    '## Operations',
    table(['Operation', ''], overview),
    ...tags.flatMap((tag) => [`## ${tag}`, ...of(tag).map((operation) => renderOperation(operation, shared, base))]),
  ].join('\n\n');
};

const referencesIn = (value) =>
  [...JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);

/** Of every schema that the operations use, directly or through another one. */
export const renderSchemas = ({ components: { schemas } }, operations) => {
  const used = new Set();
  const asAnswer = new Set();
  const visit = (name, set) => {
    if (set.has(name)) return;
    set.add(name);
    for (const other of referencesIn(schemas[name])) visit(other, set);
  };
  for (const name of referencesIn(operations)) visit(name, used);
  for (const name of referencesIn(operations.map(({ responses }) => responses))) visit(name, asAnswer);
  return [
    '## Bodies',
    ...[...used].sort().map((name) => {
      const schema = schemas[name];
      const rows = memberRows(schema, asAnswer.has(name));
      return [
        `### ${name}`,
        ...(schema.description ? [schema.description] : []),
        ...(rows.length > 0 ? [table(['Member', 'Type', '', 'Meaning'], rows)] : []),
      ].join('\n\n');
    }),
  ].join('\n\n');
};
