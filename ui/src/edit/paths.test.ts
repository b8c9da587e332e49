import { expect, it } from 'vitest';
import { isWithin, shownPath } from './paths';

it('shows paths as the tree does', () => {
  expect(shownPath('User.organization.tenant', 'User')).toBe('organization.tenant');
  expect(shownPath('organization', 'User')).toBe('organization');
  expect(shownPath('Users.organization', 'User')).toBe('Users.organization');
  expect(shownPath(null, 'User')).toBe('root');
});

it('knows what lies below a path, and not what only begins like it', () => {
  expect(isWithin('organization.tenant', 'organization')).toBe(true);
  expect(isWithin('organization', 'organization')).toBe(true);
  expect(isWithin('organizations', 'organization')).toBe(false);
});
