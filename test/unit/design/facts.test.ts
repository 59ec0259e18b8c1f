import { expect, it } from 'vitest';
import { factsOf, isForeign } from '../../../src/design/facts.ts';
import { pathFactsOf, tellingPairs } from '../../../src/design/path-facts.ts';
import { labDiffMarkdown, labDiffText } from '../../../src/report/lab-diff-text.ts';
import { diffFacts } from '../../../src/verify/lab-diff.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

it('tells the same of a lab and of the same lab under another name: blocks follow from node names', async () => {
  const design = await catalogueDesign('bgp-rr');
  const kinds = diffFacts(factsOf(design), factsOf(await catalogueDesign('bgp-rr:article')));

  expect(kinds.find(({ kind }) => kind === 'sessions')?.changes).toEqual([]);
  expect(kinds.find(({ kind }) => kind === 'paths')?.changes).toEqual([]);
  expect(kinds.find(({ kind }) => kind === 'routes')?.changes).toContainEqual({
    name: 'control-plane: worker.block',
    a: 'via worker dev net0 proto bird metric 1024',
    b: 'via worker dev net0 proto bird',
  });
});

it('knows the way, the wrapping and the TTL of plain and wrapped packets', async () => {
  const ways = async (lab: string) => {
    const design = await catalogueDesign(lab);
    return tellingPairs(design).map(({ from, to, family }) => [to.name, pathFactsOf(design, from, to, family)]);
  };
  const hops = [['control-plane'], ['leaf0'], ['spine0', 'spine1'], ['leaf1'], ['worker3']];
  const nodes = [['control-plane'], ['worker3']];
  const plain = { arrives: true, encapsulation: 'none', headerBytes: 0 };
  const wrapped = { arrives: true, encapsulation: 'vxlan', headerBytes: 50 };

  expect(await ways('bgp-rr')).toContainEqual(['pod-b', { ...plain, hops, traced: hops, ttl: 59 }]);
  expect(await ways('vxlan')).toContainEqual(['pod-b', { ...wrapped, hops, traced: nodes, ttl: 62 }]);
  expect(await ways('ipip')).toContainEqual([
    'pod-b',
    {
      ...wrapped,
      encapsulation: 'ipip',
      headerBytes: 20,
      hops,
      traced: [['control-plane'], ['*'], ['*'], ['*']],
      ttl: 62,
    },
  ]);
  expect((await ways('fullmesh-routed')).find(([name]) => name === 'pod-b')?.[1]).toMatchObject({ arrives: false });
});

it('tells what each end of a bad wire does to what it sends', async () => {
  const design = await catalogueDesign('impaired');
  const mended = {
    ...design,
    routers: design.routers.map((router) => ({
      ...router,
      interfaces: router.interfaces.map((port) => ({ ...port, netem: undefined })),
    })),
  };

  const [, , devices] = diffFacts(factsOf(design), factsOf(mended));

  expect(devices?.changes).toEqual([
    { name: 'border0: eth1', a: 'MTU 1500, netem loss 20%', b: 'MTU 1500' },
    { name: 'leaf0: eth1', a: 'MTU 1500, netem delay 20ms 5ms', b: 'MTU 1500' },
    { name: 'leaf1: eth1', a: 'MTU 1500, netem rate 200kbit', b: 'MTU 1500' },
    { name: 'spine0: eth1', a: 'MTU 1500, netem delay 20ms 5ms', b: 'MTU 1500' },
    { name: 'spine0: eth2', a: 'MTU 1500, netem rate 200kbit', b: 'MTU 1500' },
    { name: 'spine0: eth3', a: 'MTU 1500, netem corrupt 5%', b: 'MTU 1500' },
  ]);
});

it('shows only what differs, as text and as Markdown', async () => {
  const a = { reference: 'vxlan', from: 'design' } as const;
  const b = { reference: 'vxlan-crosssubnet', from: 'running' } as const;
  const kinds = diffFacts(factsOf(await catalogueDesign('vxlan')), factsOf(await catalogueDesign('vxlan-crosssubnet')));

  const text = labDiffText({ a, b, kinds, known: [] });
  const markdown = labDiffMarkdown({
    a,
    b,
    kinds,
    known: [{ id: 'bird-2', what: 'BIRD is newer', why: 'the fork is not packaged' }],
  });

  expect(text).toMatch(/^--- vxlan \(as it is when it is up\)\n\+\+\+ vxlan-crosssubnet \(as it runs now\)\n/);
  expect(text).toContain('\nsessions: all 4 equal\n');
  expect(markdown).toContain('- BIRD is newer: the fork is not packaged');
  expect(text).toContain(
    '- control-plane: worker.block: via worker.tunnel dev vxlan.calico onlink mtu 1450\n' +
      '+ control-plane: worker.block: via worker dev net0 proto 80 onlink\n',
  );
  expect(text).toContain('- pod-a to pod-c: wrapping: VXLAN, 50 bytes of headers more\n');
  expect(text).not.toContain('pod-a to pod-b');
  expect(markdown).toContain('| pod-a to pod-c: wrapping | VXLAN, 50 bytes of headers more | plain |');
});

it('takes what a cluster has beside the lab for nothing of the lab', async () => {
  const design = await catalogueDesign('fullmesh');
  const own = design.pods.map((pod) => pod.interface);

  expect([...own, 'vxlan.calico', 'eth0', undefined].filter((device) => isForeign(design, device))).toEqual([]);
  expect(['caliac2a5fa8a40', 'calico_tmp_B'].every((device) => isForeign(design, device))).toBe(true);
});
