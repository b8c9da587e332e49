import { expect, it } from 'vitest';
import { work } from '../test/work';
import {
  addVariant,
  baselineOf,
  deleteVariant,
  duplicateVariant,
  letterAt,
  moveVariant,
  nameProblem,
  renameVariant,
  setStrategy,
  strategyAt,
} from './variants';

it('letters variants by position, past Z too', () => {
  expect([0, 1, 25, 26, 27, 52].map(letterAt)).toEqual(['A', 'B', 'Z', 'AA', 'AB', 'BA']);
});

it('sets one strategy of one variant and leaves the work it was given alone', () => {
  const before = work();
  const after = setStrategy(before, 'v1', 'organization', 'selectin');
  expect(after.variants[0]?.strategies).toEqual({ organization: 'selectin' });
  expect(after.variants[1]).toBe(before.variants[1]);
  expect(before).toEqual(work());
});

it('changes nothing where the strategy is chosen already, also when that is the lazy default', () => {
  const before = work();
  expect(setStrategy(before, 'v1', 'organization', 'select')).toBe(before);
  expect(strategyAt(before.variants[0]!, 'organization')).toBe('select');
});

it('gives a new variant an id and a name of its own', () => {
  const once = addVariant(work());
  const twice = addVariant(once.doc);
  expect(twice.doc.variants.map((variant) => variant.name)).toEqual([
    'all lazy',
    'joined',
    'new variant',
    'new variant 2',
  ]);
  expect(new Set(twice.doc.variants.map((variant) => variant.id)).size).toBe(4);
});

it('puts a copy right below its original', () => {
  const grown = duplicateVariant(work(), 'v1');
  expect(grown?.doc.variants.map((variant) => variant.name)).toEqual(['all lazy', 'all lazy 2', 'joined']);
  expect(duplicateVariant(work(), 'gone')).toBeNull();
});

it('passes the baseline on when it is deleted, and keeps the last variant', () => {
  const one = deleteVariant(work(), 'v1');
  expect(one.baseline).toBe('v2');
  expect(deleteVariant(one, 'v2')).toBe(one);
});

it('has the first variant as its baseline where none is named, and keeps it when variants are moved', () => {
  const unsaid = { ...work(), baseline: null };
  expect(baselineOf(unsaid)).toBe('v1');
  expect(moveVariant(unsaid, 'v2', 0).baseline).toBe('v1');
  expect(deleteVariant(unsaid, 'v1').baseline).toBeNull();
});

it('refuses names that are empty or taken', () => {
  const doc = work();
  expect(nameProblem(doc, 'v1', '  ')).not.toBeNull();
  expect(renameVariant(doc, 'v1', 'joined')).toBe(doc);
  expect(renameVariant(doc, 'v1', ' lazy ').variants[0]?.name).toBe('lazy');
});

it('moves a variant, and no further than the ends', () => {
  const names = (doc: ReturnType<typeof work>) => doc.variants.map((variant) => variant.name);
  const before = work();
  expect(names(moveVariant(before, 'v1', 1))).toEqual(['joined', 'all lazy']);
  expect(names(moveVariant(before, 'v2', -3))).toEqual(['joined', 'all lazy']);
  expect(moveVariant(before, 'v2', 9)).toBe(before);
  expect(moveVariant(before, 'v9', 0)).toBe(before);
});
