import { expect, it } from 'vitest';
import type { ColumnView } from '../host/bindings/ColumnView';
import { filterOf, formOf, formProblem } from './filter';

const column = (name: string, type_name: string): ColumnView => ({
  name,
  type_name,
  primary: name === 'id',
  foreign: false,
  nullable: true,
});
const COLUMNS = [column('id', 'integer'), column('email', 'string(80)'), column('active', 'boolean')];

it('what a form shows is what it gives back', () => {
  const filter = {
    where: [
      ['id', 'in', [1, 2]],
      ['email', 'like', 'a%'],
      ['active', '==', true],
      ['email', '!=', null],
    ],
    order_by: ['-id', 'email'],
    limit: 20,
  };
  expect(filterOf(formOf(filter, COLUMNS), COLUMNS)).toEqual(filter);
});

it('a column and its value are a comparison like any other', () => {
  const form = formOf({ active: true, order_by: 'id' }, COLUMNS);
  expect(form.conditions).toEqual([{ column: 'active', operator: '==', value: 'true' }]);
  expect(filterOf(form, COLUMNS)).toEqual({ where: [['active', '==', true]], order_by: ['id'] });
});

it('what a form does not show stays', () => {
  const filter = {
    join: ['organization'],
    has: [['organization.tenant_id', '==', 1]],
    where: [['organization.name', 'like', 'A%']],
    order_by: ['organization.name'],
    offset: 5,
  };
  expect(filterOf(formOf(filter, COLUMNS), COLUMNS)).toEqual(filter);
});

it('a value has the type of its column', () => {
  const value = (name: string, text: string) => {
    const form = {
      conditions: [{ column: name, operator: '==' as const, value: text }],
      order: [],
      limit: '',
      rest: {},
    };
    return (filterOf(form, COLUMNS)['where'] as unknown[][])[0]?.[2];
  };
  expect(value('id', '12')).toBe(12);
  expect(value('id', '9007199254740993')).toBe('9007199254740993');
  expect(value('email', '12')).toBe('12');
  expect(value('email', 'null')).toBeNull();
});

it('a limit that is none is said', () => {
  const form = { conditions: [], order: [], limit: 'ten', rest: {} };
  expect(formProblem(form)).toContain('whole number');
  expect(formProblem({ ...form, limit: '' })).toBeNull();
});
