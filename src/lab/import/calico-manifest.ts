// Owns reading Calico's manifest: release, backend, and what the environment of calico-node says that packets depend on.

import { entryOf, type Span, type Tree, treeAt } from '../tree.ts';
import { type Account, entriesOf, itemsOf, textOf } from './account.ts';
import type { YamlPart } from './parts.ts';
import type { ScriptCommand } from './script.ts';

/** Keys of `calico:` in a lab file. */
export type CalicoKeys = Record<string, unknown>;

/** What a lab has where its file says nothing. */
const usual: CalicoKeys = {
  backend: 'bird',
  encapsulation: 'None',
  encapsulation6: 'None',
  blockSize: 26,
  blockSize6: 122,
  natOutgoing: true,
  natOutgoing6: false,
  autodetection: 'first-found',
  autodetection6: 'first-found',
  routerID: '',
  typha: false,
};

/** The keys that say more than a lab without them. */
export function withoutUsual(keys: CalicoKeys): CalicoKeys {
  return Object.fromEntries(Object.entries(keys).filter(([key, value]) => value !== usual[key]));
}

/** What a manifest says. */
export interface Manifest {
  readonly keys: CalicoKeys;
  /** CALICO_IPV4POOL_CIDR, where it is set. */
  readonly podSubnet: string | undefined;
  readonly podSubnet6: string | undefined;
}

/** Variables that change no packet of a lab, or say what labctl does anyway. */
const silent =
  /^(DATASTORE_TYPE|WAIT_FOR_DATASTORE|NODENAME|CLUSTER_TYPE|KUBERNETES_.*|CALICO_MANAGE_CNI|CALICO_NETWORKING_BACKEND|CALICO_DISABLE_FILE_LOGGING|CALICO_STARTUP_LOGLEVEL|CALICO_.*_LOG.*|BGP_LOGSEVERITYSCREEN|FELIX_LOG.*|FELIX_HEALTH.*|FELIX_DEFAULTENDPOINTTOHOSTACTION|FELIX_PROMETHEUS.*|FELIX_USAGEREPORTING.*|FELIX_TYPHA.*|FELIX_IGNORELOOSERPF|IP6_AUTODETECTION_METHOD|CALICO_K8S_NODE_REF|NO_DEFAULT_POOLS)$/;

const encapsulations: Readonly<Record<string, '' | 'Always' | 'CrossSubnet' | undefined>> = {
  '': '',
  off: '',
  never: '',
  always: 'Always',
  crosssubnet: 'CrossSubnet',
  'cross-subnet': 'CrossSubnet',
};

type Carry = (value: string, keys: CalicoKeys) => boolean;

/** What variables say in words of a lab file; false: it cannot be said. */
const carried: Readonly<Record<string, Carry>> = {
  // Empty: the address that the Node object states stays, as it must on a loopback, where no method looks.
  IP: (value, keys) => value === 'autodetect' || (value === '' && put(keys, 'autodetection', 'interface=lo')),
  IP6: (value) => ['autodetect', 'none', ''].includes(value),
  IP_AUTODETECTION_METHOD: (value, keys) => put(keys, 'autodetection', value),
  IP6_AUTODETECTION_METHOD: (value, keys) => put(keys, 'autodetection6', value),
  AS: (value, keys) => put(keys, 'nodeASNumber', Number(value)),
  CALICO_ROUTER_ID: (value, keys) => put(keys, 'routerID', value),
  CALICO_IPV4POOL_IPIP: (value, keys) => putEncapsulation(keys, 'encapsulation', 'IPIP', value),
  CALICO_IPV4POOL_VXLAN: (value, keys) => putEncapsulation(keys, 'encapsulation', 'VXLAN', value),
  CALICO_IPV6POOL_VXLAN: (value, keys) => putEncapsulation(keys, 'encapsulation6', 'VXLAN', value),
  CALICO_IPV4POOL_BLOCK_SIZE: (value, keys) => put(keys, 'blockSize', Number(value)),
  CALICO_IPV6POOL_BLOCK_SIZE: (value, keys) => put(keys, 'blockSize6', Number(value)),
  CALICO_IPV4POOL_NAT_OUTGOING: (value, keys) => put(keys, 'natOutgoing', value !== 'false'),
  CALICO_IPV6POOL_NAT_OUTGOING: (value, keys) => put(keys, 'natOutgoing6', value === 'true'),
  CALICO_IPV4POOL_CIDR: () => true,
  CALICO_IPV6POOL_CIDR: () => true,
  CALICO_IPV4POOL_NODE_SELECTOR: (value) => value === 'all()',
  FELIX_IPV6SUPPORT: () => true,
  FELIX_BPFENABLED: (value) => value === 'false',
  FELIX_WIREGUARDENABLED: (value) => value === 'false',
  FELIX_IPINIPMTU: (value) => value === '0',
  FELIX_VXLANMTU: (value) => value === '0',
  FELIX_WIREGUARDMTU: () => true,
};

