// Builds labctl into a folder: one file of ASCII text (labctl.source), its starter (main.cjs), and what V8 compiled of it in a first run
// (labctl.code). Half of a short command's own time was finding, linking and compiling a hundred modules again.

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = process.argv[2] ?? 'dist';

await build({
  entryPoints: ['src/main.ts'],
  outfile: join(folder, 'labctl.source'),
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
  // What the starter calls.
  banner: { js: '(function (require, url) {' },
  footer: { js: '})' },
  define: { 'import.meta.url': 'url' },
});
const starter = join(folder, 'main.cjs');
copyFileSync('scripts/start.cjs', starter);
chmodSync(starter, 0o755);
execFileSync(process.execPath, ['scripts/keep-code.mjs', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
