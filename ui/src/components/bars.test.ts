import { expect, it } from 'vitest';
import type { StatementView } from '../host/bindings/StatementView';
import traces from '../host/recorded/traces.json';
import type { TraceView } from '../host/bindings/TraceView';
import { barsOf } from './bars';

const recorded = (traces as unknown as { view: TraceView }[])[0]?.view.statements[0] as StatementView;

function statement(start_ns: number, roundTrip: number, database: number, client: number): StatementView {
  const took = (value: number) => ({ value, text: '' });
  return { ...recorded, start_ns, round_trip: took(roundTrip), database: took(database), client: took(client) };
}

it('draws each part of a statement where it was under way, in the middle of its row', () => {
  const bars = barsOf([statement(100, 200, 300, 100)], { width: 500, total: 1000, rowHeight: 24 });
  expect(bars.roundTrip).toBe('M50.0 6H150.0v12H50.0z');
  expect(bars.database).toBe('M150.0 6H300.0v12H150.0z');
  expect(bars.client).toBe('M300.0 6H350.0v12H300.0z');
});

it('shows a database that took next to nothing, and leaves the row of a statement that is not there empty', () => {
  const bars = barsOf([undefined, statement(500, 0, 0.1, 0)], { width: 500, total: 1000, rowHeight: 24 });
  expect(bars.database).toBe('M250.0 30H251.0v12H250.0z');
  expect(bars.client).toBe('M251.0 30H251.0v12H251.0z');
});