/** Reads calico-node's DaemonSet and the ConfigMap beside it. */
export function readManifest(daemonSet: YamlPart, configMap: YamlPart | undefined, account: Account): Manifest {
  const keys: CalicoKeys = {};
  const config = entryOf(configMap?.tree, 'data')?.value;
  const containers = itemsOf(treeAt(daemonSet.tree, ['spec', 'template', 'spec', 'containers']));
  const container = containers.find((item) => textOf(entryOf(item, 'name')?.value) === 'calico-node') ?? containers[0];
  const image = entryOf(container, 'image')?.value;
  readVersion(image, keys, account);
  readConfig(config, keys, account);
  const values = new Map<string, string>();
  for (const item of itemsOf(entryOf(container, 'env')?.value)) {
    const name = textOf(entryOf(item, 'name')?.value) ?? '';
    const from = entryOf(entryOf(entryOf(item, 'valueFrom')?.value, 'configMapKeyRef')?.value, 'key')?.value;
    const value = textOf(entryOf(item, 'value')?.value) ?? textOf(entryOf(config, textOf(from) ?? '')?.value) ?? '';
    values.set(name, value);
    readVariable(name, value, entryOf(item, 'name')?.value.span ?? item.span, keys, account);
  }
  return { keys, podSubnet: values.get('CALICO_IPV4POOL_CIDR'), podSubnet6: values.get('CALICO_IPV6POOL_CIDR') };
}

/** A manifest that a script applies from Calico's own address: its defaults are known. */
export function manifestOfCommand({ text, span }: ScriptCommand, account: Account): Manifest | undefined {
  const [, version, variant] =
    /\/(?:calico\/)?(v3\.\d+(?:\.\d+)?)\/manifests\/calico(-vxlan|-typha)?\.yaml/.exec(text) ?? [];
  if (version === undefined) return undefined;
  const keys =
    variant === '-vxlan' ? { version, backend: 'vxlan', encapsulation: 'VXLAN' } : { version, encapsulation: 'IPIP' };
  account.take(span, `Calico ${version}, ${keys.encapsulation} as its manifest has it`);
  return { keys: variant === '-typha' ? { ...keys, typha: true } : keys, podSubnet: undefined, podSubnet6: undefined };
}

function readVersion(image: Tree | undefined, keys: CalicoKeys, account: Account): void {
  const [, version] = /:(v3\.\d+(?:\.\d+)?)/.exec(textOf(image) ?? '') ?? [];
  if (image === undefined) return;
  if (version === undefined)
    account.leave(
      image.span,
      `the image ${textOf(image)} does not tell Calico's release: the lab takes labctl's newest`,
    );
  else keys['version'] = version;
  account.take(image.span, `Calico ${version ?? 'of an unknown release'}`);
}

function readConfig(config: Tree | undefined, keys: CalicoKeys, account: Account): void {
  for (const [key, value, span] of entriesOf(config)) {
    const said = textOf(value) ?? '';
    if (key === 'calico_backend') put(keys, 'backend', said);
    else if (key === 'typha_service_name') put(keys, 'typha', said !== 'none');
    else if (key === 'veth_mtu' && said !== '0')
      account.refuse(
        span,
        `the MTU of pods is stated (${said}): labctl derives it from the nodes' links, as veth_mtu "0" does`,
        'state the MTU of the links in the topology',
      );
    else if (key === 'cni_network_config' && !said.includes('calico-ipam'))
      account.refuse(span, 'pods get their addresses from another IPAM than calico-ipam');
  }
}

function readVariable(name: string, value: string, span: Span, keys: CalicoKeys, account: Account): void {
  if (silent.test(name)) return;
  const carry = carried[name];
  if (carry === undefined) {
    account.leave(span, `${name}=${value} of calico-node is left out`);
  } else if (!carry(value, keys)) {
    account.refuse(span, `${name}=${value} of calico-node has no counterpart in a lab`);
  }
}

function put(keys: CalicoKeys, key: string, value: unknown): true {
  keys[key] = value;
  return true;
}

/** `never` of one tunnel does not take back what the other said. */
function putEncapsulation(keys: CalicoKeys, key: string, tunnel: 'IPIP' | 'VXLAN', value: string): boolean {
  const when = encapsulations[value.toLowerCase()];
  if (when === undefined) return false;
  if (when === '') return true;
  if (keys[key] !== undefined) return false;
  keys[key] = when === 'Always' ? tunnel : `${tunnel}CrossSubnet`;
  return true;
}
