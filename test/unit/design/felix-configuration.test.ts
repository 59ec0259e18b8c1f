// Owns the proof that a FelixConfiguration's fields change what they are for, node by node, and that others are refused.

import { describe, expect, it } from 'vitest';
import { felixRules } from '../../../src/artifact/felix-rules.ts';
import { felixIptables } from '../../../src/artifact/iptables.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { felixScripts } from '../../../src/engine/netns/felix.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { fullmesh, vxlan } from '../../support/labs.ts';

function configuration(spec: object, name = 'default') {
  return { apiVersion: 'projectcalico.org/v3', kind: 'FelixConfiguration', metadata: { name }, spec };
}

function withObjects(lab: Lab, ...resources: readonly object[]): Lab {
  return { ...lab, calico: { ...lab.calico, resources } };
}

function designOf(lab: Lab) {
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(JSON.stringify(problems));
  return design;
}

/** Of the first node: identifier and MTU of its VXLAN device, MTU of its first pod. */
function seen(lab: Lab, ...resources: readonly object[]) {
  const [node] = designOf(withObjects(lab, ...resources)).nodes;
  const [tunnel] = node?.tunnels ?? [];
  return [tunnel !== undefined && 'vni' in tunnel ? tunnel.vni : undefined, tunnel?.mtu, node?.pods[0]?.mtu];
}

describe('a FelixConfiguration', () => {
  it('left out leaves identifier 4096 and the host MTU less the headers', () => {
    expect(seen(vxlan)).toEqual([4096, 1450, 1450]);
    expect(seen(fullmesh)).toEqual([undefined, undefined, 1500]);
  });

  it.each<readonly [string, object, readonly unknown[]]>([
    ['vxlanVNI', { vxlanVNI: 4242 }, [4242, 1450, 1450]],
    ['vxlanMTU', { vxlanMTU: 1400 }, [4096, 1400, 1400]],
    ['vxlanMTU 0, which Felix finds by itself', { vxlanMTU: 0 }, [4096, 1450, 1450]],
    ['mtuIfacePattern that no interface matches (1460)', { mtuIfacePattern: '^bond' }, [4096, 1410, 1410]],
  ])('acts by %s', (_, spec, expected) => {
    expect(seen(vxlan, configuration(spec))).toEqual(expected);
  });

  it('of one node goes before the default one, field by field', () => {
    const { nodes } = designOf(vxlan);
    const own = configuration({ vxlanMTU: 1380 }, `node.${nodes[0]?.name}`);

    expect(seen(vxlan, configuration({ vxlanMTU: 1400, vxlanVNI: 7 }), own)).toEqual([7, 1380, 1380]);
  });

  it('moves VXLAN to another port in the device and in all rules, and lets pods wrap packets themselves', () => {
    const rulesWith = (spec: object) => {
      const design = designOf(withObjects(vxlan, configuration(spec)));
      const [node] = design.nodes;
      return {
        device: felixScripts(design, false)[0]?.script,
        nft: felixRules(design, node!),
        iptables: felixIptables(design, node!),
      };
    };
    const moved = rulesWith({ vxlanPort: 8472 });
    expect(moved.device).toMatch(/ dstport 8472 nolearning /);
    for (const text of Object.values(moved)) expect(text).not.toContain('4789');
    expect(moved.nft.match(/udp dport 8472/g)).toHaveLength(5);

    const usual = rulesWith({});
    expect(usual.nft).toMatch(/ {4}udp dport 4789 drop\n {4}ip protocol 4 drop\n {2}\}/);
    expect(usual.iptables).toContain('-A cali-from-workload -p 4 -j DROP');
    const allowed = rulesWith({ allowVXLANPacketsFromWorkloads: true, allowIPIPPacketsFromWorkloads: true });
    expect(allowed.nft).toMatch(/ct state invalid drop\n {2}\}/);
    expect(allowed.iptables).not.toMatch(/cali-from-workload -p (4|udp)/);
  });

  it('is what the tunnel device is made from', () => {
    const design = designOf(withObjects(vxlan, configuration({ vxlanVNI: 4242, vxlanMTU: 1400 })));

    for (const { script } of felixScripts(design, false)) expect(script).toMatch(/ mtu 1400 type vxlan id 4242 /);
  });

  it.each<readonly [string, object, string]>([
    ['a field that changes nothing here', configuration({ bpfEnabled: true }), 'OBJECT_UNKNOWN_FIELD'],
    ['a name that Felix ignores', configuration({}, 'mine'), 'OBJECT_NAME'],
    ['a pattern that is none', configuration({ mtuIfacePattern: '(' }), 'OBJECT_FIELD_VALUE'],
    ['routes that BIRD writes too', configuration({ programClusterRoutes: 'Enabled' }), 'ROUTE_OWNER'],
    ['a port that captures do not know', configuration({ vxlanPort: 5000 }), 'VXLAN_PORT'],
    [
      'a priority that labctl does not act on',
      configuration({ ipv4NormalRoutePriority: 2000 }),
      'OBJECT_FIELD_NOT_YET',
    ],
    ['an identifier of more than 24 bits', configuration({ vxlanVNI: 16777216 }), 'OBJECT_FIELD_VALUE'],
  ])('with %s is refused', (_, raw, code) => {
    const errors = designLab(withObjects(vxlan, raw)).problems.filter(({ severity }) => severity === 'error');

    expect(errors.map((problem) => problem.code)).toEqual([code]);
  });
});
