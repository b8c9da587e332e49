import { expect, it } from 'vitest';
import { setField } from '../edit/limits';
import { renameVariant, setStrategy } from '../edit/variants';
import recorded from '../host/recorded/run.json';
import { replay } from '../host/replay';
import { work } from '../test/work';
import { Runs } from './runs.svelte';

it('tells how far it is and keeps the results', async () => {
  const runs = new Runs(replay());
  const run = runs.run(work());
  expect(runs.running).toBe(true);
  expect(await run).toBeNull();
  expect(runs.running).toBe(false);
  const last = recorded.events.filter((event) => event.kind === 'progress').at(-1);
  expect(runs.progress).toEqual(last);
  expect(runs.progress?.share).toBe(1);
  expect(runs.view?.rows).toHaveLength(5);
});

it('calls results stale as soon as the plan is another, and no longer when the edit is undone', async () => {
  const runs = new Runs(replay());
  expect(runs.isStale(work())).toBe(false);
  await runs.run(work());
  expect(runs.isStale(work())).toBe(false);
  expect(runs.isStale(renameVariant(work(), 'v1', 'lazy'))).toBe(false);
  expect(runs.isStale(setStrategy(work(), 'v1', 'organization', 'joined'))).toBe(true);
  expect(runs.isStale(setField(work(), 'concurrency', 7))).toBe(true);
});

it('keeps what was measured before it was cancelled', async () => {
  const runs = new Runs(replay({ stepMs: 1 }));
  const run = runs.run(work());
  await runs.cancel();
  expect(await run).toBeNull();
  expect(runs.view?.ended_early).toBe('cancelled');
  expect(runs.progress?.share ?? 0).toBeLessThan(1);
});

it('gives the failure and keeps the results of before', async () => {
  const runs = new Runs(replay());
  await runs.run(work());
  const failure = await runs.run(setField(work(), 'concurrency', 0));
  expect(failure).toMatchObject({ code: 'unusable_input' });
  expect(runs.view?.id).toBe(recorded.view.id);
  expect(runs.running).toBe(false);
});

it('is no failure to have cancelled before anything was measured', async () => {
  const cancelled = { ...replay(), run: () => Promise.reject({ code: 'cancelled', message: 'Cancelled.' }) };
  const runs = new Runs(cancelled);
  expect(await runs.run(work())).toBeNull();
  expect(runs.view).toBeNull();
});
