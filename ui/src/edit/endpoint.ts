// Edits of what is asked for. All variants share the endpoint, so their strategies follow.
import type { EndpointDoc } from '../host/bindings/EndpointDoc';
import type { EntityView } from '../host/bindings/EntityView';
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { ReadDoc } from '../host/bindings/ReadDoc';
import type { VariantDoc } from '../host/bindings/VariantDoc';
import type { WireStrategy } from '../host/bindings/WireStrategy';
import { below, dottedPaths, isWithin } from './paths';
import { strategyAt } from './variants';

/** The one strategy a variant uses on every path; null where it mixes them. */
function uniformStrategy(variant: VariantDoc, paths: string[]): WireStrategy | null {
  const first = paths[0];
  if (first === undefined) return null;
  const strategy = strategyAt(variant, first);
  return paths.every((path) => strategyAt(variant, path) === strategy) ? strategy : null;
}

/**
 * The variants for a changed endpoint: known paths keep their strategy; a new one gets the strategy the variant used
 * on every path so far ("all joined" stays all joined), and loads lazily where the variant mixed them.
 */
function carryOver(doc: ExperimentDoc, endpoint: EndpointDoc): ExperimentDoc {
  const before = dottedPaths(doc.endpoint.relationships).map(({ path }) => path);
  const after = dottedPaths(endpoint.relationships).map(({ path }) => path);
  const variants = doc.variants.map((variant) => {
    const uniform = uniformStrategy(variant, before) ?? 'select';
    const strategies = after.map((path) => [path, before.includes(path) ? strategyAt(variant, path) : uniform]);
    return { ...variant, strategies: Object.fromEntries(strategies) as VariantDoc['strategies'] };
  });
  return { ...doc, endpoint, variants };
}

function changeReads(
  reads: ReadDoc[],
  path: string,
  change: (read: ReadDoc) => ReadDoc | null,
  parent = '',
): ReadDoc[] {
  return reads.flatMap((read) => {
    const own = below(parent, read.name);
    if (own === path) return change(read) ?? [];
    if (!isWithin(path, own)) return [read];
    return [{ ...read, relationships: changeReads(read.relationships, path, change, own) }];
  });
}

function withReads(doc: ExperimentDoc, relationships: ReadDoc[]): ExperimentDoc {
  return carryOver(doc, { ...doc.endpoint, relationships });
}

export function chooseEndpoint(doc: ExperimentDoc, endpoint: EndpointDoc): ExperimentDoc {
  return carryOver(doc, endpoint);
}

/** Says whether the response reads a relationship. */
export function setAccessed(doc: ExperimentDoc, path: string, accessed: boolean): ExperimentDoc {
  return withReads(
    doc,
    changeReads(doc.endpoint.relationships, path, (read) => ({ ...read, accessed })),
  );
}

/** Adds a relationship that the response reads, below a path or, with an empty one, at the root. */
export function addRelationship(doc: ExperimentDoc, parent: string, name: string): ExperimentDoc {
  const added: ReadDoc = { name, accessed: true, relationships: [] };
  const reads = doc.endpoint.relationships;
  if (parent === '') return withReads(doc, [...reads, added]);
  const append = (read: ReadDoc) => ({ ...read, relationships: [...read.relationships, added] });
  return withReads(doc, changeReads(reads, parent, append));
}

/** Removes a relationship and everything below it. */
export function removeRelationship(doc: ExperimentDoc, path: string): ExperimentDoc {
  return withReads(
    doc,
    changeReads(doc.endpoint.relationships, path, () => null),
  );
}

/** Roots that an endpoint of one's own returns at first. */
const LIMIT = 100;

/** An endpoint to begin with on a class: the first rows by key, nothing else read. */
export function ownEndpoint(entity: EntityView): EndpointDoc {
  const order_by = entity.columns.filter((column) => column.primary).map((column) => column.name);
  return { name: null, root: entity.name, mode: 'list', filter: { order_by, limit: LIMIT }, relationships: [] };
}
