// Owns the commands `calicoctl ipam show` and `calicoctl version`.

import { designOf } from '../../app/calicoctl.ts';
import { parseAddress } from '../../base/address.ts';
import { LabError } from '../../base/errors.ts';
import { addressText, allocationsOf, ipamTable, usagesOf } from '../../report/ipam-show.ts';
import { type Call, print } from '../call.ts';

/** Flags of `calicoctl ipam show`. */
export interface IpamFlags {
  readonly showBlocks?: boolean;
  readonly ip?: string;
}

/** `labctl calicoctl ipam show [--show-blocks] [--ip <address>]`. */
export async function ipamCommand(call: Call, _args: readonly string[], flags: IpamFlags): Promise<number> {
  const design = await designOf(call.context, { lab: call.flags.lab });
  const { ip } = flags;
  if (ip !== undefined) {
    if (parseAddress(ip) === undefined) throw new LabError('USAGE', `not an address: ${JSON.stringify(ip)}`);
    const items = allocationsOf(design).filter(({ address }) => address === ip);
    print(call, 'AllocationList', { items }, () => addressText(design, ip));
    return 0;
  }
  const items = usagesOf(design, flags.showBlocks ?? false);
  print(call, 'UsageList', { items }, () => ipamTable(items, design.version.minor));
  return 0;
}

/** `labctl calicoctl version`: the release whose behavior the lab follows. */
export async function calicoVersionCommand(call: Call): Promise<number> {
  const { version } = await designOf(call.context, { lab: call.flags.lab });
  const data = { client: version.text, cluster: version.text, labctl: call.context.version };
  print(call, 'CalicoVersion', data, () =>
    [
      `Client Version:    ${version.text}`,
      `Git commit:        none (labctl ${call.context.version})`,
      `Cluster Version:   ${version.text}`,
      'Cluster Type:      kdd,k8s,bgp,kubeadm',
      '',
    ].join('\n'),
  );
  return 0;
}
