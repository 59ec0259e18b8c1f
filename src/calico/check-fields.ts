// Owns the strict reading of an object's fields: unknown ones, wrong types, and those a release does not have yet.

import { parseAddress, parsePrefix } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import { asNumber, asNumberProblem } from './as-number.ts';
import { durationSeconds } from './duration.ts';
import { firstMinorOf, type Release } from './generations.ts';
import { nearestName } from './nearest.ts';
import type { FieldTable, FieldType } from './object-fields.ts';
import { type ObjectPath, objectError } from './object-problem.ts';
import { parseSelector } from './selector.ts';

/** A mapping as YAML or JSON gives it. */
export type Mapping = Readonly<Record<string, unknown>>;

/** True for a mapping: no list, no null. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field that is null or empty text is a field that is not there, as Go's `omitempty` has it. */
export function isAbsent(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

/** Everything wrong with the fields of one mapping, nested ones included. */
export function checkFields(
  value: Mapping,
  table: FieldTable,
  path: ObjectPath,
  about: { readonly kind: string; readonly version: Release },
): Problem[] {
  const problems: Problem[] = [];
  for (const [field, content] of Object.entries(value)) {
    const at = [...path, field];
    const type = Object.hasOwn(table, field) ? table[field] : undefined;
    if (type === undefined) {
      problems.push(unknownField(field, Object.keys(table), at, about.kind));
      continue;
    }
    const first = firstMinorOf(about.kind, field);
    if (about.version.minor < first) {
      const message = `${about.kind} has the field ${field} only from v3.${first} on; this is ${about.version.text}`;
      problems.push(objectError(at, 'OBJECT_FIELD_VERSION', message, `leave it out, or use version: v3.${first}`));
      continue;
    }
    if (!isAbsent(content)) problems.push(...checkValue(content, type, at, about));
  }
  return problems;
}

function unknownField(field: string, known: readonly string[], path: ObjectPath, kind: string): Problem {
  const nearest = nearestName(field, known);
  const hint = nearest === undefined ? `known here: ${known.toSorted().join(', ')}` : `did you mean ${nearest}?`;
  return objectError(path, 'OBJECT_UNKNOWN_FIELD', `${kind} has no field ${field} here`, hint);
}

function checkValue(
  value: unknown,
  type: FieldType,
  path: ObjectPath,
  about: { readonly kind: string; readonly version: Release },
): Problem[] {
  if (type === 'anything') return [];
  if (typeof type === 'object' && 'fields' in type) {
    return isMapping(value) ? checkFields(value, type.fields, path, about) : [wrongType(path, value, 'a mapping')];
  }
  if (typeof type === 'object' && 'list' in type) {
    if (!Array.isArray(value)) return [wrongType(path, value, 'a list')];
    return value.flatMap((item, i) => checkValue(item, type.list, [...path, i], about));
  }
  const message = typeof type === 'object' ? checkChoice(value, type) : scalarProblem(value, type);
  if (message === undefined) return [];
  const hint = hintFor(value, type);
  return [objectError(path, 'OBJECT_FIELD_VALUE', `${String(path.at(-1))}: ${message}`, hint)];
}

function wrongType(path: ObjectPath, value: unknown, wanted: string): Problem {
  return objectError(path, 'OBJECT_FIELD_VALUE', `${String(path.at(-1))}: expected ${wanted}, not ${shown(value)}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

type ScalarType = Extract<FieldType, string>;
type ChoiceType = { readonly oneOf: readonly string[] } | { readonly from: number; readonly to: number };

function checkChoice(value: unknown, type: ChoiceType): string | undefined {
  if ('oneOf' in type) {
    return typeof value === 'string' && type.oneOf.includes(value)
      ? undefined
      : `${shown(value)} is none of ${type.oneOf.join(', ')}`;
  }
  const inRange = Number.isInteger(value) && Number(value) >= type.from && Number(value) <= type.to;
  return inRange ? undefined : `expected a whole number from ${type.from} to ${type.to}, not ${shown(value)}`;
}

function hintFor(value: unknown, type: FieldType): string | undefined {
  if (typeof type !== 'object' || !('oneOf' in type) || typeof value !== 'string') return undefined;
  const nearest = nearestName(value, type.oneOf);
  return nearest === undefined ? undefined : `did you mean ${nearest}?`;
}

/** Why a scalar does not fit its type, or undefined. */
function scalarProblem(value: unknown, type: ScalarType): string | undefined {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected true or false, not ${shown(value)}`;
    case 'integer':
      return Number.isInteger(value) ? undefined : `expected a whole number, not ${shown(value)}`;
    case 'as-number-or-0':
      return value === 0 ? undefined : scalarProblem(value, 'as-number');
    case 'as-number':
      return asNumber(value) === undefined ? asNumberProblem(value) : undefined;
    default:
      return typeof value === 'string' ? textProblem(value, type) : `expected text, not ${shown(value)}`;
  }
}

function textProblem(text: string, type: ScalarType): string | undefined {
  switch (type) {
    case 'cidr':
      return parsePrefix(text) === undefined ? `${shown(text)} is not a valid subnet, address/length` : undefined;
    case 'address':
      return parseAddress(text) === undefined ? `${shown(text)} is not an IP address` : undefined;
    case 'duration':
      return durationSeconds(text) === undefined ? `${shown(text)} is not a duration such as 10s or 1m30s` : undefined;
    case 'selector': {
      const selector = parseSelector(text);
      return typeof selector === 'string' ? selector : undefined;
    }
    default:
      return undefined;
  }
}
