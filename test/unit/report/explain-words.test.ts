// Owns the tests of an explanation's sentences: no language lacks one, and both say the same facts.

import { describe, expect, it } from 'vitest';
import { type SentenceName, say, sentences } from '../../../src/report/explain-words.ts';
import { languages } from '../../../src/report/languages.ts';

const rows = Object.entries(sentences) as [SentenceName, (typeof sentences)[SentenceName]][];

function blanksOf(text: string): readonly string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!).sort();
}

describe.each(rows)('the sentence %s', (name, sentence) => {
  it('stands in every language with the same blanks', () => {
    for (const language of languages) expect(sentence[language].trim()).not.toBe('');
    expect([...new Set(blanksOf(sentence.zh))]).toEqual([...new Set(blanksOf(sentence.en))]);
    const facts = Object.fromEntries(blanksOf(sentence.en).map((blank) => [blank, 7]));
    for (const language of languages) expect(say(language, name, facts)).not.toContain('{');
  });

  it('is Chinese in Chinese', () => {
    if (name !== 'headTtl') expect(sentence.zh).toMatch(/\p{Script=Han}/u);
    expect(sentence.en).not.toMatch(/\p{Script=Han}/u);
  });
});

it('refuses a sentence without its facts', () => {
  expect(() => say('en', 'askRoute')).toThrow('the sentence askRoute lacks address');
});
