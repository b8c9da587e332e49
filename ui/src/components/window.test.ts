import { expect, it } from 'vitest';
import { visibleSlice } from './window';

it('takes the rows in sight and a margin around them', () => {
  expect(visibleSlice(500, 24, 2400, 240)).toEqual({ first: 99, end: 112 });
  expect(visibleSlice(500, 24, 2412, 240)).toEqual({ first: 99, end: 112 });
});

it('takes as many at the ends', () => {
  expect(visibleSlice(500, 24, 0, 240)).toEqual({ first: 0, end: 13 });
  expect(visibleSlice(500, 24, 11760, 240)).toEqual({ first: 487, end: 500 });
  // Where a list got shorter, the browser has not scrolled back yet.
  expect(visibleSlice(500, 24, 20000, 240)).toEqual({ first: 487, end: 500 });
});

it('never takes more rows than there are', () => {
  expect(visibleSlice(3, 24, 0, 240)).toEqual({ first: 0, end: 3 });
  expect(visibleSlice(3, 24, 9000, 240)).toEqual({ first: 0, end: 3 });
  expect(visibleSlice(500, 24, 0, 0)).toEqual({ first: 0, end: 40 });
});
