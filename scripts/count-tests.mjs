// Counts what a vitest JSON report says: first line "passed failed skipped", then a line for each failed or skipped test.
// Usage: count-tests.mjs REPORT PROJECT EXIT-STATUS. In CI a skipped scenario counts as failed.

import { readFileSync } from 'node:fs';

const [, , file = '', project = '', status = '0'] = process.argv;
const report = JSON.parse(readFileSync(file, 'utf8'));
const counts = { passed: 0, failed: 0, skipped: 0 };
const lines = [];

for (const suite of report.testResults) {
  const name = suite.name.replace(`${process.cwd()}/`, '');
  for (const test of suite.assertionResults) {
    if (test.status === 'passed') {
      counts.passed++;
      continue;
    }
    const isSkipped = test.status !== 'failed';
    const isFailure = !isSkipped || (project === 'scenario' && process.env.CI === 'true');
    counts[isFailure ? 'failed' : 'skipped']++;
    lines.push(`${isFailure ? 'failed' : 'skipped'}: ${name}: ${test.fullName}${isSkipped ? ' (skipped)' : ''}`);
  }
  // A file that cannot be loaded, or whose hooks fail, has no failed test of its own.
  if (suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed')) {
    counts.failed++;
    lines.push(`failed: ${name}: ${suite.message.split('\n')[0]}`);
  }
}
if (counts.failed === 0 && status !== '0') {
  counts.failed++;
  lines.push(`failed: ${project} tests: vitest exited ${status}`);
}
console.log([`${counts.passed} ${counts.failed} ${counts.skipped}`, ...lines].join('\n'));
