import { expect, it } from 'vitest';
import { setField } from '../edit/limits';
import { addVariant, deleteVariant, setStrategy } from '../edit/variants';
import { work } from '../test/work';
import { OpenDocument } from './document.svelte';

function opened(): OpenDocument {
  const document = new OpenDocument();
  document.open(work());
  return document;
}

it('undoes and redoes edits, one step each', () => {
  const document = opened();
  document.edit((doc) => setStrategy(doc, 'v1', 'organization', 'joined'));
  document.edit((doc) => setStrategy(doc, 'v1', 'organization', 'selectin'));
  document.undo();
  expect(document.current?.variants[0]?.strategies).toEqual({ organization: 'joined' });
  document.undo();
  expect(document.current).toEqual(work());
  expect(document.canUndo).toBe(false);
  document.redo();
  document.redo();
  expect(document.current?.variants[0]?.strategies).toEqual({ organization: 'selectin' });
  expect(document.canRedo).toBe(false);
});

it('forgets what was undone once something else is done', () => {
  const document = opened();
  document.edit((doc) => setField(doc, 'rounds', 3));
  document.undo();
  document.edit((doc) => setField(doc, 'rounds', 4));
  expect(document.canRedo).toBe(false);
});

it('keeps no step for an edit that changes nothing', () => {
  const document = opened();
  document.edit((doc) => setField(doc, 'rounds', doc.workload.rounds));
  expect(document.canUndo).toBe(false);
});

it('makes the keystrokes of one field one step', () => {
  const document = opened();
  document.edit((doc) => setField(doc, 'rounds', 1), 'rounds');
  document.edit((doc) => setField(doc, 'rounds', 12), 'rounds');
  document.edit((doc) => setField(doc, 'seed', 12), 'seed');
  document.undo();
  expect(document.current?.workload.rounds).toBe(12);
  document.undo();
  expect(document.current).toEqual(work());
});

it('looks at a variant that is there', () => {
  const document = opened();
  document.select('v2');
  document.edit((doc) => deleteVariant(doc, 'v2'));
  expect(document.selected?.id).toBe('v1');
  document.select('gone');
  expect(document.selectedIndex).toBe(0);
});

it('keeps the work on another source, with its steps', () => {
  const document = opened();
  document.edit((doc) => addVariant(doc).doc);
  document.open({ ...work(), source: 'sqlite:/data/shop.db' });
  expect(document.current?.variants).toHaveLength(2);
  document.open(work());
  expect(document.current?.variants).toHaveLength(3);
  document.undo();
  expect(document.current).toEqual(work());
});
