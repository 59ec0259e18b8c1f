// Owns the proof that selectors mean what Calico means by them.

import { describe, expect, it } from 'vitest';
import { parseSelector } from '../../../src/calico/selector.ts';

const labels = { rack: 'rack0', 'kubernetes.io/os': 'linux', empty: '' };

describe('parseSelector', () => {
  it.each([
    ['', true],
    ['all()', true],
    ['all( )', true],
    ['!all()', false],
    ['global()', true],
    ["rack == 'rack0'", true],
    ['rack=="rack0"', true],
    ["rack == 'rack1'", false],
    ["rack != 'rack1'", true],
    ["absent != 'x'", true],
    ["absent == ''", false],
    ["empty == ''", true],
    ['has(rack)', true],
    ['has( kubernetes.io/os )', true],
    ['!has(rack)', false],
    ['!!has(rack)', true],
    ['! has(absent)', true],
    ["rack in { 'rack0', 'rack1' }", true],
    ["rack in {'rack1',}", false],
    ['rack in {}', false],
    ["rack not in { 'rack0' }", false],
    ["rack notin { 'rack1' }", true],
    ["absent not in { 'x' }", true],
    ["rack contains 'ck'", true],
    ["rack starts with 'rack'", true],
    ["rack startswith 'x'", false],
    ["rack ends with '0'", true],
    ["absent contains 'x'", false],
    ["rack == 'rack1' || has(empty)", true],
    ["has(rack) && rack == 'rack1' || all()", true],
    ["has(rack) && (rack == 'rack1' || has(absent))", false],
    ["!(rack == 'rack1') && has(rack)", true],
    ["has.rack == 'x'", false],
    ["all == 'x' || in == 'y'", false],
  ])('%s', (text, expected) => {
    const selector = parseSelector(text);

    expect(typeof selector === 'string' ? selector : selector.matches(labels)).toBe(expected);
  });

  it.each([
    ["rack = 'a'", 6],
    ["rack == 'a", 9],
    ['rack == a', 9],
    ['rack', 5],
    ["rack likes 'a'", 6],
    ['has(rack', 9],
    ['has()', 5],
    ['all(', 5],
    ["rack in 'a'", 9],
    ["rack in { 'a'", 14],
    ["(rack == 'a'", 13],
    ["rack == 'a' & has(b)", 13],
    ["rack == 'a' has(b)", 13],
    ['&& has(a)', 1],
    ['has(a) &&', 10],
    ['$', 1],
  ])('refuses %s and names column %i', (text, column) => {
    expect(parseSelector(text)).toContain(`at column ${column}:`);
  });

  it('does not take inherited properties for labels', () => {
    const selector = parseSelector('has(constructor)');

    expect(typeof selector !== 'string' && selector.matches({})).toBe(false);
  });
});
