import { expect, it } from 'vitest';
import { visibleSlice } from './window';

it('takes the rows in sight and a margin around them', () => {
  expect(visibleSlice(500, 24, 0, 240)).toEqual({ first: 0, end: 14 });
  expect(visibleSlice(500, 24, 2400, 240)).toEqual({ first: 96, end: 114 });
  expect(visibleSlice(500, 24, 12000, 240)).toEqual({ first: 496, end: 500 });
});

it('never takes more rows than there are', () => {
  expect(visibleSlice(3, 24, 0, 240)).toEqual({ first: 0, end: 3 });
  expect(visibleSlice(3, 24, 9000, 240)).toEqual({ first: 3, end: 3 });
  expect(visibleSlice(500, 24, 0, 0)).toEqual({ first: 0, end: 40 });
});
