import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/errors.ts';
import { quoteForShell, renderError, renderProblems } from '../../../src/cli/view/error-page.ts';
import { displayWidth, escapeText } from '../../../src/cli/view/safe-text.ts';

const plain = { color: false, verbose: false };
const ran = {
  argv: ['ip', 'netns', 'exec', 'leaf 0', 'cat', "it's"],
  where: 'router leaf0',
  exitCode: 2,
  stdout: '',
  stderr: 'Cannot find device "eth9"\n\x1b]0;title\x07\n',
  ms: 3,
};

describe('an error page', () => {
  it('shows message, code, facts, the command as it can be pasted, its output and what to try', () => {
    const error = new LabError('HOST_COMMAND_FAILED', 'cannot set eth9 up', {
      ran,
      hint: 'labctl doctor',
      facts: ['one', 'two'],
    });

    expect(renderError(error, plain)).toBe(
      [
        'error: cannot set eth9 up [HOST_COMMAND_FAILED]',
        '  one',
        '  two',
        '  command on router leaf0, exit status 2:',
        "    ip netns exec 'leaf 0' cat 'it'\\''s'",
        '  stderr:',
        '    Cannot find device "eth9"',
        '    \\x1b]0;title\\x07',
        '  try: labctl doctor',
      ].join('\n'),
    );
  });

  it('puts the caret under the value, also after wide characters, tabs and escapes', () => {
    const text = '\t标题: \u202Eleaf9 # x';
    const at = { file: 'x.yml', line: 7, column: 7, text, width: 5 };
    const page = renderProblems([{ severity: 'warning', code: 'X', message: 'm', path: [], at }], { color: false });
    const [, , source = '', caret = ''] = page.split('\n');

    expect(source).toBe('  7 |  标题: \\u202eleaf9 # x');
    expect(displayWidth(source.slice(0, source.indexOf('leaf9')))).toBe(caret.indexOf('^'));
    expect(caret.trimStart().slice(1).trim()).toBe('^^^^^');
  });

  it('shows a window of a very long line', () => {
    const at = { file: 'x.yml', line: 1, column: 5001, text: `${'a'.repeat(5000)}HERE${'b'.repeat(5000)}`, width: 4 };
    const page = renderProblems([{ severity: 'error', code: 'X', message: 'm', path: [], at }], { color: false });
    const [, , source = '', caret = ''] = page.split('\n');

    expect(source.length).toBeLessThan(130);
    expect(source.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('names a path where no place is known', () => {
    const page = renderProblems([{ severity: 'error', code: 'X', message: 'm', path: ['spec', 'filters', 0] }], plain);

    expect(page).toBe('error: m [X]\n  at spec.filters[0]');
  });

  it('says of anything else that it is a bug, with its stack and causes', () => {
    const page = renderError(new TypeError('x is not a function', { cause: new Error('below') }), plain);

    expect(page).toMatch(/^internal error: x is not a function\n\s+at .*error-page\.test\.ts/);
    expect(page).toContain('caused by: below');
    expect(page).toContain('labctl version');
    expect(renderError('just a text', plain)).toContain('internal error: just a text');
  });

  it('shows the stack of a LabError only when asked, and colors only when asked', () => {
    const error = new LabError('USAGE', 'no');

    expect(renderError(error, plain)).toBe('error: no [USAGE]');
    expect(renderError(error, { color: false, verbose: true })).toMatch(/\n\s+at /);
    expect(renderError(error, { color: true, verbose: false })).toContain('\x1b[31m');
  });
});

describe('text from files and programs', () => {
  it('cannot move the cursor or turn the line around', () => {
    const hostile = '\x1b[2J\x07\r\x9b31m\u202e\u2066\u200b\ufeff\u2028\udc00\u{e0041}\x7f\u00ad';

    expect(escapeText(hostile)).toMatch(/^[\x20-\x7e]+$/);
    expect(escapeText('plain 标题 é 🦆\n')).toBe('plain 标题 é 🦆\n');
  });

  it('is quoted so that bash reads the same argument back', () => {
    const hostile = ["it's", '$(id)', 'a b', '', '-rf', 'a\nb', '\x1b[31m', "\\x'y\n", '*', '~', '#x', 'é标'];

    for (const argument of hostile) {
      const script = `printf %s ${quoteForShell(argument)}`;
      expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe(argument);
    }
  });
});
