// How a server ran a statement: asked for, refused, asked again, and shown.
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import type { PlanView } from './host/bindings/PlanView';
import type { Host } from './host/host';
import { replay } from './host/replay';
import { deferred } from './test/work';
import { open, text } from './test/window';

const PLAN: PlanView = {
  steps: [
    {
      depth: 0,
      name: 'Custom Scan (Citus Adaptive)',
      conditions: [],
      rows: '1 000',
      expected: '100 000',
      loops: '1',
      time: '14.4 ms',
      blocks: '0',
      misjudged: true,
    },
  ],
  times: 'planning 0.612 ms, execution 14.6 ms',
  shard_tasks: { value: 32, text: '32' },
};

/** The recorded work as if it were on a server. */
async function onServer(): Promise<Host> {
  const host = replay();
  const openSource = host.openSource;
  host.openSource = async (source, onProgress) => ({
    ...(await openSource(source, onProgress)),
    source: 'postgres://h/d',
  });
  await open(host);
  await fireEvent.click(screen.getByTestId('tab-sql'));
  return host;
}

it('a plan that the server refuses says why, and can be asked for again', async () => {
  const host = await onServer();
  const asked = deferred<PlanView>();
  const explain = vi.spyOn(host, 'explain').mockReturnValueOnce(asked.promise).mockResolvedValue(PLAN);
  await fireEvent.click(screen.getByTestId('explain:1'));
  expect(explain.mock.calls[0]?.[1]).toBe(1);
  expect(screen.getByText(/Running it once more/)).toBeTruthy();
  asked.reject({ code: 'database_failed', message: 'not supported on this engine: EXPLAIN ANALYZE' });
  await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('not supported on this engine'));
  await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(text('plan:1')).toContain('Citus Adaptive'));
  expect(document.body.textContent).toContain('planning 0.612 ms');
  expect(document.body.textContent).toContain('32 shard tasks');
});

it('a file has no server to ask', async () => {
  await open(replay());
  await fireEvent.click(screen.getByTestId('tab-sql'));
  expect(screen.queryByTestId('explain:1')).toBeNull();
});
