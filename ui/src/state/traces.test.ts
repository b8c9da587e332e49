import { expect, it, vi } from 'vitest';
import { setStrategy } from '../edit/variants';
import type { TraceView } from '../host/bindings/TraceView';
import { replay } from '../host/replay';
import { deferred, work } from '../test/work';
import { Traces } from './traces.svelte';

const answer = (text: string) => ({ query_count: { value: 1, text } }) as TraceView;

it('shows the newest answer, whatever order they come in', async () => {
  const [first, second] = [deferred<TraceView>(), deferred<TraceView>()];
  const trace = vi.fn().mockReturnValueOnce(first.promise).mockReturnValueOnce(second.promise);
  const traces = new Traces({ ...replay(), trace });
  const before = work();
  const after = setStrategy(before, 'v1', 'organization', 'joined');
  const asked = [traces.ensure(before, 'v1'), traces.ensure(after, 'v1')];
  second.resolve(answer('new'));
  await asked[1];
  first.resolve(answer('old'));
  await asked[0];
  expect(traces.of('v1').view?.query_count.text).toBe('new');
});

it('does not let an old failure hide a new answer', async () => {
  const first = deferred<TraceView>();
  const trace = vi.fn().mockReturnValueOnce(first.promise).mockResolvedValueOnce(answer('new'));
  const traces = new Traces({ ...replay(), trace });
  const asked = traces.ensure(work(), 'v1');
  await traces.ensure(setStrategy(work(), 'v1', 'organization', 'joined'), 'v1');
  first.reject({ code: 'database_failed', message: 'locked' });
  await asked;
  expect(traces.of('v1').failure).toBeNull();
});

it('asks once for a plan, and again only for another or after a failure', async () => {
  const trace = vi
    .fn()
    .mockRejectedValueOnce({ code: 'database_failed', message: 'locked' })
    .mockResolvedValue(answer('1'));
  const traces = new Traces({ ...replay(), trace });
  await traces.ensure(work(), 'v1');
  expect(traces.of('v1').failure?.message).toBe('locked');
  await traces.ensure(work(), 'v1');
  expect(trace).toHaveBeenCalledTimes(1);
  await traces.retry(work(), 'v1');
  expect(traces.of('v1')).toMatchObject({ failure: null, view: { query_count: { text: '1' } } });
});

it('drops answers that come after everything was forgotten', async () => {
  const late = deferred<TraceView>();
  const traces = new Traces({ ...replay(), trace: () => late.promise });
  const asked = traces.ensure(work(), 'v1');
  traces.clear();
  late.resolve(answer('late'));
  await asked;
  expect(traces.of('v1').view).toBeNull();
});
