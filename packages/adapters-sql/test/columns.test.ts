// Postgres reads our array literals correctly.
import postgres from 'postgres';
import t from 'tap';
import { arrayOf } from '../src/postgres/columns.ts';
import { startPostgres } from '../src/testing/index.ts';

t.test('text in an array literal comes back from Postgres unchanged', async (t) => {
  const server = await startPostgres();
  const { url, drop } = await server.createDatabase();
  const sql = postgres(url, { max: 1, fetch_types: false });
  t.teardown(async () => {
    await sql.end();
    await drop();
    await server.stop();
  });
  const everyCharacter = Array.from({ length: 0x2100 }, (_, index) => String.fromCharCode(index + 1));
  const texts = [
    '',
    'NULL',
    '{a,b}',
    ' spaces ',
    'a "quoted" \\ word\\',
    '\\u0041 \\n',
    'tab\t line\n return\r end',
    JSON.stringify({ text: 'with "quotes", \\ and \n', list: [1, null] }),
    'astral \u{1f511} and \u2028',
    everyCharacter.join(''),
    ...everyCharacter,
    null,
  ];
  const rows = await sql<{ given: string | null }[]>`SELECT unnest(${arrayOf('text', texts)}::text::text[]) AS given`;
  t.equal(rows.length, texts.length);
  t.strictSame(
    rows.filter(({ given }, index) => given !== texts[index]),
    [],
  );
});
