// Owns the proof of what preflight and doctor say of a machine for kind: every fault replayed, its message and command read.

import { describe, expect, it } from 'vitest';
import { designLab } from '../../../src/design/design-lab.ts';
import { kindClusterOf } from '../../../src/design/kind-cluster.ts';
import { freeNetworks } from '../../../src/engine/kind/free-networks.ts';
import { type KindNeed, probeKind } from '../../../src/engine/kind/probe.ts';
import { connectOnce } from '../../../src/host/docker/connect.ts';
import { kindSettingsOf } from '../../../src/lab/kind-settings.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { bgpRr, vxlan } from '../../support/labs.ts';
import { absent, type DaemonAnswer, type DaemonAnswers, recordingDocker } from '../../support/recording-docker.ts';
import { recorded, recordedFolder, recordingShell, type Said } from '../../support/recording-shell.ts';

const frr = 'quay.io/frrouting/frr:10.5.1';
const busybox = 'docker.io/library/busybox:1.36.1';
const nodeImage = 'docker.io/kindest/node:v1.30.14';
const programs = 'nsenter ip bridge ping traceroute tcpdump perl nft';

function needOf(lab: Lab): KindNeed {
  const { design } = designLab(lab);
  if (design === undefined) throw new Error('no design');
  return { design, cluster: kindClusterOf(lab), manifest: 'spec: {}', isOwned: false };
}

const cat = (file: string): string => `cat /proc/sys/${file}`;
const image = (name: string): string => `GET /images/${name}/json`;

