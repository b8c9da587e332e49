import { expect, it } from 'vitest';
import type { EntityView } from '../host/bindings/EntityView';
import type { RelationshipView } from '../host/bindings/RelationshipView';
import { found, neighbourhood, schemaRows } from './schema';

function relationship(name: string, target: string, pair: [string, string], cardinality = 'N:1'): RelationshipView {
  const collection = cardinality.endsWith('N');
  return { name, target, cardinality, collection, columns: pair.join(' = '), pairs: [pair], secondary: null };
}

function entity(name: string, relationships: RelationshipView[] = []): EntityView {
  const columns = ['id', 'org_id'].map((column) => ({
    name: column,
    type_name: 'integer',
    primary: column === 'id',
    foreign: column !== 'id',
    nullable: false,
  }));
  return { name, table: `${name.toLowerCase()}s`, rows: null, columns, relationships };
}

const ORG = entity('Org', [relationship('users', 'User', ['id', 'org_id'], '1:N')]);
const USER = entity('User', [relationship('org', 'Org', ['org_id', 'id'])]);
const ENDPOINT = {
  name: null,
  root: 'User',
  mode: 'list',
  filter: {},
  relationships: [{ name: 'org', accessed: true, relationships: [] }],
};

it('a class is found by what is in it', () => {
  expect(found([ORG, USER], 'users').map((one) => one.name)).toEqual(['User', 'Org']);
  expect(found([ORG, USER], 'ORG').map((one) => one.name)).toEqual(['Org', 'User']);
  expect(found([ORG, entity('Log')], 'logs').map((one) => one.name)).toEqual(['Log']);
});

it('only classes that are open show what is in them', () => {
  expect(schemaRows([ORG, USER], new Set()).map((row) => row.kind)).toEqual(['entity', 'entity']);
  const kinds = schemaRows([ORG, USER], new Set(['Org'])).map((row) => row.kind);
  expect(kinds).toEqual(['entity', 'column', 'column', 'relationship', 'entity']);
});

it('two sides of a relationship are one line, called as the endpoint calls it', () => {
  const { edges } = neighbourhood([ORG, USER], 'User', ENDPOINT, 40);
  expect(edges.map(({ label, paths }) => ({ label, paths }))).toEqual([{ label: 'org N:1', paths: ['org'] }]);
});

it('of a huge schema the nearest classes are shown', () => {
  const far = Array.from({ length: 1000 }, (_, at) =>
    entity(`T${at}`, at < 999 ? [relationship('next', `T${at + 1}`, ['org_id', 'id'])] : []),
  );
  const { entities, edges } = neighbourhood(far, 'T500', { ...ENDPOINT, root: 'T500', relationships: [] }, 40);
  expect(entities.map((one) => one.name)).toContain('T539');
  expect([entities.length, edges.length]).toEqual([40, 39]);
});
