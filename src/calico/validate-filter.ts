// Owns what Calico asks of a BGPFilter's rules beyond their fields' types (calico.md A.5).

import { parsePrefix } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import { isMapping, type Mapping } from './check-fields.ts';
import { type ObjectPath, objectError } from './object-problem.ts';
import type { BGPFilter } from './objects.ts';
import { isCommunity } from './validate-configuration.ts';

/** Problems of one filter; its fields have their types already. */
export function validateFilter(spec: BGPFilter['spec']): readonly Problem[] {
  const problems: Problem[] = [];
  for (const list of ['exportV4', 'importV4', 'exportV6', 'importV6'] as const) {
    for (const [i, rule] of (spec[list] ?? []).entries()) {
      if (isMapping(rule)) problems.push(...ruleProblems(rule, list.endsWith('6') ? 6 : 4, ['spec', list, i]));
    }
  }
  return problems;
}

function ruleProblems(rule: Mapping, family: 4 | 6, path: ObjectPath): readonly Problem[] {
  const problems: Problem[] = [];
  const fail = (field: readonly (string | number)[], message: string, hint?: string) => {
    problems.push(objectError([...path, ...field], 'FILTER_RULE', message, hint));
  };
  if (rule['action'] === undefined) fail([], 'a rule needs an action', 'write action: Accept or action: Reject');
  const { cidr, matchOperator } = rule;
  if ((cidr === undefined) !== (matchOperator === undefined)) {
    fail([cidr === undefined ? 'matchOperator' : 'cidr'], 'cidr and matchOperator go together: both or none');
  }
  const prefix = typeof cidr === 'string' ? parsePrefix(cidr) : undefined;
  if (prefix !== undefined && prefix.family !== family) {
    fail(['cidr'], `${String(cidr)} is not an IPv${family} prefix`);
  }
  if (rule['prefixLength'] !== undefined && cidr === undefined) fail(['prefixLength'], 'prefixLength needs a cidr');
  // BIRD finds a prefix never equal to a set of prefixes, so Equal would match nothing and NotEqual everything.
  if (rule['prefixLength'] !== undefined && (matchOperator === 'Equal' || matchOperator === 'NotEqual')) {
    const message = `prefixLength with matchOperator ${matchOperator}: BIRD finds no route equal to a range of prefixes`;
    fail(['prefixLength'], message, 'write matchOperator: In or NotIn');
  }
  const { min, max } = isMapping(rule['prefixLength']) ? rule['prefixLength'] : {};
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    fail(['prefixLength'], `min ${min} is larger than max ${max}`);
  }
  const operations = Array.isArray(rule['operations']) ? rule['operations'] : [];
  if (operations.length > 0 && rule['action'] !== 'Accept') {
    fail(['operations'], 'operations are only possible with action: Accept');
  }
  for (const [i, operation] of operations.entries()) {
    if (isMapping(operation) && Object.keys(operation).length === 1) continue;
    fail(['operations', i], 'an operation is exactly one of addCommunity, prependASPath, setPriority');
  }
  const values = isMapping(rule['communities']) ? rule['communities']['values'] : undefined;
  if (Array.isArray(values)) {
    if (values.length !== 1) fail(['communities', 'values'], 'exactly one community can be matched');
    for (const [i, value] of values.entries()) {
      if (!isCommunity(String(value))) fail(['communities', 'values', i], `${JSON.stringify(value)} is no community`);
    }
  }
  return problems;
}
