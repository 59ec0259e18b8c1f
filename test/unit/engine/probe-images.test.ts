// What preflight says of images that are not here.

import { expect, it } from 'vitest';
import { kindImages } from '../../../src/artifact/kind-images.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { imageFindings } from '../../../src/engine/kind/probe-images.ts';
import { kindSettingsOf } from '../../../src/lab/kind-settings.ts';
import { bgpRr } from '../../support/labs.ts';

const { design } = designLab(bgpRr);
if (design === undefined) throw new Error('no design');
const manifest = '        - image: quay.io/calico/node:v3.33.0\n';

it('names all in one finding, with the command that gets them', () => {
  const images = kindImages(design, kindSettingsOf(undefined), manifest);

  expect(images.map(({ roles }) => roles.join(' '))).toEqual(['node', 'router switch', 'pod', 'calico']);
  expect(imageFindings(design, images)).toMatchObject([
    {
      message: `not on this Docker: ${images.map(({ reference }) => reference).join(', ')}`,
      fix: ['labctl', 'images', 'pull', 'bgp-rr'],
    },
  ]);
  expect(imageFindings(design, [])).toEqual([]);
});

it('says of VyOS that it is built, or left', () => {
  const missing = kindImages(design, kindSettingsOf({ routers: 'vyos' }), undefined).filter(({ isBuilt }) => isBuilt);

  expect(imageFindings(design, missing)).toMatchObject([
    {
      message: 'not on this Docker: vyos:1.5, and nobody publishes an image of VyOS',
      fix: ['labctl', 'up', 'bgp-rr', '--engine', 'kind', '--router', 'frr'],
    },
  ]);
});

it('takes a VyOS of a registry for one that can be pulled', () => {
  const settings = kindSettingsOf({ routers: 'vyos', images: { router: 'registry.example/vyos:1.4.9' } });

  expect(kindImages(design, settings, undefined).filter(({ isBuilt }) => isBuilt)).toEqual([]);
});
