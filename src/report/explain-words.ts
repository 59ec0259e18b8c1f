// Owns every sentence of an explanation in both languages, side by side. `{name}` is filled in with what was read.

import type { Language } from './languages.ts';

/** One sentence in each language. */
export type Sentence = Readonly<Record<Language, string>>;

/** All sentences. The two languages of one sentence have the same blanks. */
export const sentences = {
  title: { en: '{lab}: how an echo goes from {from} to {to}', zh: '{lab}：ICMP 回显报文如何从 {from} 到达 {to}' },
  titleService: {
    en: '{lab}: how a connection goes from {from} to the service {to}',
    zh: '{lab}：连接如何从 {from} 到达服务 {to}',
  },
  request: { en: 'Request: {source} to {destination}', zh: '请求：{source} 到 {destination}' },
  reply: { en: 'Reply: {source} to {destination}', zh: '应答：{source} 到 {destination}' },
  summary: { en: 'The walk in one table', zh: '路径一览' },
  headers: { en: 'leaves as: ', zh: '发出的报文：' },
  seen: { en: 'captured: ', zh: '抓到的报文：' },
  plain: { en: 'plain', zh: '未封装' },

  askRoute: { en: 'Which route takes {address}?', zh: '哪条路由匹配 {address}？' },
  askNeighbor: { en: 'Who answers for {address} on {dev}?', zh: '在 {dev} 上，谁来应答 {address}？' },
  askReversePath: {
    en: 'May a packet from {address} come in by {dev}?',
    zh: '来自 {address} 的报文可以从 {dev} 进入吗？',
  },
  askTranslation: { en: 'Does {from} stay the source?', zh: '源地址 {from} 保持不变吗？' },
  askService: { en: 'Is {from} the address of a service?', zh: '{from} 是服务的地址吗？' },
  askBack: { en: 'Whose answer is a packet to {from}?', zh: '发往 {from} 的报文是给谁的应答？' },
  askPort: { en: 'Behind which port is {mac}?', zh: '{mac} 在哪个端口之后？' },
  askTunnelEnd: { en: 'Which tunnel end is {address} behind?', zh: '{address} 位于哪个隧道端点之后？' },
  askTaker: { en: 'Who takes the packet to {address} here?', zh: '这里由谁接收发往 {address} 的报文？' },

  routeDefault: {
    en: 'Nothing but the default route fits: next hop {via}, out of {dev}.',
    zh: '只有默认路由匹配：下一跳 {via}，从 {dev} 发出。',
  },
  routeVia: {
    en: '{prefix} is the longest match: next hop {via}, out of {dev}.',
    zh: '最长匹配是 {prefix}：下一跳 {via}，从 {dev} 发出。',
  },
  routeConnected: {
    en: '{prefix} is the longest match and names no next hop: {address} itself must answer on {dev}.',
    zh: '最长匹配是 {prefix}，没有下一跳：{address} 自己必须在 {dev} 上应答。',
  },
  routeSeveral: {
    en: 'The entry has {count} next hops of equal cost; the hash of this packet chose {via} out of {dev}.',
    zh: '该表项有 {count} 个等价下一跳；内核按此报文的哈希选中了 {via}，从 {dev} 发出。',
  },
  routeUncertain: {
    en: 'The entry has {count} next hops of equal cost. The hash takes in a field that is made with the packet (a source port, or the IPv6 flow label), so any of them may be chosen; the walk goes on with {via} out of {dev}.',
    zh: '该表项有 {count} 个等价下一跳。哈希包含发送时才生成的字段（源端口或 IPv6 流标签），任何一个都可能被选中；这里沿 {via} 继续，从 {dev} 发出。',
  },
  byBird: { en: 'BIRD wrote it, from BGP (proto bird).', zh: '它由 BIRD 根据 BGP 写入（proto bird）。' },
  byBgp: { en: 'FRR wrote it, from BGP (proto bgp).', zh: '它由 FRR 根据 BGP 写入（proto bgp）。' },
  byFelix: { en: 'Felix wrote it (proto 80).', zh: '它由 Felix 写入（proto 80）。' },
  byFelixVxlan: {
    en: 'Felix wrote it; its VXLAN routes name no protocol.',
    zh: '它由 Felix 写入；Felix 的 VXLAN 路由不带协议标记。',
  },
  byKernel: {
    en: "It came with the interface's own address (proto kernel).",
    zh: '它随接口自身的地址产生（proto kernel）。',
  },
  ttlStart: { en: '{machine} sends it with TTL {after}.', zh: '{machine} 发送时 TTL 为 {after}。' },
  ttlForward: {
    en: '{machine} forwards it: TTL {before} becomes {after}.',
    zh: '{machine} 转发它：TTL 从 {before} 变为 {after}。',
  },
  ttlOuter: {
    en: '{machine} forwards by the outer header: its TTL {before} becomes {after}, the inner one stays.',
    zh: '{machine} 按外层头转发：外层 TTL 从 {before} 变为 {after}，内层不变。',
  },

  neighborAnswered: {
    en: '{owner} does: {address} has {mac} (neighbor entry {state}).',
    zh: '{owner}：{address} 的 MAC 是 {mac}（邻居表项 {state}）。',
  },
  neighborPermanent: {
    en: 'Nobody is asked: a permanent entry says {mac}, which is at {owner}.',
    zh: '无需询问：永久表项给出 {mac}，它在 {owner} 上。',
  },
  neighborProxy: {
    en: '{owner} does, for an address it does not have: proxy_arp is 1 on {dev} and it has a route to {address}, so it answers with the MAC of {dev}, {mac}.',
    zh: '{owner} 代答，尽管它没有这个地址：{dev} 的 proxy_arp 为 1，且它有到 {address} 的路由，因此用 {dev} 的 MAC {mac} 应答（ARP 代理）。',
  },
  neighborNobody: { en: '{mac} (neighbor entry {state}).', zh: '{mac}（邻居表项 {state}）。' },
  portLearned: {
    en: 'Behind {port}, which leads to {to}: the bridge {bridge} has learned it. A switch changes no header.',
    zh: '在 {port} 之后，通向 {to}：网桥 {bridge} 已学到它。交换机不修改任何头部。',
  },
  portHeld: {
    en: '{to} has it. The bridge is Docker’s own, on this machine itself, where labctl does not look. A switch changes no header.',
    zh: '{to} 持有它。该网桥是本机上 Docker 自己的，labctl 不查看。交换机不修改任何头部。',
  },
  reverseStrict: {
    en: 'Yes: rp_filter is 1 and the way back to {address} leads out of {dev} as well.',
    zh: '可以：rp_filter 为 1，而回到 {address} 的路由也从 {dev} 发出。',
  },
  reverseLoose: {
    en: 'Yes: rp_filter is 2 there and some route leads back to {address}.',
    zh: '可以：rp_filter 为 2，并且存在回到 {address} 的路由。',
  },
  translated: {
    en: 'No: this rule takes it, and the source becomes {to}. What answers will answer to {to}.',
    zh: '不：这条规则命中，源地址变为 {to}，应答也将发往 {to}。',
  },
  translatedBack: {
    en: '{machine} translated that connection on the way there: the destination {from} becomes {to} again.',
    zh: '{machine} 在去程转换过这个连接：目的地址 {from} 变回 {to}。',
  },
  serviceOne: {
    en: "Yes: kube-proxy's rules here make the destination {to}, port {port}.",
    zh: '是：这里的 kube-proxy 规则把目的地变为 {to}，端口 {port}。',
  },
  serviceSeveral: {
    en: "Yes: kube-proxy's rules here choose one of {count} endpoints by chance; the walk goes on with {to}, port {port}.",
    zh: '是：这里的 kube-proxy 规则在 {count} 个端点中随机选一个；这里沿 {to}、端口 {port} 继续。',
  },
  sourceBack: {
    en: '{machine} translated that connection on the way there: the source {from} becomes {to} again.',
    zh: '{machine} 在去程转换过这个连接：源地址 {from} 变回 {to}。',
  },
  wrappedVxlan: {
    en: 'The neighbor entry names the MAC {mac}, the forwarding entry of {dev} the tunnel end {end}. {dev} puts the frame into UDP to port {port}, VXLAN {vni}, from {source} to {end} with TTL {ttl}; from here on the outer address is looked up.',
    zh: '邻居表项给出 MAC {mac}，{dev} 的转发表项给出隧道端点 {end}。{dev} 把该帧封装进目的端口为 {port} 的 UDP、VXLAN {vni}，从 {source} 到 {end}，TTL 为 {ttl}；此后按外层地址查路由。',
  },
  wrappedIpip: {
    en: 'The next hop is itself the tunnel end. {dev} puts an IP header of protocol 4 before the packet, from {source} to {end} with TTL {ttl}; from here on the outer address is looked up.',
    zh: '下一跳本身就是隧道端点。{dev} 在报文前加上协议号为 4 的 IP 头，从 {source} 到 {end}，TTL 为 {ttl}；此后按外层地址查路由。',
  },
  unwrappedVxlan: {
    en: '{dev}: UDP port {port} and VXLAN {vni} are its own, and so is the MAC inside. The outer headers end here; the echo inside still has TTL {ttl}.',
    zh: '{dev}：UDP 端口 {port} 和 VXLAN {vni} 属于它，内层 MAC 也是它的。外层头到此为止；内层报文的 TTL 仍为 {ttl}。',
  },
  unwrappedIpip: {
    en: '{dev}: it takes packets of protocol 4. The outer header ends here; the echo inside still has TTL {ttl}.',
    zh: '{dev}：它接收协议号为 4 的报文。外层头到此为止；内层报文的 TTL 仍为 {ttl}。',
  },
  arrived: {
    en: '{machine} itself: the address is its own. The packet has arrived, with TTL {ttl}.',
    zh: '{machine} 自己：这是它自己的地址。报文已到达，TTL 为 {ttl}。',
  },

  deadNoRoute: {
    en: 'Dead end: {machine} has no way to {address}. Its kernel says: {said}.',
    zh: '死路：{machine} 没有到 {address} 的路。内核的回答：{said}。',
  },
  deadBlackhole: {
    en: 'Dead end: the longest match is {prefix}, a blackhole route. The packet is dropped and nobody is told.',
    zh: '死路：最长匹配是黑洞路由 {prefix}。报文被静默丢弃。',
  },
  deadRefused: {
    en: 'Dead end: the longest match is {prefix}, a route of type {type}. The packet is dropped, and an ICMP error goes back.',
    zh: '死路：最长匹配是 {type} 类型的路由 {prefix}。报文被丢弃，并返回 ICMP 差错。',
  },
  deadReversePath: {
    en: 'Dead end: rp_filter drops what comes from {address} by {dev}, since the way back is another: {back}.',
    zh: '死路：来自 {address}、从 {dev} 进入的报文被 rp_filter 丢弃，因为回程路由是另一条：{back}。',
  },
  deadNotForwarding: {
    en: 'Dead end: {address} is no address of {machine}, and it forwards nothing that comes in by {dev} (forwarding is 0).',
    zh: '死路：{address} 不是 {machine} 的地址，而它不转发从 {dev} 进入的报文（forwarding 为 0）。',
  },
  deadTtl: {
    en: 'Dead end: the TTL is used up. {machine} drops the packet and answers with ICMP time exceeded.',
    zh: '死路：TTL 已耗尽。{machine} 丢弃报文并以 ICMP 超时应答。',
  },
  deadLoop: {
    en: 'Dead end: the packet was here before. {machines} send it round until its TTL is used up.',
    zh: '死路：报文曾经过这里。{machines} 之间形成环路，直到 TTL 耗尽。',
  },
  deadNoNeighbor: {
    en: 'Dead end: nobody answers for {address} on {dev} (neighbor entry: {state}).',
    zh: '死路：在 {dev} 上没有人应答 {address}（邻居表项：{state}）。',
  },
  deadNoTunnelEnd: {
    en: 'Dead end: {dev} has no forwarding entry for {mac}, so it knows no tunnel end to send to.',
    zh: '死路：{dev} 没有 {mac} 的转发表项，不知道该发往哪个隧道端点。',
  },
  deadNoWire: {
    en: 'The walk ends here: labctl does not know where the wire of {dev} leads.',
    zh: '路径到此为止：labctl 不知道 {dev} 的连线通向哪里。',
  },
  deadNotLearned: {
    en: 'The walk ends here: the bridge {bridge} has not learned {mac} and floods the frame.',
    zh: '路径到此为止：网桥 {bridge} 没有学到 {mac}，会泛洪该帧。',
  },
  deadOtherMac: {
    en: 'Dead end: the frame is for {mac}, which is not the MAC of {dev}; {machine} ignores it.',
    zh: '死路：该帧发往 {mac}，而它不是 {dev} 的 MAC；{machine} 将其忽略。',
  },
  deadNoTunnel: {
    en: 'Dead end: no tunnel device of {machine} takes the packet that was wrapped for {address}.',
    zh: '死路：{machine} 没有接收发往 {address} 的封装报文的隧道设备。',
  },

  sameTtl: {
    en: 'An echo was sent before the tables were read: answered, and its answer came with TTL {ttl}, as the walk says.',
    zh: '读表之前发送了一个回显请求：收到应答，TTL 为 {ttl}，与上述路径一致。',
  },
  otherTtl: {
    en: 'An echo was sent before the tables were read: its answer came with TTL {seen}, but the walk ends with {told}. The lab may have changed in between: run it again.',
    zh: '读表之前发送了一个回显请求：应答的 TTL 为 {seen}，而上述路径得出 {told}。实验可能在此期间发生了变化：请再运行一次。',
  },
  bothDead: {
    en: 'An echo was sent before the tables were read: no answer, as the walk says.',
    zh: '读表之前发送了一个回显请求：没有应答，与上述路径一致。',
  },
  lostThough: {
    en: 'An echo was sent before the tables were read and had no answer, although routes and neighbors lead there and back: look for filters, or see where it is lost with labctl capture.',
    zh: '读表之前发送的回显请求没有收到应答，尽管路由和邻居表项往返皆通：请检查过滤规则，或用 labctl capture 查看它在哪里丢失。',
  },
  answeredThough: {
    en: 'An echo was sent before the tables were read and was answered, although the walk does not get there and back. The lab may have changed in between: run it again.',
    zh: '读表之前发送的回显请求收到了应答，尽管上述路径未能往返。实验可能在此期间发生了变化：请再运行一次。',
  },

  connected: {
    en: 'A connection was made before the tables were read, as the walk says.',
    zh: '读表之前成功建立了一个连接，与上述路径一致。',
  },
  connectedThough: {
    en: 'A connection was made before the tables were read, although the walk does not get there and back. The lab may have changed in between: run it again.',
    zh: '读表之前成功建立了一个连接，尽管上述路径未能往返。实验可能在此期间发生了变化：请再运行一次。',
  },
  unconnected: {
    en: 'A connection was tried before the tables were read, and failed: {said}.',
    zh: '读表之前尝试建立连接，但失败了：{said}。',
  },

  headHop: { en: 'HOP', zh: '跳' },
  headMachine: { en: 'MACHINE', zh: '设备' },
  headEntry: { en: 'DECIDED BY', zh: '依据' },
  headOut: { en: 'OUT', zh: '出口' },
  headEthernet: { en: 'ETHERNET', zh: '以太网' },
  headTtl: { en: 'TTL', zh: 'TTL' },
  headWrapping: { en: 'ENCAPSULATION', zh: '封装' },
} as const satisfies Readonly<Record<string, Sentence>>;

/** The name of a sentence. */
export type SentenceName = keyof typeof sentences;

/** A sentence with its blanks filled in. Throws a TypeError for a blank without a fact (labctl's bug). */
export function say(language: Language, name: SentenceName, facts: Readonly<Record<string, unknown>> = {}): string {
  return sentences[name][language].replaceAll(/\{(\w+)\}/g, (_, blank: string) => {
    const fact = facts[blank];
    if (typeof fact !== 'string' && typeof fact !== 'number')
      throw new TypeError(`the sentence ${name} lacks ${blank}`);
    return String(fact);
  });
}
