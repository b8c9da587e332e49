import { expect, it } from 'vitest';
import type { StatementView } from '../host/bindings/StatementView';
import type { TraceView } from '../host/bindings/TraceView';
import traces from '../host/recorded/traces.json';
import type { Host } from '../host/host';
import { replay } from '../host/replay';
import { PAGE, Pages } from './pages.svelte';

const recorded = (traces as unknown as { view: TraceView }[])[0]?.view as TraceView;
const first = recorded.statements[0] as StatementView;

/** A request of so many statements, of which a trace brings the first page. */
function request(count: number): { trace: TraceView; host: Host; asked: number[] } {
  const statement = (n: number) => ({ ...first, n });
  const all = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => statement(from + index));
  const trace = { ...recorded, statements: all(1, PAGE), statements_left_out: count - PAGE };
  const asked: number[] = [];
  const host: Host = {
    ...replay(),
    statements: async (_variant, _serial, from, size) => {
      asked.push(from);
      return all(from, Math.min(from + size - 1, count));
    },
  };
  return { trace, host, asked };
}

it('asks only for pages that are looked at, then for what is around them, and for each once', async () => {
  const { trace, host, asked } = request(100_000);
  const pages = new Pages(host, trace);
  expect([pages.count, pages.at(PAGE)?.n, pages.at(PAGE + 1)]).toEqual([100_000, PAGE, undefined]);
  await pages.ensure(0, 40);
  expect(asked).toEqual([]);
  await pages.ensure(60_190, 60_230);
  await pages.ensure(60_200, 60_240);
  expect(asked).toEqual([60_001, 59_501]);
  expect([pages.at(60_001)?.n, pages.at(60_500)?.n, pages.at(60_501)]).toEqual([60_001, 60_500, undefined]);
  await pages.ensure(99_990, 100_020);
  expect(pages.at(100_000)?.n).toBe(100_000);
});

it('forgets what was scrolled past long ago, and asks for it again', async () => {
  const { trace, host, asked } = request(100_000);
  const pages = new Pages(host, trace);
  for (let page = 1; page <= 25; page += 1) await pages.ensure(page * PAGE, page * PAGE + 1);
  expect(pages.at(PAGE + 1)).toBeUndefined();
  await pages.ensure(PAGE, PAGE + 1);
  expect(pages.at(PAGE + 1)?.n).toBe(PAGE + 1);
  expect(asked.filter((from) => from === PAGE + 1)).toHaveLength(2);
});

it('a page of a request that is gone is asked for again later', async () => {
  const { trace, host } = request(2_000);
  const statements = host.statements;
  host.statements = async () => {
    throw { code: 'unusable_input', message: 'Another request was made since.' };
  };
  const pages = new Pages(host, trace);
  await pages.ensure(PAGE, PAGE + 1);
  expect(pages.at(PAGE + 1)).toBeUndefined();
  host.statements = statements;
  await pages.ensure(PAGE, PAGE + 1);
  expect(pages.at(PAGE + 1)?.n).toBe(PAGE + 1);
});
