// The licences of the packages in a bundle, as one text: who passes the bundle on has to pass them on, too.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the package that a file belongs to; null for files of this repository. */
const packageFolderOf = (file) => {
  const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return found ? found[1] : null;
};

const noticeOf = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
  return { title: `${name} ${version}`, text };
};

/** Of Node.js itself, whose archive has its licence beside the folder of the program. */
const noticeOfNode = () => {
  const file = join(dirname(dirname(process.execPath)), 'LICENSE');
  const where = `https://github.com/nodejs/node/blob/${process.version}/LICENSE`;
  const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : `Licence: ${where}`;
  return { title: `Node.js ${process.version}`, text };
};

/** `files`: the inputs of the bundle, as esbuild names them, relative to `root`. */
export const thirdPartyNotices = (root, files) => {
  const folders = new Set(files.map(packageFolderOf).filter((folder) => folder !== null));
  const packages = [...folders].map((folder) => noticeOf(join(root, folder)));
  packages.sort((one, other) => (one.title < other.title ? -1 : 1));
  const line = '-'.repeat(80);
  return [noticeOfNode(), ...packages].map(({ title, text }) => `${title}\n\n${text}\n`).join(`\n${line}\n`);
};
