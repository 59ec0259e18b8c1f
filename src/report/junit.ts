// Owns JUnit XML, the form that CI systems show: suites of cases, each true, false or skipped.

import { escaped } from './markup.ts';

/** One case; neither failure nor skip: it passed. */
export interface JunitCase {
  readonly classname: string;
  readonly name: string;
  readonly ms?: number | undefined;
  readonly failure?: { readonly message: string; readonly text: string } | undefined;
  /** Why it was not run. */
  readonly skipped?: string | undefined;
}

/** Cases that belong together. */
export interface JunitSuite {
  readonly name: string;
  readonly ms: number;
  readonly cases: readonly JunitCase[];
}

/** Suites as one document; `ms` is the wall time of them all. */
export function junitXml(suites: readonly JunitSuite[], ms: number): string {
  const all = suites.flatMap((suite) => suite.cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="labctl" ${countsOf(all, ms)}>`,
    ...suites.flatMap((suite) => [
      `  <testsuite name="${escaped(suite.name)}" ${countsOf(suite.cases, suite.ms)}>`,
      ...suite.cases.flatMap(caseLines),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function countsOf(cases: readonly JunitCase[], ms: number): string {
  const failures = cases.filter((one) => one.failure !== undefined).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  return `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds(ms)}"`;
}

function caseLines({ classname, name, ms, failure, skipped }: JunitCase): readonly string[] {
  const time = ms === undefined ? '' : ` time="${seconds(ms)}"`;
  const head = `    <testcase classname="${escaped(classname)}" name="${escaped(name)}"${time}`;
  if (skipped !== undefined) return [`${head}>`, `      <skipped message="${escaped(skipped)}"/>`, '    </testcase>'];
  if (failure === undefined) return [`${head}/>`];
  const { message, text } = failure;
  return [`${head}>`, `      <failure message="${escaped(message)}">${escaped(text)}</failure>`, '    </testcase>'];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
