import { expect, it } from 'vitest';
import { work } from '../test/work';
import { setAccessed } from './endpoint';
import { runKey, traceKey } from './keys';
import { setField } from './limits';
import { renameVariant, setBaseline, setStrategy } from './variants';

it('a trace depends on its own plan, not on the others', () => {
  const doc = work();
  const other = setStrategy(doc, 'v2', 'organization', 'selectin');
  expect(traceKey(other, 'v1')).toBe(traceKey(doc, 'v1'));
  expect(traceKey(other, 'v2')).not.toBe(traceKey(doc, 'v2'));
  expect(traceKey(setAccessed(doc, 'organization', false), 'v1')).not.toBe(traceKey(doc, 'v1'));
  expect(traceKey(setField(doc, 'concurrency', 7), 'v1')).toBe(traceKey(doc, 'v1'));
  expect(traceKey(setField(doc, 'rtt_ms', 7), 'v1')).not.toBe(traceKey(doc, 'v1'));
  expect(traceKey(doc, 'gone')).toBe('');
});

it('an explicit lazy path is the same plan as one not named', () => {
  const doc = work();
  const named = { ...doc, variants: [{ ...doc.variants[0]!, strategies: { organization: 'select' as const } }] };
  expect(traceKey(named, 'v1')).toBe(traceKey(doc, 'v1'));
});

it('a run depends on everything but the names, in any order of keys', () => {
  const doc = work();
  expect(runKey(renameVariant(doc, 'v1', 'lazy'))).toBe(runKey(doc));
  const { concurrency, ...rest } = doc.workload;
  expect(runKey({ ...doc, workload: { ...rest, concurrency } })).toBe(runKey(doc));
  for (const changed of [
    setBaseline(doc, 'v2'),
    setField(doc, 'concurrency', 7),
    setField(doc, 'seed', 2),
    setStrategy(doc, 'v1', 'organization', 'joined'),
    { ...doc, variants: doc.variants.toReversed() },
  ]) {
    expect(runKey(changed)).not.toBe(runKey(doc));
  }
});
