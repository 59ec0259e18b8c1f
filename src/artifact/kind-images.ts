// Owns which images a lab on kind is made of, and what each is for. Pure.

import type { Design } from '../design/design.ts';
import type { KindCluster } from '../design/kind-cluster.ts';

/** What an image is for: a node of kind, a router, the racks' switch, the lab's pods, or Calico. */
export type ImageRole = 'node' | 'router' | 'switch' | 'pod' | 'calico';

/** An image and all it is for. */
export interface KindImage {
  readonly reference: string;
  readonly roles: readonly ImageRole[];
  /** Nobody publishes it: it was built here, or loaded. */
  readonly isBuilt: boolean;
}

/** VyOS without a registry in its image's name is one's own: there is no official image of it. */
export function isBuiltRouter({ routers, images }: Pick<KindCluster, 'routers' | 'images'>): boolean {
  return routers === 'vyos' && !images.router.includes('/');
}

/** Every image that must be on this machine's Docker before anything is built; `manifest` is calico.yaml as it is applied. */
export function kindImages(
  design: Design,
  cluster: Pick<KindCluster, 'routers' | 'images'>,
  manifest: string | undefined,
): readonly KindImage[] {
  const { images } = cluster;
  const hasFabric = design.routers.length > 0;
  const used: readonly (readonly [ImageRole, string])[] = [
    ['node', images.node],
    ...(hasFabric
      ? ([
          ['router', images.router],
          ['switch', images.switch],
        ] as const)
      : []),
    ['pod', images.pod],
    ...manifestImages(manifest).map((image) => ['calico', image] as const),
  ];
  const roles = new Map<string, ImageRole[]>();
  for (const [role, image] of used) roles.set(image, [...new Set([...(roles.get(image) ?? []), role])]);
  return [...roles].map(([reference, of]) => ({
    reference,
    roles: of,
    isBuilt: reference === images.router && isBuiltRouter(cluster),
  }));
}

/** Images that a manifest names, each once. */
export function manifestImages(manifest = ''): readonly string[] {
  const named = [...manifest.matchAll(/^\s+(?:- )?image: ["']?([^"'\s]+)/gm)].flatMap(([, image]) => image ?? []);
  return [...new Set(named)];
}
