// Owns what a lab file may say of the kind engine: versions, images and the user's own files under `engines.kind`.

import * as z from 'zod';

const reference = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}$/;
const image = z.string().regex(reference, 'is not an image reference such as quay.io/frrouting/frr:10.5.1');
const source = z
  .string()
  .regex(/^(https?:\/\/)?[A-Za-z0-9._~/%+@:-]{1,1000}$/, 'is neither a file nor an http(s) address')
  .max(1000);
const port = z.int().min(1).max(65_535);
const portText = /^([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/;
const registry = /^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?$/;
const mirror = /^https?:\/\/[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9._-]+)*$/;

/** `engines.kind` as it is written. */
export const kindSchema = z.strictObject({
  kubernetes: z
    .string()
    .regex(/^v1\.(2[7-9]|3[0-6])\.(0|[1-9]\d?)$/, 'is not a Kubernetes release from v1.27.0 to v1.36')
    .optional()
    .describe('Release of the node image; default v1.30.14.'),
  kubeProxy: z.enum(['iptables', 'ipvs', 'nftables']).optional().describe("kube-proxy's mode; default iptables."),
  routers: z
    .enum(['frr', 'vyos'])
    .optional()
    .describe('What runs in the routers; default frr. VyOS has no official image: build `vyos:1.5`, or name yours.'),
  images: z
    .record(z.string().regex(reference, 'is neither node, router, switch, pod nor an image of the manifest'), image)
    .optional()
    .describe(
      "`node`, `router`, `switch`, `pod`, or an image of Calico's manifest without its tag: what is used for it.",
    ),
  manifest: source.optional().describe("calico.yaml as a file or an address; default: the release's own."),
  mirrors: z
    .record(
      z.string().regex(registry, 'is not a registry such as docker.io or registry.example:5000'),
      z.array(z.string().regex(mirror, 'is not the address of a mirror such as https://mirror.example:5000')).min(1),
    )
    .optional()
    .describe('Registry to the mirrors that are asked before it, in this order; images keep their names.'),
  apiServerPort: port
    .optional()
    .describe('Port of 127.0.0.1 at which the Kubernetes API answers; default: one that is free.'),
  hostPorts: z
    .record(z.string().regex(portText, 'is not a port from 1 to 65535'), port)
    .optional()
    .describe("Port of 127.0.0.1 to the port of the control plane's node that answers there, such as a NodePort."),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,80}$/, 'is not an environment variable'), z.string().max(1000))
    .optional()
    .describe('Environment of calico-node, over what labctl sets.'),
});

/** The kind engine's part of a lab, complete. */
export interface KindSettings {
  readonly kubernetes: { readonly text: string; readonly minor: number };
  readonly kubeProxy: 'iptables' | 'ipvs' | 'nftables';
  readonly routers: 'frr' | 'vyos';
  readonly images: {
    readonly node: string;
    readonly router: string;
    readonly switch: string;
    readonly pod: string;
    /** Repository (or whole reference) as a manifest names it to the image used instead. */
    readonly others: Readonly<Record<string, string>>;
  };
  /** The user's calico.yaml; undefined: the release's own. */
  readonly manifest: string | undefined;
  /** Registry to its mirrors (`https://mirror.example:5000/hub`), the first asked first. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
  /** On 127.0.0.1; undefined: kind takes a free one. */
  readonly apiServerPort: number | undefined;
  /** Ports of 127.0.0.1 to ports of the first control plane's node. */
  readonly hostPorts: Readonly<Record<string, number>>;
  readonly env: Readonly<Record<string, string>>;
}

/** The release that kind's recordings and the truth tables were taken with. */
const defaultKubernetes = 'v1.30.14';

/** FRR's own image: bgpd and zebra, and the iproute2 a switch needs. */
const frrImage = 'quay.io/frrouting/frr:10.5.1';

/** Nobody publishes it: the README of a rendered folder says how it is built. */
const vyosImage = 'vyos:1.5';

/** Has `ping`, `traceroute` and `ip`; nothing is installed into a pod later. */
const podImage = 'docker.io/library/busybox:1.36.1';

/** Fills in what `engines.kind` leaves out. */
export function kindSettingsOf(said: z.infer<typeof kindSchema> | undefined): KindSettings {
  const kubernetes = said?.kubernetes ?? defaultKubernetes;
  const routers = said?.routers ?? 'frr';
  const ownImage = routers === 'vyos' ? vyosImage : frrImage;
  const { node, router = ownImage, switch: bridge = frrImage, pod = podImage, ...others } = said?.images ?? {};
  return {
    kubernetes: { text: kubernetes, minor: Number(kubernetes.split('.')[1]) },
    kubeProxy: said?.kubeProxy ?? 'iptables',
    routers,
    images: { node: node ?? `docker.io/kindest/node:${kubernetes}`, router, switch: bridge, pod, others },
    manifest: said?.manifest,
    mirrors: said?.mirrors ?? {},
    apiServerPort: said?.apiServerPort,
    hostPorts: said?.hostPorts ?? {},
    env: said?.env ?? {},
  };
}
