// Builds labctl into a folder: one file of ASCII text (labctl.source), its starter (main.cjs), and what V8 compiled of it in a first run
// (labctl.code). Half of a short command's own time was finding, linking and compiling a hundred modules again.

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = process.argv[2] ?? 'dist';
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
// The one package that every command needs, and the license that goes with it.
const inside = 'commander';
mkdirSync(folder, { recursive: true });

const { outputFiles } = await build({
  entryPoints: ['src/main.ts'],
  write: false,
  bundle: true,
  external: Object.keys(dependencies).filter((name) => name !== inside),
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
  define: { 'import.meta.url': 'url' },
});
// What the starter calls. Packages that are ES modules come through it as well: kept code has lost where its imports lead.
const code = outputFiles[0].text.replaceAll('import("', 'load("');
writeFileSync(join(folder, 'labctl.source'), `(function (require, load, url) {\n${code}})`);
copyFileSync(join('node_modules', inside, 'LICENSE'), join(folder, `${inside}.LICENSE`));
const starter = join(folder, 'main.cjs');
copyFileSync('scripts/start.cjs', starter);
chmodSync(starter, 0o755);
execFileSync(process.execPath, ['scripts/keep-code.mjs', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
