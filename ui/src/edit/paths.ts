// Relationship paths of an endpoint: `organization.tenant`.
import type { EntityView } from '../host/bindings/EntityView';
import type { ReadDoc } from '../host/bindings/ReadDoc';
import type { RelationshipView } from '../host/bindings/RelationshipView';

export interface PathEntry {
  path: string;
  accessed: boolean;
}

/** A path one step further down; the root's own path is empty. */
export function below(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}

/** A statement's path as the tree shows it: without the class it starts from; the root's own statement has none. */
export function shownPath(path: string | null, root: string): string {
  if (path === null) return 'root';
  return path.startsWith(`${root}.`) ? path.slice(root.length + 1) : path;
}

/** Whether `path` is `ancestor` or lies below it. */
export function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}.`);
}

/** Every path, parents first. */
export function dottedPaths(reads: ReadDoc[], parent = ''): PathEntry[] {
  return reads.flatMap((read) => {
    const path = below(parent, read.name);
    return [{ path, accessed: read.accessed }, ...dottedPaths(read.relationships, path)];
  });
}

/** The relationship as its class declares it; none where the mapping does not know it. */
export function relationshipOf(
  entities: EntityView[],
  entity: string | undefined,
  name: string,
): RelationshipView | undefined {
  return entities
    .find((candidate) => candidate.name === entity)
    ?.relationships.find((relationship) => relationship.name === name);
}

/** Relationships of a class that the endpoint does not name yet. */
export function missingRelationships(
  entities: EntityView[],
  entity: string | undefined,
  reads: ReadDoc[],
): RelationshipView[] {
  const declared = entities.find((candidate) => candidate.name === entity)?.relationships ?? [];
  return declared.filter((relationship) => !reads.some((read) => read.name === relationship.name));
}
