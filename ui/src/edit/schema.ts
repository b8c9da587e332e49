// The schema as a list of rows, and the part of it that a diagram shows.
import type { ColumnView } from '../host/bindings/ColumnView';
import type { EndpointDoc } from '../host/bindings/EndpointDoc';
import type { EntityView } from '../host/bindings/EntityView';
import type { ReadDoc } from '../host/bindings/ReadDoc';
import type { RelationshipView } from '../host/bindings/RelationshipView';
import { below } from './paths';

export type SchemaRow =
  | { kind: 'entity'; key: string; entity: EntityView; open: boolean }
  | { kind: 'column'; key: string; column: ColumnView }
  | { kind: 'relationship'; key: string; entity: EntityView; relationship: RelationshipView };

/** Classes that a search finds, by their own name or their table's, and then by that of something in them. */
export function found(entities: EntityView[], search: string): EntityView[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return entities;
  const has = (name: string) => name.toLowerCase().includes(wanted);
  const named = entities.filter(({ name, table }) => has(name) || has(table));
  const inside = entities.filter(
    ({ name, table, columns, relationships }) =>
      !(has(name) || has(table)) && [...columns, ...relationships].some((one) => has(one.name)),
  );
  return [...named, ...inside];
}

/** Every row of the tree: a class, and what is in those that are open. */
export function schemaRows(entities: EntityView[], open: ReadonlySet<string>): SchemaRow[] {
  return entities.flatMap((entity): SchemaRow[] => {
    const isOpen = open.has(entity.name);
    const head: SchemaRow = { kind: 'entity', key: entity.name, entity, open: isOpen };
    if (!isOpen) return [head];
    return [
      head,
      ...entity.columns.map((column): SchemaRow => ({ kind: 'column', key: `${entity.name}\n${column.name}`, column })),
      ...entity.relationships.map((relationship): SchemaRow => ({
        kind: 'relationship',
        key: `${entity.name}\n${relationship.name}`,
        entity,
        relationship,
      })),
    ];
  });
}

/** A line between two boxes: a relationship, and the other side of it where there is one. */
export interface SchemaEdge {
  id: string;
  from: string;
  to: string;
  label: string;
  /** Paths of the endpoint that go along it. */
  paths: string[];
}

export interface Neighbourhood {
  entities: EntityView[];
  edges: SchemaEdge[];
}

/** Relationships that the endpoint names, by class and name, with their paths. */
function pathsByRelationship(entities: Map<string, EntityView>, endpoint: EndpointDoc): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  const visit = (entity: string, reads: ReadDoc[], parent: string) => {
    for (const read of reads) {
      const relationship = entities.get(entity)?.relationships.find((one) => one.name === read.name);
      if (!relationship) continue;
      const key = `${entity}\n${read.name}`;
      const path = below(parent, read.name);
      paths.set(key, [...(paths.get(key) ?? []), path]);
      visit(relationship.target, read.relationships, path);
    }
  };
  visit(endpoint.root, endpoint.relationships, '');
  return paths;
}

/** The classes nearest to `centre`, at most `most` of them, those on the endpoint's paths first; and what connects them. */
export function neighbourhood(all: EntityView[], centre: string, endpoint: EndpointDoc, most: number): Neighbourhood {
  const byName = new Map(all.map((entity) => [entity.name, entity]));
  const paths = pathsByRelationship(byName, endpoint);
  const chosen = new Set<string>();
  const reach = (name: string) => {
    if (chosen.size < most && byName.has(name)) chosen.add(name);
  };
  reach(centre);
  for (const key of paths.keys()) {
    const [entity = '', name = ''] = key.split('\n');
    reach(entity);
    reach(byName.get(entity)?.relationships.find((one) => one.name === name)?.target ?? '');
  }
  // Breadth first: a set keeps the order in which its members came, and those that come meanwhile are visited too.
  for (const name of chosen) {
    if (chosen.size >= most) break;
    byName.get(name)?.relationships.forEach((one) => reach(one.target));
  }
  const entities = all.filter((entity) => chosen.has(entity.name));
  const edges = new Map<string, SchemaEdge>();
  for (const entity of entities) {
    for (const one of entity.relationships.filter(({ target }) => chosen.has(target))) {
      const own = paths.get(`${entity.name}\n${one.name}`) ?? [];
      const id = lineOf(entity.name, one);
      const other = edges.get(id);
      // A relationship seen from the other side is the same line, called as the endpoint calls it.
      if (!other || (own.length > 0 && other.paths.length === 0)) {
        edges.set(id, { id, from: entity.name, to: one.target, label: `${one.name} ${one.cardinality}`, paths: own });
      } else {
        other.paths = [...other.paths, ...own];
      }
    }
  }
  return { entities, edges: [...edges.values()] };
}

/** What the two sides of one relationship have in common: the columns they connect, or the table between. */
function lineOf(entity: string, { target, secondary, pairs }: RelationshipView): string {
  if (secondary) return JSON.stringify([secondary, [entity, target].toSorted()]);
  const ends = pairs.map(([own, other]) => [`${entity}.${own}`, `${target}.${other}`].toSorted().join(' = '));
  return ends.toSorted().join(', ');
}
