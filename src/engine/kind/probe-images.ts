// Owns what preflight says of images that are not here: all at once, and every way to get them.

import type { KindImage } from '../../artifact/kind-images.ts';
import type { Design } from '../../design/design.ts';
import type { Finding } from '../../plan/finding.ts';

/** The findings for images that are missing; none where all are here. */
export function imageFindings(design: Design, missing: readonly KindImage[]): readonly Finding[] {
  const lab = design.variant === undefined ? design.lab : `${design.lab}:${design.variant}`;
  const published = missing.filter(({ isBuilt }) => !isBuilt).map(({ reference }) => reference);
  const findings: Finding[] = [];
  if (published.length > 0)
    findings.push({
      id: 'images',
      level: 'missing',
      message: `not on this Docker: ${published.join(', ')}`,
      cause:
        'a node on the fabric reaches no registry, so all images are here before anything is built; labctl images load takes them from a file where there is no network',
      fix: ['labctl', 'images', 'pull', lab],
    });
  for (const { reference } of missing.filter(({ isBuilt }) => isBuilt))
    findings.push({
      id: 'image-vyos',
      level: 'missing',
      message: `not on this Docker: ${reference}, and nobody publishes an image of VyOS`,
      cause: `labctl render ${lab} --for kind --router vyos writes into README.md how one is built; --set engines.kind.images.router=... names yours; FRR needs none`,
      fix: ['labctl', 'up', lab, '--engine', 'kind', '--router', 'frr'],
    });
  return findings;
}
