// Owns the proof that a release's manifest is edited where a lab needs it, and nowhere else.

import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { editCalicoManifest, kindsOf } from '../../../src/artifact/calico-manifest.ts';
import type { Design } from '../../../src/design/design.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { kindClusterOf } from '../../../src/design/kind-cluster.ts';
import { kindSettingsOf } from '../../../src/lab/kind-settings.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { bgpRr, vxlan } from '../../support/labs.ts';

/** The shape of a calico.yaml, in our words: a CRD with CEL rules, the ConfigMap, the DaemonSet, the controllers. */
const manifest = `---
# Source: crds
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ippools.crd.projectcalico.org
spec:
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        x-kubernetes-validations:
          - rule: cidr(self.cidr) == cidr(self.cidr).masked()
          - rule: self.blockSize > 0
        properties:
          cidr:
            type: string
            x-kubernetes-validations:
              - rule: isCIDR(self)
---
kind: ConfigMap
apiVersion: v1
metadata:
  name: calico-config
data:
  # Which backend runs.
  calico_backend: "bird"
  cni_network_config: |-
    {"plugins": [{"ipam": {"type": "calico-ipam"}}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name:   calico-node}   # stays as it is written
---
kind: DaemonSet
apiVersion: apps/v1
metadata:
  name: calico-node
spec:
  template:
    spec:
      initContainers:
        - name: install-cni
          image: quay.io/calico/calico:v3.33.0
          securityContext:
            privileged: true
      containers:
        - name: calico-node
          image: quay.io/calico/node:v3.33.0
          env:
            # The address of the node.
            - name: IP
              value: "autodetect"
            - name: CALICO_IPV4POOL_IPIP
              value: "Always"
            - name: CALICO_IPV4POOL_VXLAN
              valueFrom: {configMapKeyRef: {name: calico-config, key: vxlan}}
          livenessProbe:
            exec:
              command: [calico, --felix-live, --bird-live]
          readinessProbe:
            exec:
              command: [calico, -felix-ready, -bird-ready]
---
kind: Deployment
apiVersion: apps/v1
metadata:
  name: calico-kube-controllers
spec:
  template:
    spec:
      containers:
        - name: calico-kube-controllers
          image: quay.io/calico/calico:v3.33.0
          livenessProbe:
            exec:
              command: [/usr/bin/calico, component, kube-controllers, kube-controllers-health, -l]
`;

function designOf(lab: Lab): Design {
  const { design } = designLab(lab);
  if (design === undefined) throw new Error(lab.name);
  return design;
}

function edited(lab: Lab, text = manifest): string {
  return editCalicoManifest(text, 'calico.yaml', designOf(lab), kindClusterOf(lab));
}

interface Workload {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly Container[]; readonly initContainers?: readonly Container[] };
    };
  };
}

interface Container {
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly securityContext?: object;
  readonly livenessProbe?: { readonly exec: { readonly command: readonly string[] } };
  readonly readinessProbe?: { readonly exec: { readonly command: readonly string[] } };
}

function workload(text: string, kind: string): Workload['spec']['template']['spec'] {
  const found = parseAllDocuments(text).map((document) => document.toJS() as Workload | null);
  const spec = found.find((object) => object?.kind === kind)?.spec.template.spec;
  if (spec === undefined) throw new Error(`no ${kind}`);
  return spec;
}

function environment(text: string): Readonly<Record<string, string | undefined>> {
  const env = workload(text, 'DaemonSet').containers[0]?.env ?? [];
  return Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, valueFrom === undefined ? value : 'from']));
}