describe.skipIf(recordedFolder === undefined)('preflight for kind', () => {
  const able: Record<string, Said> =
    recordedFolder === undefined
      ? {}
      : {
          'docker --version': { stdout: 'Docker version 20.10.24+dfsg1, build 297e128\n' },
          'kind version': recorded('kind/v0.33.0/version'),
          'containerlab version -j': { stdout: '{"version":"0.79.0"}' },
          'kubectl version --client --output json': recorded('kubectl/v1.30.14/version'),
          'kind get clusters': recorded('kind/v0.33.0/get-clusters-none'),
          'ip -4 -j route show': { stdout: '[{"dst":"default","dev":"eth0"},{"dst":"10.0.2.0/24","dev":"eth0"}]' },
          'ip -6 -j route show': { stdout: '' },
          [`sh -c for p; do command -v "$p" >/dev/null || echo "$p"; done labctl ${programs}`]: {},
          'id -u': { stdout: '0\n' },
          'uname -n -r': { stdout: 'vm 6.18.44-fc-v595\n' },
          [cat('fs/inotify/max_user_instances')]: { stdout: '8192\n' },
          [cat('net/ipv4/neigh/default/gc_thresh3')]: { stdout: '1024\n' },
          [cat('net/bridge/bridge-nf-call-iptables')]: { exitCode: 1 },
          [cat('net/ipv6/conf/all/disable_ipv6')]: { stdout: '0\n' },
          'iptables -S FORWARD': { stdout: '-P FORWARD ACCEPT\n' },
          'df --block-size=1 --output=avail /var/lib/docker': { stdout: 'Avail\n900000000000\n' },
        };

  const info = (): object => JSON.parse(recorded('docker/cli-28.2.2-dockerd-20.10.24/info').stdout) as object;
  const here: DaemonAnswer = { body: { Id: 'sha256:1', Os: 'linux', Architecture: 'amd64', Size: 1 } };
  const daemon = (): DaemonAnswers => ({
    'GET /info': { body: info() },
    'GET /networks': { body: [{ Name: 'host', Id: '1', IPAM: { Config: [] } }] },
    ...Object.fromEntries([nodeImage, frr, busybox].map((name) => [image(name), here])),
  });

  /** What is wrong, as a person reads it. */
  async function wrong(
    said: Record<string, Said>,
    { lab = bgpRr, answers = {} }: { readonly lab?: Lab; readonly answers?: DaemonAnswers } = {},
  ): Promise<readonly string[]> {
    const { env } = await recordingDocker({ ...daemon(), ...answers });
    return wrongOn(env, said, lab);
  }

  async function wrongOn(
    env: Readonly<Record<string, string>>,
    said: Record<string, Said>,
    lab: Lab = bgpRr,
  ): Promise<readonly string[]> {
    const findings = await probeKind(
      { host: recordingShell({ ...able, ...said }), connect: connectOnce(env), own: [] },
      needOf(lab),
    );
    return findings
      .filter(({ level }) => level !== 'ok')
      .map(({ id, level, message, cause = '', fix = [] }) =>
        [`${level} ${id}`, message, cause, fix.join(' ')].join(' | '),
      );
  }

  it('finds nothing where all is there', async () => {
    expect(await wrong({})).toEqual([]);
  });

  it('asks a daemon that does not answer nothing more', async () => {
    const said = { 'kind version': { exitCode: 127 } };
    expect(await wrongOn({ DOCKER_HOST: 'unix:///run/absent.sock' }, said)).toEqual([
      'missing docker | no Docker daemon answers at unix:///run/absent.sock: there is no such socket |  | systemctl start docker',
      'missing kind | the program kind is not on this machine, or does not answer |  | xdg-open https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
    ]);
  });

  it('asks a daemon that is too old nothing more', async () => {
    const answers = { 'GET /version': { body: { Version: '19.03.15', ApiVersion: '1.40' } } };
    expect(await wrong({}, { answers })).toEqual([
      'missing docker | Docker 19.03.15 (API 1.40) is too old | labctl speaks API 1.41 (Docker 20.10) and later; https://docs.docker.com/engine/install/ | ',
    ]);
  });

  it('refuses a daemon whose containers are not this machine, and doubts one by another name', async () => {
    const told = /^(\S+) docker-elsewhere \| the Docker at unix:\S+ runs on (.*)$/;
    const cause =
      "labctl enters containers by their pids, which are that machine's: a virtual machine counts as another";
    const [desktop] = await wrong({ 'uname -n -r': { stdout: 'laptop 6.8.0-45-generic\n' } });
    expect(told.exec(desktop ?? '')?.slice(1)).toEqual([
      'missing',
      `vm (kernel 6.18.44-fc-v595), and labctl on laptop (6.8.0-45-generic) | ${cause} | docker context ls`,
    ]);
    const [inContainer] = await wrong({ 'uname -n -r': { stdout: '1f2e3d4c5b6a 6.18.44-fc-v595\n' } });
    expect(inContainer).toMatch(/^warning docker-elsewhere/);
  });

  it('wants the program docker too, which kind makes its nodes with', async () => {
    expect(await wrong({ 'docker --version': { exitCode: 127 } })).toEqual([
      'missing docker | the program docker is not on this machine, or does not answer |  | xdg-open https://docs.docker.com/engine/install/',
    ]);
  });

  it('names every missing image at once, and the command that gets them', async () => {
    const cause =
      'a node on the fabric reaches no registry, so all images are here before anything is built; labctl images load takes them from a file where there is no network';
    expect(await wrong({}, { answers: { [image(nodeImage)]: absent, [image(frr)]: absent } })).toEqual([
      `missing images | not on this Docker: ${nodeImage}, ${frr} | ${cause} | labctl images pull bgp-rr`,
    ]);
  });

  it('finds a network in the way', async () => {
    const kind = { Name: 'kind', Id: '1', IPAM: { Config: [{ Subnet: '172.18.0.0/16' }] } };
    expect(await wrong({}, { answers: { 'GET /networks': { body: [kind] } } })).toEqual([
      "missing subnet | Docker's network kind (172.18.0.0/16) is in the way of the lab's 172.18.0.0/16 | a lab that states no networks gets free ones | labctl up bgp-rr --engine kind --set cluster.network.prefix=172.19.0.0/16",
    ]);
  });

  it.each<[string, Record<string, Said>, string]>([
    [
      'an old containerlab',
      { 'containerlab version -j': { stdout: '{"version":"0.48.1"}' } },
      "missing containerlab | containerlab 0.48 is too old | the lab's files are written for 0.59 and later | xdg-open https://containerlab.dev/install/",
    ],
    [
      'a cluster of that name',
      { 'kind get clusters': { stdout: 'bgp-rr\n' } },
      'missing cluster-exists | a kind cluster named bgp-rr exists that this labctl did not make |  | kind delete cluster --name bgp-rr',
    ],
    [
      'a route in the way',
      { 'ip -4 -j route show': { stdout: '[{"dst":"172.16.0.0/12","dev":"wg0"}]' } },
      "missing subnet | the host's route by wg0 (172.16.0.0/12) is in the way of the lab's 172.18.0.0/16 | a lab that states no networks gets free ones | labctl up bgp-rr --engine kind --set cluster.network.prefix=192.168.0.0/20",
    ],
    [
      'few inotify instances',
      { [cat('fs/inotify/max_user_instances')]: { stdout: '128\n' } },
      'warning inotify | fs.inotify.max_user_instances is 128; 4 nodes want about 512 | kubelet then ends with "too many open files" | sysctl -w fs.inotify.max_user_instances=512',
    ],
    [
      "a firewall without Docker's rules",
      { 'iptables -S FORWARD': { stdout: '-P FORWARD DROP\n' } },
      "warning forward | the host's FORWARD policy is DROP, and Docker's rules are not there | somebody flushed the firewall after Docker had started: nodes of one network do not hear each other | systemctl restart docker",
    ],
    [
      'no IPv6',
      { [cat('net/ipv6/conf/all/disable_ipv6')]: { exitCode: 1 } },
      "missing ipv6 | IPv6 is switched off on this machine | Docker makes no network with IPv6 then, and every node's eth0 has it | sysctl -w net.ipv6.conf.all.disable_ipv6=0",
    ],
    [
      'programs that are not there',
      {
        [`sh -c for p; do command -v "$p" >/dev/null || echo "$p"; done labctl ${programs}`]: {
          stdout: 'ping\nnft\n',
        },
      },
      "missing programs | not on this machine: ping, nft | they look into the lab's network namespaces from here, so that nothing is installed in nodes and pods | apt-get install --yes iputils-ping nftables",
    ],
    [
      'a disk that is nearly full',
      { 'df --block-size=1 --output=avail /var/lib/docker': { stdout: 'Avail\n1073741824\n' } },
      'warning disk | 1.0 GiB are free where Docker keeps its data (/var/lib/docker); 4 nodes want about 8.0 GiB | kubelet evicts pods from a full disk | docker system df',
    ],
  ])('finds %s', async (_, answers, message) => {
    const found = await wrong(answers);
    expect(found[0]).toBe(message);
  });

  describe('without root', () => {
    const setuid = 'sh -c program=$(command -v containerlab) && [ -u "$program" ] && id -nG | grep -qw clab_admins';
    const user = { 'id -u': { stdout: '1000\n' } };

    it('a user of Docker is told what containerlab needs', async () => {
      expect(await wrong({ ...user, [setuid]: { exitCode: 1 } })).toEqual([
        'missing root | labctl does not run as root, and containerlab needs it | it makes links between containers; its packages install it setuid for the group clab_admins, which this user is not in | sudo labctl doctor --engine kind',
      ]);
    });

    it('a user of Docker and containerlab lacks nothing', async () => {
      expect(await wrong({ ...user, [setuid]: {} })).toEqual([]);
    });
  });

  describe('ports', () => {
    const kind = { apiServerPort: 6443, hostPorts: { '8080': 30_080, '8081': 30_081 } };
    const lab = { ...bgpRr, kind: kindSettingsOf(kind) };
    const ss = 'ss --no-header --listening --tcp --numeric --processes';

    it('that the lab states are named where somebody has them, with another that is free', async () => {
      const listening = [
        'LISTEN 0      4096       127.0.0.1:6443      0.0.0.0:*    users:(("docker-proxy",pid=812,fd=4))',
        'LISTEN 0      511                *:8081            *:*    users:(("node",pid=77,fd=20))',
        'LISTEN 0      128       10.0.2.15:8080      0.0.0.0:*    users:(("nginx",pid=5,fd=6))',
        'LISTEN 0      128            [::]:6444         [::]:*',
      ];
      expect(await wrong({ [ss]: { stdout: `${listening.join('\n')}\n` } }, { lab })).toEqual([
        'missing port | port 6443 of this machine is taken by docker-proxy (pid 812) | engines.kind.apiServerPort states it; a lab that states none gets a free one | labctl up bgp-rr --engine kind --set engines.kind.apiServerPort=6445',
        'missing port | port 8081 of this machine is taken by node (pid 77) | engines.kind.hostPorts.8081 states it | ss --listening --tcp --processes sport = :8081',
      ]);
    });

    it('are free, and that is all', async () => {
      expect(await wrong({ [ss]: { stdout: '' } }, { lab })).toEqual([]);
    });
  });

  it('says FORWARD DROP with Docker as it is: nothing of the lab passes there', async () => {
    const rules = '-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n';
    expect(await wrong({ 'iptables -S FORWARD': { stdout: rules } })).toEqual([]);
  });

  it('refuses nftables of kube-proxy to releases that have none', async () => {
    const nftables = (kubernetes: string): Lab => ({
      ...bgpRr,
      kind: kindSettingsOf({ kubeProxy: 'nftables', kubernetes, images: { node: nodeImage } }),
    });
    expect(await wrong({}, { lab: nftables('v1.30.14') })).toEqual([
      "missing kube-proxy | kube-proxy's nftables wants Kubernetes v1.31 and Calico v3.29 or later, not v1.30.14 and v3.33 |  | labctl up bgp-rr --engine kind --set engines.kind.kubeProxy=iptables",
    ]);
    expect(
      await wrong({ 'kind version': { stdout: 'kind v0.23.0 go1.21 linux/amd64' } }, { lab: nftables('v1.31.0') }),
    ).toEqual([
      "missing kind | kind 0.23 is too old | the lab's files are written for 0.24 and later | xdg-open https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
    ]);
  });

  it('tells cgroup v1 to a kubelet that would refuse it', async () => {
    const lab = { ...bgpRr, kind: kindSettingsOf({ kubernetes: 'v1.35.0', images: { node: nodeImage } }) };
    const answers = { 'GET /info': { body: { ...info(), CgroupVersion: '1' } } };
    expect(await wrong({}, { lab, answers })).toEqual([
      'warning cgroup-v1 | Kubernetes v1.35.0 on cgroup v1: kind.yaml sets failCgroupV1 to false | kubelet 1.35 and later refuse cgroup v1 otherwise | ',
    ]);
  });

  it('tries a tunnel that the lab needs instead of believing a list of modules', async () => {
    const device = 'unshare --net -- ip link add name probe type vxlan id 1 dstport 4789';
    const refused = { exitCode: 2, stderr: 'Error: Unknown device type.\n' };
    const own = { ...vxlan, kind: kindSettingsOf(undefined) };
    expect(await wrong({ [device]: refused }, { lab: own })).toEqual([
      'missing vxlan | this kernel makes no vxlan device: Error: Unknown device type. | calico-node is Ready all the same, and packets go unwrapped | modprobe vxlan',
    ]);
    expect(await wrong({ [device]: {} }, { lab: own })).toEqual([]);
  });
});

describe('networks of a lab', () => {
  const usual = {
    prefix: '172.18.0.0/16',
    gateway: '172.18.0.1',
    prefix6: 'fc00:f853:ccd:e793::/64',
    outside: '172.20.20.0/24',
  };

  it('are the usual ones where nobody has them', () => {
    expect(freeNetworks(usual, ['10.0.0.0/8', '172.17.0.0/16', '192.168.1.0/24'])).toEqual(usual);
  });

  it("are the next free ones beside another lab, kind's own network and a composed application", () => {
    const used = ['172.18.0.0/16', '172.19.0.0/16', '172.20.0.0/16', 'fc00:f853:ccd:e793::/64'];
    expect(freeNetworks(usual, used)).toEqual({
      prefix: '172.21.0.0/16',
      gateway: '172.21.0.1',
      prefix6: 'fc00:f853:ccd:e794::/64',
      outside: '172.22.20.0/24',
    });
  });

  it('leave a machine alone that routes all of 172.16.0.0/12 elsewhere', () => {
    const { prefix, outside } = freeNetworks(usual, ['172.16.0.0/12']);
    expect([prefix, outside]).toEqual(['192.168.0.0/20', '192.168.200.0/24']);
  });
});
