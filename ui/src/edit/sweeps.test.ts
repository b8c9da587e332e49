import { expect, it } from 'vitest';
import type { AxisInfo } from '../host/bindings/AxisInfo';
import { work } from '../test/work';
import { runKey, sweepKey } from './keys';
import { workloadSummary } from './limits';
import { areWithinLimits, inWords, listed, parseValues, setSweep, sweepValues, valuesHint, wrongSweep } from './sweeps';

const rtt: AxisInfo = {
  axis: 'rtt_ms',
  title: 'Round-trip time',
  action: 'Sweep over round-trip time',
  explanation: '',
  unit: 'ms',
  values: [0, 0.5, 2, 5],
  min: 0,
  max: 10_000,
  whole: false,
};
const page: AxisInfo = { ...rtt, axis: 'page_size', unit: '', values: [10, 1000], min: 1, max: 1e9, whole: true };

it('switches a sweep on and off, and changes its values in place', () => {
  const both = setSweep(setSweep(work(), 'rtt_ms', [0, 5]), 'page_size', [10]);
  const changed = setSweep(both, 'rtt_ms', [1, 2]);
  expect(changed.sweeps).toEqual([
    { over: 'rtt_ms', values: [1, 2] },
    { over: 'page_size', values: [10] },
  ]);
  expect(sweepValues(setSweep(changed, 'rtt_ms', null), 'rtt_ms')).toBeNull();
  expect(setSweep(both, 'rtt_ms', [0, 5])).toBe(both);
});

it('reads lists as people write them, and nothing else', () => {
  expect(parseValues(' 0, 0.5;2  5 ')).toEqual([0, 0.5, 2, 5]);
  expect(parseValues('')).toEqual([]);
  expect(parseValues('1, two')).toBeNull();
  expect(parseValues(listed(rtt.values))).toEqual(rtt.values);
});

it('says what may stand in a list', () => {
  expect(valuesHint(rtt)).toBe('Numbers from 0 to 10\u2009000 ms, set apart by commas');
  expect(valuesHint(page)).toMatch(/^Whole numbers from 1 to /);
  expect(inWords(rtt, rtt.values)).toBe('0, 0.5, 2 and 5 ms');
  expect(inWords(page, [1000])).toBe('1\u2009000');
  expect(areWithinLimits(page, [10, 0.5])).toBe(false);
  expect(areWithinLimits(rtt, [])).toBe(false);
  expect(wrongSweep(setSweep(work(), 'page_size', [0]), [rtt, page])).toBe('page_size');
  expect(wrongSweep(setSweep(work(), 'page_size', [1]), [rtt, page])).toBeNull();
});

it('a sweep makes no run old, but another run makes its sweeps old', () => {
  const swept = setSweep(work(), 'rtt_ms', [0, 5]);
  expect(runKey(swept)).toBe(runKey(work()));
  expect(sweepKey(setSweep(swept, 'rtt_ms', [5, 0]), 'rtt_ms')).toBe(sweepKey(swept, 'rtt_ms'));
  expect(sweepKey(setSweep(swept, 'rtt_ms', [0, 6]), 'rtt_ms')).not.toBe(sweepKey(swept, 'rtt_ms'));
  expect(sweepKey({ ...swept, seed: 2 }, 'rtt_ms')).not.toBe(sweepKey(swept, 'rtt_ms'));
});

it('the top bar says the rate of an open loop, and how many sweeps there are', () => {
  const doc = setSweep(work(), 'rtt_ms', [0, 5]);
  expect(workloadSummary(doc)).toBe('50 concurrent · 1 ms RTT · 1\u2009000 requests · 1 sweep');
  expect(workloadSummary({ ...work(), workload: { ...work().workload, rate: 20 } })).toMatch(/^20 \/s · /);
});
