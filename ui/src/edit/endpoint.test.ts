import { expect, it } from 'vitest';
import { work } from '../test/work';
import { addRelationship, chooseEndpoint, removeRelationship, setAccessed } from './endpoint';
import { dottedPaths } from './paths';
import { setStrategy } from './variants';

const paths = (doc: ReturnType<typeof work>) => dottedPaths(doc.endpoint.relationships).map(({ path }) => path);

it('says at any depth what the response reads', () => {
  const doc = setAccessed(work(), 'organization.tenant', false);
  expect(dottedPaths(doc.endpoint.relationships)).toEqual([
    { path: 'organization', accessed: true },
    { path: 'organization.tenant', accessed: false },
  ]);
});

it('adds below a path or at the root, loaded as the variant loads everything else', () => {
  const doc = addRelationship(addRelationship(work(), 'organization', 'projects'), '', 'roles');
  expect(paths(doc)).toEqual(['organization', 'organization.tenant', 'organization.projects', 'roles']);
  expect(doc.variants.map((variant) => variant.strategies['roles'])).toEqual(['select', 'joined']);
});

it('loads a new path lazily where the variant mixes strategies', () => {
  const mixed = setStrategy(work(), 'v2', 'organization', 'selectin');
  expect(addRelationship(mixed, '', 'roles').variants[1]?.strategies['roles']).toBe('select');
});

it('removes a path with everything below it, from the variants too', () => {
  const doc = removeRelationship(work(), 'organization');
  expect(paths(doc)).toEqual([]);
  expect(doc.variants.map((variant) => variant.strategies)).toEqual([{}, {}]);
});

it('keeps what a variant is about when the endpoint changes', () => {
  const before = setStrategy(work(), 'v1', 'organization', 'selectin');
  const roles = { name: 'roles', accessed: true, relationships: [] };
  const organization = { name: 'organization', accessed: true, relationships: [] };
  const doc = chooseEndpoint(before, { ...before.endpoint, name: 'profile', relationships: [roles, organization] });
  expect(doc.variants[0]?.strategies).toEqual({ roles: 'select', organization: 'selectin' });
  expect(doc.variants[1]?.strategies).toEqual({ roles: 'joined', organization: 'joined' });
});
