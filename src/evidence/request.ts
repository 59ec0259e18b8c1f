// Owns asking a service: by which address, and so often that every endpoint has its turn.

import { addressOf } from '../base/address.ts';
import { type Design, findMachine, type ServiceDesign } from '../design/design.ts';
import { type Answer, requestPods } from '../host/http-request.ts';
import type { Engine } from '../plan/engine.ts';

/** By chance an endpoint of n is left out by 16 n requests once in nine million times. */
const requestsEach = 16;

/** Who asks which service by which of its addresses. */
type ServiceRequest = Extract<Design['expect'][number], { kind: 'request' }>;

/** Asks; a service without such an address gives an answer that says so. */
export async function askService(
  design: Design,
  engine: Pick<Engine, 'shell'>,
  request: ServiceRequest,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const from = findMachine(design, request.from);
  const service = design.services.find(({ name }) => name === request.service);
  const target = service && targetOf(design, service, request);
  if (from === undefined || service === undefined || target === undefined)
    return [{ kind: 'failed', error: `the service has no ${request.by}` }];
  const count = requestsEach * Math.max(service.endpoints.length, 1);
  return requestPods(engine.shell(from.name), { ...target, count }, signal);
}

function targetOf(
  design: Design,
  service: ServiceDesign,
  { by, node }: ServiceRequest,
): { readonly address: string; readonly port: number } | undefined {
  const { clusterIP, externalIPs, loadBalancerIP, port, nodePort } = service;
  if (by === 'node-port') {
    const machine = node === undefined ? undefined : findMachine(design, node);
    if (machine?.kind !== 'node' || nodePort === undefined) return undefined;
    return { address: addressOf(machine.addresses[0].address), port: nodePort };
  }
  const address = { 'cluster-ip': clusterIP, 'external-ip': externalIPs[0], 'load-balancer-ip': loadBalancerIP }[by];
  return address === undefined ? undefined : { address, port };
}
