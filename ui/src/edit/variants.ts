// Edits of the variants. Each takes the open work and gives the changed one; nothing is changed in place.
import tokens from '../../tokens.json';
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { VariantDoc } from '../host/bindings/VariantDoc';
import type { StrategyInfo } from '../host/bindings/StrategyInfo';
import type { WireStrategy } from '../host/bindings/WireStrategy';

const ALPHABET = 26;

/** The letter of the variant at a position: A to Z, then AA. */
export function letterAt(index: number): string {
  const last = String.fromCharCode(65 + (index % ALPHABET));
  return index < ALPHABET ? last : letterAt(Math.floor(index / ALPHABET) - 1) + last;
}

/** The colour of the variant at a position; they repeat after the last, the letters do not. */
export function colourAt(index: number): string {
  return `var(--variant-${index % tokens.variants.light.length})`;
}

export function strategyAt(variant: VariantDoc, path: string): WireStrategy {
  return variant.strategies[path] ?? 'select';
}

/** Whether a variant loads something in a way that SQLAlchemy does not have. */
export function isForeign(variant: VariantDoc, strategies: StrategyInfo[]): boolean {
  const foreign = new Set(strategies.filter((info) => !info.sqlalchemy).map((info) => info.strategy));
  return Object.values(variant.strategies).some((strategy) => foreign.has(strategy));
}

function unusedName(doc: ExperimentDoc, wanted: string): string {
  const taken = new Set(doc.variants.map((variant) => variant.name));
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted} ${number}`)) number += 1;
  return `${wanted} ${number}`;
}

function unusedId(doc: ExperimentDoc): string {
  const taken = new Set(doc.variants.map((variant) => variant.id));
  let number = doc.variants.length + 1;
  while (taken.has(`v${number}`)) number += 1;
  return `v${number}`;
}

/** Puts a variant in the place of the one with its id. */
export function replaceVariant(doc: ExperimentDoc, changed: VariantDoc): ExperimentDoc {
  return { ...doc, variants: doc.variants.map((variant) => (variant.id === changed.id ? changed : variant)) };
}

export function setStrategy(doc: ExperimentDoc, id: string, path: string, strategy: WireStrategy): ExperimentDoc {
  const variant = doc.variants.find((candidate) => candidate.id === id);
  if (!variant || strategyAt(variant, path) === strategy) return doc;
  return replaceVariant(doc, { ...variant, strategies: { ...variant.strategies, [path]: strategy } });
}

/** A new variant at the end that loads everything lazily. */
export function addVariant(doc: ExperimentDoc): { doc: ExperimentDoc; id: string } {
  const id = unusedId(doc);
  const name = unusedName(doc, 'new variant');
  return { doc: { ...doc, variants: [...doc.variants, { id, name, differs: false, strategies: {} }] }, id };
}

/** A copy right below its original; null where there is no such variant. */
export function duplicateVariant(doc: ExperimentDoc, id: string): { doc: ExperimentDoc; id: string } | null {
  const index = doc.variants.findIndex((variant) => variant.id === id);
  const original = doc.variants[index];
  if (!original) return null;
  const copy = { ...original, id: unusedId(doc), name: unusedName(doc, original.name) };
  return { doc: { ...doc, variants: doc.variants.toSpliced(index + 1, 0, copy) }, id: copy.id };
}

/** With the variant at another position, from 0; the others keep their order. */
export function moveVariant(doc: ExperimentDoc, id: string, to: number): ExperimentDoc {
  const from = doc.variants.findIndex((variant) => variant.id === id);
  const moved = doc.variants[from];
  const place = Math.min(Math.max(to, 0), doc.variants.length - 1);
  if (!moved || place === from) return doc;
  const variants = doc.variants.toSpliced(from, 1).toSpliced(place, 0, moved);
  // Where the first one is the baseline because nothing else is said, it stays the baseline.
  const baseline = variants[0] === doc.variants[0] ? doc.baseline : baselineOf(doc);
  return { ...doc, variants, baseline };
}

/** Without the variant; the last one stays, and a deleted baseline passes to the first that is left. */
export function deleteVariant(doc: ExperimentDoc, id: string): ExperimentDoc {
  const variants = doc.variants.filter((variant) => variant.id !== id);
  const first = variants[0];
  if (!first || variants.length === doc.variants.length) return doc;
  return { ...doc, variants, baseline: doc.baseline === id ? first.id : doc.baseline };
}

/** Why a variant cannot be called that; null where it can. */
export function nameProblem(doc: ExperimentDoc, id: string, name: string): string | null {
  if (name.trim() === '') return 'A variant needs a name.';
  const other = doc.variants.some((variant) => variant.id !== id && variant.name === name.trim());
  return other ? 'Another variant has this name.' : null;
}

/** Renames a variant, unless the name is empty or taken. */
export function renameVariant(doc: ExperimentDoc, id: string, name: string): ExperimentDoc {
  const variant = doc.variants.find((candidate) => candidate.id === id);
  if (!variant || variant.name === name.trim() || nameProblem(doc, id, name)) return doc;
  return replaceVariant(doc, { ...variant, name: name.trim() });
}

/** Id of the variant the others are compared with: the first one unless another is named. */
export function baselineOf(doc: ExperimentDoc): string {
  return doc.baseline ?? doc.variants[0]?.id ?? '';
}

export function setBaseline(doc: ExperimentDoc, id: string): ExperimentDoc {
  return baselineOf(doc) === id ? doc : { ...doc, baseline: id };
}
