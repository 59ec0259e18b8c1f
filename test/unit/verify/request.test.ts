// Owns the proof that a `request:` line fails for another pod, for a missing one, for no answer, and for the wrong source.

import { describe, expect, it } from 'vitest';
import { requestKey } from '../../../src/design/reference.ts';
import { readAnswers } from '../../../src/host/http-request.ts';
import { judgeRequest, requestTitle } from '../../../src/verify/request.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

const design = await catalogueDesign('bgp-services');

function line(pods: readonly string[], source?: 'kept' | 'translated') {
  return { kind: 'request', from: 'client', service: 'web', by: 'external-ip', node: undefined, pods, source } as const;
}

function judged(wanted: ReturnType<typeof line>, text: string) {
  const requests = new Map([[requestKey(wanted), readAnswers(text)]]);
  return judgeRequest(design, wanted, { requests }).map(({ expected, seen }) => `${expected} | ${seen}`);
}

const byNode = 'pod-b 10.244.0.1 10.1.8.11\npod-c 10.244.1.1 10.1.5.11\n';
const asItself = 'pod-b 10.244.0.1 10.1.9.10\npod-c 10.244.1.1 10.1.9.10\n';

describe('request: {from, service, by, pods, source}', () => {
  it('is true when exactly these pods answer and see whom they should', () => {
    expect(judged(line(['pod-b', 'pod-c'], 'translated'), byNode)).toEqual([]);
    expect(judged(line(['pod-b', 'pod-c'], 'kept'), asItself)).toEqual([]);
    expect(judged(line(['pod-c', 'pod-b']), asItself + byNode)).toEqual([]);
    expect(judged(line([]), '! Connection timed out\n')).toEqual([]);
  });

  it('says who answered whom when it is otherwise', () => {
    const both = 'pod-b and pod-c answer, source kept';
    expect(judged(line(['pod-b', 'pod-c'], 'kept'), byNode)).toEqual([
      `${both} | pod-b and pod-c answered 10.1.5.11 (worker) and 10.1.8.11 (worker3)`,
    ]);
    expect(judged(line(['pod-b', 'pod-c'], 'translated'), `${byNode}${asItself}`)).toHaveLength(1);
    expect(judged(line(['pod-b']), asItself)).toEqual(['pod-b answers | pod-b and pod-c answered 10.1.9.10 (client)']);
    expect(judged(line(['pod-b', 'pod-d']), asItself)).toHaveLength(1);
    expect(judged(line(['pod-b', 'pod-c']), `${asItself}! no answer\n`)).toHaveLength(1);
    expect(judged(line([]), asItself)).toEqual(['no answer | pod-b and pod-c answered 10.1.9.10 (client)']);
    expect(judged(line(['pod-b']), '! Connection refused\n')).toEqual([
      'pod-b answers | no answer, Connection refused',
    ]);
    expect(judged(line([]), '')).toEqual(['no answer | no answer']);
  });

  it('has a title in words', () => {
    const wanted = { ...line(['pod-b'], 'kept'), by: 'node-port', node: 'worker3' } as const;
    expect(requestTitle(wanted)).toBe('request from client to web by node-port of worker3: pod-b answers, source kept');
  });
});
