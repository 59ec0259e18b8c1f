// Owns the tests of reading what ports do to what they send; the text was read in a guest with sch_netem (iproute2 6.1).

import { expect, it } from 'vitest';
import { parseNetem } from '../../../src/host/netem.ts';

const said = `[{"kind":"noqueue","handle":"0:","dev":"lo","root":true,"refcnt":2,"options":{}},
{"kind":"netem","handle":"8003:","dev":"eth1","root":true,"refcnt":2,"options":{"limit":1000,"delay":{"delay":0.05,"jitter":0.005,"correlation":0},"loss-random":{"loss":0.1,"correlation":0},"corrupt":{"corrupt":0.0199999999,"correlation":0},"rate":{"rate":62500,"packetoverhead":0,"cellsize":0,"celloverhead":0},"ecn":false,"gap":0}},
{"kind":"netem","handle":"8004:","dev":"eth2","root":true,"refcnt":2,"options":{"limit":1000,"ecn":false,"gap":0}}]`;

it('reads seconds as milliseconds, shares as percent, bytes as bits', () => {
  const nothing = { delayMs: 0, jitterMs: 0, lossPercent: 0, rateKbit: undefined, corruptionPercent: 0 };
  expect(parseNetem(said)).toEqual([
    { interface: 'eth1', delayMs: 50, jitterMs: 5, lossPercent: 10, rateKbit: 500, corruptionPercent: 2 },
    { interface: 'eth2', ...nothing },
  ]);
});
