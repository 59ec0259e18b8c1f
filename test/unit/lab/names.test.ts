import { describe, expect, it } from 'vitest';
import { hintForName, machineName, nearestName, podName } from '../../../src/lab/names.ts';

describe('names', () => {
  // Words that `ip` would misread without a keyword, and what a shell or a path would make of others (faults.md 0.5).
  const good = ['a', 'leaf0', 'type', 'dev', 'netns', 'mtu', 'link', 'spine-1', 'a23456789012345'];
  const bad = [
    '',
    '-rf',
    '--help',
    '-4',
    '0leaf',
    'Leaf0',
    'leaf_0',
    'leaf.0',
    'leaf 0',
    'x;id',
    '$(id)',
    '`id`',
    '..',
    'a/b',
  ];
  const worse = ['a%d', 'a\nb', 'leaf0\u202e', 'lеaf0', 'a234567890123456', '@leaf', 'leaf*', 'leaf:eth0', '🦆'];

  it.each(good)('%s names a machine', (name) => expect(machineName.test(name)).toBe(true));

  it.each([...bad, ...worse])('%j does not', (name) => expect(machineName.test(name)).toBe(false));

  it('a pod has an RFC 1123 label of at most 63 characters', () => {
    expect(['pod-a', 'a'.repeat(63)].map((name) => podName.test(name))).toEqual([true, true]);
    expect(['pod-', 'a'.repeat(64), 'pod.a', 'Pod'].map((name) => podName.test(name))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('did you mean', () => {
  it.each([
    ['nextHopSelf', 'next-hop-self'],
    ['encapsulaton', 'encapsulation'],
    ['lefa0', 'leaf0'],
    ['WORKER', 'worker'],
    ['zzz', undefined],
  ])('%s: %s', (word, expected) => {
    expect(nearestName(word, ['next-hop-self', 'encapsulation', 'leaf0', 'worker'])).toBe(expected);
  });

  it('lists what is known when nothing is near, never more than twelve', () => {
    const many = Array.from({ length: 20 }, (_, i) => `worker${i}`);

    expect(hintForName('zzz', ['leaf0', 'leaf1'])).toBe('known: leaf0, leaf1');
    expect(hintForName('zzz', many)).toMatch(/, and 8 more$/);
    expect(hintForName('zzz', [])).toBeUndefined();
  });
});