describe('a calico.yaml', () => {
  it('states address and pool of the lab, in place where the release states them', () => {
    const text = edited(bgpRr);
    expect(environment(text)).toEqual({
      IP: 'autodetect',
      IP_AUTODETECTION_METHOD: 'interface=net0',
      CALICO_IPV4POOL_CIDR: '10.244.0.0/16',
      CALICO_IPV4POOL_IPIP: 'Never',
      CALICO_IPV4POOL_VXLAN: 'Never',
      CALICO_IPV4POOL_BLOCK_SIZE: '26',
      CALICO_IPV4POOL_NAT_OUTGOING: 'true',
    });
    expect(text).toContain('# The address of the node.');
    expect(text).toContain('# Which backend runs.');
  });

  it('keeps every byte of what needs no change', () => {
    expect(edited(bgpRr)).toContain('metadata: {name:   calico-node}   # stays as it is written\n');
  });

  it('drops the probes of BIRD where no BIRD runs, and only there', () => {
    const without = workload(edited(vxlan), 'DaemonSet').containers[0];
    expect(without?.livenessProbe?.exec.command).toEqual(['calico', '--felix-live']);
    expect(without?.readinessProbe?.exec.command).toEqual(['calico', '-felix-ready']);
    expect(edited(vxlan)).toContain('calico_backend: "vxlan"');
    expect(workload(edited(bgpRr), 'DaemonSet').containers[0]?.livenessProbe?.exec.command).toContain('--bird-live');
  });

  it('drops rules with address functions below Kubernetes 1.31, and only there', () => {
    const at = (kubernetes: string): string => edited({ ...bgpRr, kind: kindSettingsOf({ kubernetes }) });
    expect(at('v1.30.14')).not.toMatch(/cidr\(|isCIDR\(/);
    expect(at('v1.30.14')).toContain('self.blockSize > 0');
    expect(at('v1.31.0')).toContain('isCIDR(self)');
  });

  it('makes no pool by itself where the lab has others', () => {
    const design = designOf(bgpRr);
    const pools = design.pools.map((pool) => ({ ...pool, metadata: { name: 'racks' } }));
    const text = editCalicoManifest(manifest, 'calico.yaml', { ...design, pools }, kindClusterOf(bgpRr));
    expect(environment(text)).toMatchObject({ NO_DEFAULT_POOLS: 'true', CALICO_IPV4POOL_IPIP: 'Always' });
    expect(environment(text)).not.toHaveProperty('CALICO_IPV4POOL_CIDR');
  });

  it('has its kinds in a file of their own, as they stand in it', () => {
    const text = edited(bgpRr);
    const kinds = kindsOf(text);
    expect(text).toContain(kinds);
    expect(kinds.match(/^kind: .*$/gm)).toEqual(['kind: CustomResourceDefinition']);
  });

  it('gives pods both families where a pool has IPv6', () => {
    const design = designOf(bgpRr);
    const [pool] = design.pools;
    if (pool === undefined) throw new Error('no pool');
    const second = {
      ...pool,
      metadata: { name: 'default-ipv6-ippool' },
      spec: { cidr: 'fd00:10:244::/56', blockSize: 122, nodeSelector: 'all()' },
    };
    const both = { ...design, pools: [...design.pools, second] };
    const text = editCalicoManifest(manifest, 'calico.yaml', both, kindClusterOf(bgpRr));
    expect(environment(text)).toMatchObject({
      IP6: 'autodetect',
      FELIX_IPV6SUPPORT: 'true',
      CALICO_IPV6POOL_CIDR: 'fd00:10:244::/56',
      CALICO_IPV6POOL_NAT_OUTGOING: 'false',
    });
    expect(text).toContain('"assign_ipv6": "true"');
  });

  it('takes the environment and the images of the lab', () => {
    const images = { 'quay.io/calico/node': 'registry.example/calico/node:v3.33.1' };
    const text = edited({ ...bgpRr, kind: kindSettingsOf({ env: { FELIX_LOGSEVERITYSCREEN: 'Debug' }, images }) });
    expect(environment(text)['FELIX_LOGSEVERITYSCREEN']).toBe('Debug');
    expect(workload(text, 'DaemonSet').containers[0]?.image).toBe('registry.example/calico/node:v3.33.1');
  });

  it('names the patch release that the lab names', () => {
    const version = { text: 'v3.33.2', minor: 33 };
    const text = edited({ ...bgpRr, calico: { ...bgpRr.calico, version } });
    expect(workload(text, 'DaemonSet').containers[0]?.image).toBe('quay.io/calico/node:v3.33.2');
  });

  it('mends what the one-image Calico ships: installers run as root, controllers have no probe their program lacks', () => {
    const text = edited(bgpRr);
    expect(workload(text, 'DaemonSet').initContainers?.[0]?.securityContext).toEqual({
      privileged: true,
      runAsUser: 0,
    });
    expect(workload(text, 'Deployment').containers[0]).not.toHaveProperty('livenessProbe');
  });

  it('refuses another file', () => {
    expect(() => edited(bgpRr, 'kind: DaemonSet\nmetadata: {name: kube-proxy}\n')).toThrow(
      'calico.yaml is not a calico.yaml that labctl can use: it has no DaemonSet calico-node',
    );
  });
});
