import { describe, expect, it } from 'vitest';
import { machineReference } from '../../../src/app/machine-reference.ts';
import { LabError } from '../../../src/base/errors.ts';
import { machineNamed, typedNames } from '../../../src/design/named-machine.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

describe('a machine as it is typed', () => {
  it.each([
    ['leaf0', undefined, { lab: undefined, machine: 'leaf0' }],
    ['leaf0', 'bgp-rr', { lab: 'bgp-rr', machine: 'leaf0' }],
    ['fullmesh/worker', 'bgp-rr', { lab: 'fullmesh', machine: 'worker' }],
  ])('reads %s with --lab %s', (text, lab, reference) => {
    expect(machineReference(text, lab)).toEqual(reference);
  });

  it.each(['', '/', 'a/', '/b', 'a/b/c'])('refuses %j', (text) => {
    expect(() => machineReference(text, undefined)).toThrow(LabError);
  });

  it('may be short or whole', async () => {
    const design = await catalogueDesign('bgp-rr');

    expect(machineNamed(design, 'worker2').name).toBe('bgp-rr-worker2');
    expect(machineNamed(design, 'bgp-rr-worker2').name).toBe('bgp-rr-worker2');
    expect(machineNamed(design, 'spine1').kind).toBe('router');
    expect(machineNamed(design, 'pod-b').kind).toBe('pod');
  });

  it('is missed with the nearest and all names one can type', async () => {
    const design = await catalogueDesign('bgp-rr');

    expect(typedNames(design)).toEqual([
      'leaf0',
      'leaf1',
      'spine0',
      'spine1',
      'control-plane',
      'worker',
      'worker2',
      'worker3',
      'pod-a',
      'pod-c',
      'pod-d',
      'pod-b',
    ]);
    expect(() => machineNamed(design, 'wroker2')).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_MACHINE',
        message: 'no machine named wroker2 in lab bgp-rr',
        hint: 'did you mean `worker2`?',
        facts: [`machines: ${typedNames(design).join(', ')}`],
      }),
    );
  });
});
