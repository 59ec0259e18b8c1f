// Owns the files that FRR and BIRD read, and the only place where a password enters one.

import type { Artifacts } from '../../artifact/artifacts.ts';
import { hasPasswordMark, passwordMark } from '../../artifact/password-mark.ts';
import type { Design, NodeDesign, RouterDesign } from '../../design/design.ts';
import { readSecretFile } from '../../host/secret-file.ts';
import { type ScriptFile, writeFileLine } from './script.ts';

/** FRR's files as they stand on a real router. */
export function frrFiles(router: RouterDesign, artifacts: Artifacts): readonly ScriptFile[] {
  const conf = artifacts.get(`routers/${router.name}/frr.conf`) ?? '';
  return [
    fileOf('/etc/frr/frr.conf', conf),
    fileOf('/etc/frr/vtysh.conf', 'service integrated-vtysh-config\nusername root nopassword\n'),
    fileOf(frrConfOfOthers, conf.replaceAll(/^ neighbor .* password .*\n/gm, '')),
  ];
}

/** What zebra and the other daemons read: every daemon logs the lines that are another's, so passwords are for bgpd alone. */
export const frrConfOfOthers = '/run/frr/others.conf';

/** BIRD's files where calico-node has them (calico.md B.1). */
export function birdFiles(node: NodeDesign, artifacts: Artifacts): readonly ScriptFile[] {
  return [fileOf('/etc/calico/confd/config/bird.cfg', artifacts.get(`nodes/${node.name}/bird.conf`))];
}

function fileOf(path: string, text = ''): ScriptFile {
  return { path, text, isSecret: hasPasswordMark(text) };
}

/** A daemon's files as a step of the plan has them: the lines that write them, and where the passwords are that they name. */
export type DaemonFiles = {
  readonly files: string;
  /** `<secret>/<key>` to the file with the password. */
  readonly secrets?: Readonly<Record<string, string>>;
};

/** The part of a plan's step that writes files. */
export function daemonFiles(files: readonly ScriptFile[], { secrets }: Design): DaemonFiles {
  const text = files.map(writeFileLine).join('');
  const named = Object.entries(secrets).filter(([name]) => text.includes(passwordMark(name)));
  return named.length === 0 ? { files: text } : { files: text, secrets: Object.fromEntries(named) };
}

/** The lines with passwords in the places of their marks, read at this moment. */
export async function withPasswords({ files, secrets = {} }: DaemonFiles): Promise<string> {
  let text = files;
  for (const [name, path] of Object.entries(secrets)) {
    const password = await readSecretFile(path);
    text = text.replaceAll(passwordMark(name), () => password);
  }
  return text;
}
