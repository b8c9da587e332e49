import { expect, it } from 'vitest';
import type { ShapeView } from '../host/bindings/ShapeView';
import { diffOf } from './statements';

const quantity = { value: 1, text: '1' };

function shape(n: number, path: string | null, sql: string, times = 1): ShapeView {
  const first = {
    n,
    shape: 0,
    params: '[]',
    rows: quantity,
    bytes: quantity,
    start_ns: 0,
    so_far: '',
    held: [],
    round_trip: quantity,
    database: quantity,
    client: quantity,
  };
  const phase = path ? 'walk' : 'load';
  return { phase, path, sql, changed: false, first, times, rows: quantity, bytes: quantity };
}

const lazy = [
  shape(1, null, 'SELECT user'),
  shape(2, 'User.org', 'SELECT org', 100),
  shape(3, 'User.org.tenant', 'SELECT tenant', 10),
];
const joined = [shape(1, null, 'SELECT user LEFT OUTER JOIN org')];

it('two requests are told apart path by path', () => {
  const diff = diffOf(lazy, joined);
  expect(diff.map(({ path, left, right, same }) => [path, left.length, right.length, same])).toEqual([
    [null, 1, 1, false],
    ['User.org', 1, 0, false],
    ['User.org.tenant', 1, 0, false],
  ]);
  expect(diffOf(lazy, lazy).every(({ same }) => same)).toBe(true);
});

it('the same statement more often is a difference', () => {
  const often = lazy.with(1, shape(2, 'User.org', 'SELECT org', 99));
  expect(diffOf(lazy, often).map(({ same }) => same)).toEqual([true, false, true]);
});
