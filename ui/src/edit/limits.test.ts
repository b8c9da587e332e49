import { expect, it } from 'vitest';
import { work } from '../test/work';
import { grouped, hint, outOfRange, parseField, setField, workloadSummary } from './limits';

it('reads numbers and nothing else', () => {
  expect(parseField('concurrency', ' 50 ')).toBe(50);
  expect(parseField('concurrency', '0')).toBe(0);
  expect(parseField('rtt_ms', '0,5')).toBe(0.5);
  for (const text of ['', 'ten', '-1', '1.5', '99999999999']) expect(parseField('concurrency', text)).toBeNull();
});

it('finds the field that is out of range', () => {
  expect(outOfRange(work())).toBeNull();
  expect(outOfRange(setField(work(), 'concurrency', 0))).toBe('concurrency');
  expect(outOfRange(setField(work(), 'concurrency', 201))).toBe('concurrency');
});

it('sets a field where it belongs', () => {
  expect(setField(work(), 'rtt_ms', 5).conditions.rtt_ms).toBe(5);
  expect(setField(work(), 'rounds', 3).workload.rounds).toBe(3);
  const doc = work();
  expect(setField(doc, 'seed', Number(doc.seed))).toBe(doc);
});

it('writes thousands with a thin space', () => {
  expect([7, 1000, 1234567].map(grouped)).toEqual(['7', '1\u2009000', '1\u2009234\u2009567']);
  expect(workloadSummary(work())).toBe('50 concurrent · 1 ms RTT · 1\u2009000 requests');
  expect(hint('concurrency')).toBe('A whole number, 1 to 200');
});

it('measures for a time or a number of requests, never both', () => {
  const timed = setField(work(), 'seconds', 10);
  expect([timed.workload.requests, timed.workload.seconds]).toEqual([null, 10]);
  expect(workloadSummary(timed)).toBe('50 concurrent · 1 ms RTT · 10 s per variant');
  expect(setField(timed, 'requests', 7).workload).toEqual({ ...work().workload, requests: 7 });
  const unsaid = { ...work(), workload: { ...work().workload, requests: null } };
  expect(workloadSummary(unsaid)).toBe('50 concurrent · 1 ms RTT · 100 requests');
});

it('leaves a seed that no number holds as its file says it', () => {
  const doc = { ...work(), seed: '18446744073709551615' };
  expect(outOfRange(doc)).toBeNull();
  expect(setField(doc, 'rounds', 3).seed).toBe('18446744073709551615');
});
