// What an answer depends on, as text: an answer whose key no longer fits the open work is stale.
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { VariantDoc } from '../host/bindings/VariantDoc';
import type { WireAxis } from '../host/bindings/WireAxis';
import { dottedPaths } from './paths';
import { sweepValues } from './sweeps';
import { baselineOf, strategyAt } from './variants';

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

function asked(doc: ExperimentDoc) {
  const { root, mode, filter, relationships } = doc.endpoint;
  return { root, mode, filter, relationships };
}

function loading(doc: ExperimentDoc, variant: VariantDoc) {
  return dottedPaths(doc.endpoint.relationships).map(({ path }) => [path, strategyAt(variant, path)]);
}

/** What the classes and their relationships depend on. */
export function mappingKey(doc: ExperimentDoc): string {
  return JSON.stringify([doc.source, doc.mapping_file, doc.mapping]);
}

/** What one request of a variant depends on; empty where there is no such variant. */
export function traceKey(doc: ExperimentDoc, id: string): string {
  const variant = doc.variants.find((candidate) => candidate.id === id);
  if (!variant) return '';
  const { source, mapping_file, mapping, seed, conditions } = doc;
  return JSON.stringify(sorted([source, mapping_file, mapping, seed, asked(doc), loading(doc, variant), conditions]));
}

/**
 * What a run depends on, but for its sweeps. Names are left out: renaming a variant makes no measurement old.
 */
export function runKey(doc: ExperimentDoc): string {
  const variants = doc.variants.map((variant) => [variant.id, loading(doc, variant)]);
  const { source, mapping_file, mapping, seed, workload, conditions, limits, lanes } = doc;
  const data = [source, mapping_file, mapping, seed];
  return JSON.stringify(sorted([data, baselineOf(doc), asked(doc), variants, workload, conditions, limits, lanes]));
}

/** What a sweep depends on: the run, and its own values. */
export function sweepKey(doc: ExperimentDoc, axis: WireAxis): string {
  return JSON.stringify([runKey(doc), sweepValues(doc, axis)?.toSorted((a, b) => a - b)]);
}
