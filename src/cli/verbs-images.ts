// Owns the declarations of the verbs under `images`: what labs on kind are made of.

import type { Command } from 'commander';
import type { LabsFlags, PullFlags, SaveFlags } from './commands/images.ts';
import { routerFlag, setFlag } from './lab-flags.ts';
import { addGroup, addVerb, type Door, type Flag } from './verb.ts';

const ofLabs: readonly Flag[] = [setFlag, routerFlag];

const locked: Flag = { flags: '--locked', description: 'refuse what labctl.lock of this folder does not have' };

/** Adds images with list, pull, save, load and verify. */
export function addImageVerbs(program: Command, door: Door): void {
  const images = addGroup(program, 'images', 'show, pull, save and load the images of labs on kind');
  images.helpGroup('Labs:');
  images.addHelpText('after', '\nExamples:\n  $ labctl images list bgp-rr\n  $ labctl images pull bgp-rr --lock');
  addVerb<LabsFlags>(images, door, {
    usage: 'list <labs...>',
    summary: 'show every image and manifest of labs, and what of them is here',
    flags: ofLabs,
    examples: ['labctl images list bgp-rr', 'labctl images list bgp-rr vxlan --format json'],
    load: async () => (await import('./commands/images.ts')).listImagesCommand,
  });
  addVerb<PullFlags>(images, door, {
    usage: 'pull <labs...>',
    summary: 'get what is not here, through mirrors, checked by digest',
    description:
      'Gets manifests and images of labs. An image is asked of the mirrors of its registry (engines.kind.mirrors, in the lab or in your own settings), then of the registry itself; what labctl.lock pins comes by its digest.',
    flags: [...ofLabs, locked, { flags: '--lock', description: 'write labctl.lock: digests and hashes of all of it' }],
    examples: ['labctl images pull bgp-rr', 'labctl images pull bgp-rr vxlan --lock'],
    load: async () => (await import('./commands/images.ts')).pullImagesCommand,
  });
  addVerb<SaveFlags>(images, door, {
    usage: 'save <labs...>',
    summary: 'write images and manifests of labs into one file',
    description:
      'Writes everything that labs need into one file with checksums, for a machine without a network. docker load takes it as well.',
    flags: [
      ...ofLabs,
      locked,
      { flags: '--out <file>', description: 'the file to write', default: 'labctl-images.tar' },
    ],
    examples: ['labctl images save bgp-rr', 'labctl images save bgp-rr vxlan --out labs.tar'],
    load: async () => (await import('./commands/images.ts')).saveImagesCommand,
  });
  addVerb(images, door, {
    usage: 'load <file>',
    summary: 'take images and manifests out of such a file; no network is asked',
    examples: ['labctl images load labctl-images.tar', 'labctl images load labs.tar --format json'],
    load: async () => (await import('./commands/images.ts')).loadImagesCommand,
  });
  addVerb<PullFlags>(images, door, {
    usage: 'verify [labs...]',
    summary: 'check that all is here and as labctl.lock pins it, or that a file is whole',
    flags: [...ofLabs, locked, { flags: '--archive <file>', description: 'check a file of images save instead' }],
    examples: ['labctl images verify bgp-rr --locked', 'labctl images verify --archive labctl-images.tar'],
    load: async () => (await import('./commands/images.ts')).verifyImagesCommand,
  });
}
