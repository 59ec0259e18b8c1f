// Owns the proof that original labs are carried over: addresses, AS numbers and peers as they were, and nothing more written.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Design } from '../../../../src/design/design.ts';
import { filesOf, imported, problemsOf } from '../../../support/imports.ts';
import { designOf } from '../../../support/vyos-lab.ts';

/** The design of an import, by way of the files that are written. */
async function designed(name: string): Promise<Design> {
  const lab = imported(filesOf(name));
  const folder = mkdtempSync(join(tmpdir(), 'labctl-import-'));
  try {
    for (const [file, text] of lab.files) writeFileSync(join(folder, file), text);
    return (await designOf(join(folder, `${lab.name}.lab.yml`), folder)).design;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const addressesIn = ({ nodes }: Design) => nodes.map(({ name, addresses }) => `${name} ${addresses[0].address}`);

describe('an original lab', () => {
  it('of two scripts keeps addresses, labels, encapsulation and NAT', async () => {
    const design = await designed('script-two-racks');

    expect(addressesIn(design)).toEqual([
      'ipip-racks-control-plane 10.1.5.10/24',
      'ipip-racks-worker 10.1.5.11/24',
      'ipip-racks-worker2 10.1.8.20/24',
    ]);
    expect(design.routers[0]?.vyos?.chains).toMatchObject([
      { table: 'ip nat', chain: 'postrouting', rules: ['ip saddr 10.1.0.0/16 oifname "eth0" masquerade'] },
    ]);
    const text = imported(filesOf('script-two-racks')).files.get('ipip-racks.lab.yml');
    expect(text).toContain('- {role: worker, rack: rack1, address: 10.1.8.20, labels: {disk: ssd}}');
    expect(text).toContain('version: v3.27.3\n  encapsulation: IPIPCrossSubnet\n');
  });

  it('of containerlab and calicoctl files keeps AS numbers and every peer', async () => {
    const design = await designed('clab-leaf-spine');

    expect(design.routers.map(({ name, asNumber }) => `${name} ${asNumber}`)).toEqual([
      'leaf0 65005',
      'leaf1 65008',
      'spine0 500',
    ]);
    expect(
      design.nodes.map(({ peers }) => `${peers.localAs}: ${peers.ipv4.map(({ address }) => address).join()}`),
    ).toEqual(['65005: 10.1.5.1', '65005: 10.1.5.1', '65008: 10.1.8.1', '65008: 10.1.8.1']);
    const names = imported(filesOf('clab-leaf-spine')).files.get('rr.lab.yml');
    expect(names).toContain('- {rack: rack0, to: leaf0}');
    expect(names).toContain('name: second-rack');
    expect(names).toContain('nodeASNumber: leaf');
  });

  it('without a fabric takes release and pool from the script, and labels too', async () => {
    const { files, understood } = imported(filesOf('flat'));

    expect([...files.keys()]).toEqual(['flat.lab.yml']);
    expect(files.get('flat.lab.yml')).toContain(
      'calico:\n  version: v3.29.1\n  backend: vxlan\n  encapsulation: VXLANCrossSubnet\n  blockSize: 24\n',
    );
    expect(files.get('flat.lab.yml')).toContain('- {role: worker, labels: {disk: ssd}}');
    expect(understood.map(({ at, what }) => `${at.file}:${at.line} ${what}`)).toContain('up.sh:9 labels of worker');
    expect((await designed('flat')).nodes).toHaveLength(3);
  });

  it('takes AS numbers from annotations of Kubernetes nodes, where Calico keeps them', () => {
    const annotated = (text: string) =>
      text
        .replaceAll(/apiVersion: projectcalico.org\/v3\nkind: Node/g, 'apiVersion: v1\nkind: Node')
        .replaceAll(/spec:\n.*\n {2}bgp: \{asNumber: (\d+).*\}/g, '  annotations: {projectcalico.org/ASNumber: "$1"}');
    const files = filesOf('clab-leaf-spine', (path, text) => (path === 'objects.yaml' ? annotated(text) : text));

    expect(files.find(({ path }) => path === 'objects.yaml')?.text).not.toContain('bgp:');
    expect(imported(files).files).toEqual(imported(filesOf('clab-leaf-spine')).files);
  });

  it('names what it leaves out, with its line', () => {
    expect(problemsOf(filesOf('script-two-racks'))).toEqual([
      'cni.yaml:2 warning IMPORT_LEFT_OUT DaemonSet web: a lab has pods of its own, one a node',
    ]);
  });

  it('keeps a service of a DaemonSet: its pods are those of the lab, one a node, where the taint is taken away', async () => {
    const { services } = await designed('script-two-racks');

    expect(services).toMatchObject([
      {
        name: 'web',
        type: 'NodePort',
        nodePort: 32000,
        endpoints: [{ pod: 'pod-a' }, { pod: 'pod-c' }, { pod: 'pod-b' }],
      },
    ]);
    const tainted = filesOf('script-two-racks', (_, text) => text.replace(/^kubectl taint .*$/m, ''));
    expect(imported(tainted).files.get('ipip-racks.lab.yml')).toMatch(/endpoints:\n\s+- pod-c\n\s+- pod-b\n/);
  });

  it('says why a service is left out, and what of another is', () => {
    const service = (spec: string) =>
      problemsOf(
        filesOf('script-two-racks', (path, text) =>
          path === 'cni.yaml' ? text.replace(/ {2}type: NodePort.*$/s, spec) : text,
        ),
      ).slice(1);

    expect(service('  clusterIP: None\n  selector: {app: web}\n')).toEqual([
      'cni.yaml:13 warning IMPORT_LEFT_OUT Service web is left out: it has no address, only names',
    ]);
    expect(service('  selector: {app: other}\n')).toEqual([
      'cni.yaml:13 warning IMPORT_LEFT_OUT Service web is left out: it selects no pods of the folder',
    ]);
    expect(
      service(
        '  selector: {app: web}\n  sessionAffinity: ClientIP\n  ports: [{port: 8080, targetPort: 8080}, {port: 53, protocol: UDP}]\n',
      ),
    ).toEqual([
      'cni.yaml:19 warning IMPORT_LEFT_OUT a service of a lab has one port of TCP: this one of web is left out',
      'cni.yaml:19 warning IMPORT_LEFT_OUT the pods of a lab answer on 80, not on 8080',
      'cni.yaml:18 warning IMPORT_LEFT_OUT sessionAffinity of Service web is left out',
    ]);
  });

  it('counts as the script writes it where a file of the same name says otherwise', () => {
    const files = [
      ...filesOf('script-two-racks'),
      { path: 'clab.yaml', shown: 'clab.yaml', text: 'name: old\ntopology: {nodes: {}}\n' },
    ];

    expect(problemsOf(files)[0]).toBe(
      'clab.yaml:1 warning IMPORT_LEFT_OUT the script writes this file anew (2-setup-clab.sh:6)',
    );
    expect(imported(files).files.has('ipip-racks-fabric.yml')).toBe(true);
  });
});

describe('what cannot be carried over', () => {
  const edited = (name: string, file: string, from: string | RegExp, to: string) =>
    problemsOf(filesOf(name, (path, text) => (path === file ? text.replace(from, to) : text))).filter((line) =>
      / error /.test(line),
    );

  it.each([
    ['a broken document', 'kind.yaml', 'nodes:', 'nodes: [', /^kind\.yaml:\d+ error LAB_YAML not valid YAML/],
    [
      'a circle of containers',
      'fabric.clab.yml',
      'rr-worker2:\n',
      'rr-ghost: {kind: linux, network-mode: "container:rr-spirit"}\n    rr-spirit: {kind: linux, network-mode: "container:rr-ghost"}\n    rr-worker2:\n',
      /^fabric\.clab\.yml:18 error IMPORT_REFUSED containers share each other's network in a circle: rr-ghost > rr-spirit > rr-ghost/,
    ],
    [
      'a missing router file',
      'fabric.clab.yml',
      'spine0.boot',
      'spine9.boot',
      /^fabric\.clab\.yml:11 error IMPORT_REFUSED there is no file `spine9\.boot`/,
    ],
    [
      'an address of another network',
      'fabric.clab.yml',
      '10.1.5.11/24',
      '10.9.5.11/24',
      /^fabric\.clab\.yml:17 error IMPORT_REFUSED 10\.9\.5\.11\/24 of rr-worker is not inside/,
    ],
    [
      'a gateway that is not the leaf',
      'fabric.clab.yml',
      'default via 10.1.5.1',
      'default via 10.1.5.2',
      /the default route of rr-control-plane leads to 10\.1\.5\.2/,
    ],
    [
      'a command in a node',
      'fabric.clab.yml',
      'ip route replace default via 10.1.5.1',
      'tc qdisc add dev net0 root netem loss 5%',
      /^fabric\.clab\.yml:15 error IMPORT_REFUSED rr-control-plane runs `tc/,
    ],
    [
      'an unknown word of VyOS',
      'leaf0.boot',
      'system-as 65005',
      'system-as 65005\n        nonsense',
      /^leaf0\.boot:\d+ error VYOS_/,
    ],
    [
      'an object of a node that is not there',
      'objects.yaml',
      'name: rr-worker3',
      'name: rr-worker9',
      /^objects\.yaml:34 error IMPORT_REFUSED the cluster has no node `rr-worker9`/,
    ],
    [
      'another address in the Node object',
      'objects.yaml',
      'ipv4Address: 10.1.8.10/24',
      'ipv4Address: 10.1.8.99/24',
      /^objects\.yaml:\d+ error IMPORT_REFUSED rr-worker2 speaks BGP from 10\.1\.8\.99\/24/,
    ],
    [
      'the eBPF dataplane',
      'calico.yaml',
      'FELIX_IPV6SUPPORT\n              value: "false"',
      'FELIX_BPFENABLED\n              value: "true"',
      /^calico\.yaml:\d+ error IMPORT_REFUSED FELIX_BPFENABLED=true/,
    ],
  ])('is placed: %s', (_, file, from, to, expected) => {
    const errors = edited('clab-leaf-spine', file, from, to);

    expect(errors.join('\n')).toMatch(new RegExp(expected.source, 'm'));
  });

  it('is said once of each machine: a circle says no more than that', () => {
    const circle = 'rr-ghost: {kind: linux, network-mode: "container:rr-ghost"}\n    rr-worker2:\n';

    expect(edited('clab-leaf-spine', 'fabric.clab.yml', 'rr-worker2:\n', circle)).toHaveLength(1);
  });

  it('is placed: two fabrics, both named', () => {
    const second = {
      path: 'other.clab.yml',
      shown: 'other.clab.yml',
      text: 'name: other\ntopology: {nodes: {a: {kind: bridge}}}\n',
    };

    expect(problemsOf([...filesOf('clab-leaf-spine'), second])).toContain(
      'other.clab.yml:1 error IMPORT_REFUSED there are 2 candidates for the containerlab topology: fabric.clab.yml:1, other.clab.yml:1',
    );
  });

  it('is placed: a change that a script makes later', () => {
    const patch = 'calicoctl patch bgpconfiguration default -p \'{"spec": {"asNumber": 64999}}\'\n';
    const errors = problemsOf(filesOf('flat', (_, text) => text + patch));

    expect(errors).toEqual([`up.sh:16 error IMPORT_REFUSED \`${patch.trim()}\` is a change that is not carried over`]);
  });

  it('is a folder without a cluster, or without Calico', () => {
    expect(problemsOf([])).toEqual(['error IMPORT_NOTHING original has no kind configuration (no file at all)']);
    const errors = problemsOf(filesOf('clab-leaf-spine', (path, text) => (path === 'calico.yaml' ? undefined : text)));
    expect(errors.join('\n')).toMatch(/^kind\.yaml:1 error IMPORT_REFUSED there is no Calico manifest/m);
  });
});
