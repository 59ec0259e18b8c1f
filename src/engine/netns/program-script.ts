// Owns how a Perl program of labctl's is started inside a lab.

import { awaitFile } from './machine-scripts.ts';
import { withInput } from './script.ts';

/** Starts a Perl program on its list, in the place of the one that runs; it is there when it has written its ready file. */
export function programScript(name: string, program: string, list: string): string {
  const file = `/run/labctl/${name}`;
  return [
    awaitFile,
    `if [ -f ${file}.ready ]; then kill -9 "$(cat ${file}.ready)" 2>/dev/null || :; rm -f ${file}.ready; fi\n`,
    withInput(`cat > ${file}.list`, list),
    withInput(`cat > ${file}.pl`, program),
    `setsid perl ${file}.pl <${file}.list >>/run/labctl/logs/${name}.log 2>&1 &\nPROGRAM=$!\n`,
    `await $PROGRAM ${file}.ready\n`,
  ].join('');
}
