// Owns the words that several parts of a lab file are made of: one line of text, a name, an MTU.

import * as z from 'zod';

/** Most nodes of one lab (faults.md S28). */
export const maxNodes = 1024;

/** One line without control characters. */
export const line = /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$/;

/** A name of something else in the lab. */
export const reference = z.string().regex(line, 'must be a name').max(80);

/** An MTU that IPv4 allows (RFC 791). */
export const mtu = z.int().min(68).max(65535);

const dotted = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/** One line of text. */
export const text = z.string().regex(line, 'must be one line of text').max(200);

/** An IPv4 address, its shape only. */
export const address = z.string().regex(dotted, 'is not an IPv4 address such as 10.1.5.1');

/** An AS number (RFC 6793). */
export const asNumber = z.int().min(1).max(4294967295);
