// An explanation is true: the walk of tables ends as captured packets do, and names the entry that is missing when one is.

import { expect, it } from 'vitest';
import { missingBuild, runnerKinds, withLab } from '../support/scenario.ts';

const why = missingBuild();
if (why !== undefined) console.log(`skipped: explanations: ${why}`);
const kinds = why === undefined ? runnerKinds('explanations') : [];
if (kinds.length === 0) it.skip('explanations cannot run here', () => undefined);

interface Explanation {
  readonly isThereAndBack: boolean;
  readonly ping: { readonly received: number; readonly replies: readonly { readonly ttl: number }[] };
  readonly walks: readonly {
    readonly arrived?: { readonly ttl: number };
    readonly steps: readonly {
      readonly kind: string;
      readonly machine: string;
      readonly end?: { readonly reason: string };
      readonly frame?: {
        readonly packet: { readonly ip: { readonly ttl: number }; readonly wrapper?: { readonly kind: string } };
      };
    }[];
  }[];
  readonly capture: {
    readonly lines: readonly {
      readonly point: { readonly machine: string; readonly interface: string };
      readonly direction: string;
      readonly packet: { readonly kind: string; readonly ttl: number; readonly wrapping: string };
    }[];
  };
}

it.each(kinds)('explain in a VXLAN lab as %s', async (kind) => {
  await withLab('vxlan-crosssubnet', { kind }, async (running) => {
    const explain = async (exitCode: number, ...argv: readonly string[]): Promise<Explanation> => {
      const argvAll = ['explain', 'pod-a', 'pod-b', '--format', 'json', ...argv];
      return JSON.parse((await running.must(argvAll, exitCode)).stdout) as Explanation;
    };
    const deadEnds = ({ walks }: Explanation): readonly string[] =>
      walks.flatMap(({ steps }) =>
        steps.flatMap(({ end, machine }) => (end === undefined ? [] : [`${machine} ${end.reason}`])),
      );

    const whole = await explain(0, '--with-capture');
    expect(whole.ping.replies[0]?.ttl).toBe(whole.walks[1]?.arrived?.ttl);
    const told = whole.walks[0]!.steps.flatMap(({ kind: step, machine, frame }) =>
      step === 'neighbor' && !machine.startsWith('spine')
        ? [`${machine} ${frame?.packet.ip.ttl} ${frame?.packet.wrapper?.kind ?? 'none'}`]
        : [],
    );
    const seen = whole.capture.lines
      .filter(({ point, direction, packet }) => {
        const isTunnel = point.interface === 'vxlan.calico' || point.machine.startsWith('spine');
        return packet.kind === 'request' && direction === 'out' && !isTunnel;
      })
      .map(({ point, packet }) => `${point.machine} ${packet.ttl} ${packet.wrapping}`);
    expect(told).toEqual(seen);
    expect(told).toHaveLength(5);

    const chinese = (await running.must(['explain', 'pod-a', 'pod-c', '--lang', 'zh', '--markdown'])).stdout;
    expect(chinese).toContain('**哪条路由匹配');
    expect(chinese).not.toContain('VXLAN');

    const entry = (await running.exec('control-plane', 'bridge', 'fdb', 'show', 'dev', 'vxlan.calico'))
      .split('\n')
      .find((line) => line.includes('dst 10.1.8.11'))!;
    await running.exec('control-plane', 'bridge', 'fdb', 'del', entry.split(' ')[0]!, 'dev', 'vxlan.calico', 'self');
    expect(deadEnds(await explain(1))).toEqual([`${running.lab}-control-plane no-tunnel-end`]);
    await running.exec(
      'control-plane',
      'bridge',
      'fdb',
      'add',
      ...entry
        .trim()
        .replace(/ self.*/, ' self permanent')
        .replace(' dst', ' dev vxlan.calico dst')
        .split(' '),
    );

    await running.exec('leaf1', 'ip', 'route', 'add', 'blackhole', '10.1.5.0/24');
    expect(deadEnds(await explain(1))).toEqual(['leaf1 refused-by-route']);
    await running.exec('leaf1', 'ip', 'route', 'del', 'blackhole', '10.1.5.0/24');
    expect((await explain(0)).isThereAndBack).toBe(true);
  });
});
