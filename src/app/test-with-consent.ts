// Owns testing labs again in User-Mode Linux that only this machine's kernel refuses, when the person says yes.

import { type TestReport, wantsOtherKernel, withRepeated } from '../verify/lab-test.ts';
import type { Context } from './context.ts';
import { type TestOptions, type TestView, testLabs } from './test-labs.ts';

/** How a person is shown tests, and asked; without `ask` nobody is there to say yes. */
export interface Attendant {
  view(): Promise<TestView>;
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
}

/** Tests labs as `testLabs` does, and throws as it does; those that lack a kernel a second time, with consent. */
export async function testWithConsent(context: Context, options: TestOptions, person: Attendant): Promise<TestReport> {
  const first = await testLabs(context, options, await person.view());
  const labs = first.labs.filter(wantsOtherKernel).map(({ lab }) => lab);
  if (labs.length === 0 || options.kernel !== undefined || person.ask === undefined) return first;
  if (!(await person.ask(`This kernel cannot run ${labs.join(', ')}. Test in User-Mode Linux?`))) return first;
  return withRepeated(first, await testLabs(context, { ...options, labs, kernel: 'uml' }, await person.view()));
}
