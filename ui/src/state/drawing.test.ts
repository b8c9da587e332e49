import { expect, it, vi } from 'vitest';
import type { ChartPair } from '../host/bindings/ChartPair';
import type { DrawRequest } from '../host/bindings/DrawRequest';
import { replay } from '../host/replay';
import { deferred } from '../test/work';
import { Drawing } from './drawing.svelte';

const request = (width: number): DrawRequest => ({ run: 'run-1', theme: 'light', width, height: 200 });

it('draws one at a time, and of what was asked for meanwhile only the last', async () => {
  const first = deferred<ChartPair>();
  const pair = await replay().draw(request(523));
  const draw = vi.fn().mockReturnValueOnce(first.promise).mockResolvedValue(pair);
  const charts = new Drawing<DrawRequest, ChartPair>(draw);
  const drawn = charts.draw(request(100));
  void charts.draw(request(200));
  void charts.draw(request(300));
  first.resolve(pair);
  await drawn;
  expect(draw.mock.calls.map(([asked]) => (asked as DrawRequest).width)).toEqual([100, 300]);
});

it('says why nothing was drawn, until something is', async () => {
  const draw = vi
    .fn()
    .mockRejectedValueOnce(new Error('no room'))
    .mockResolvedValue(await replay().draw(request(523)));
  const charts = new Drawing<DrawRequest, ChartPair>(draw);
  await charts.draw(request(1));
  expect(charts.failure).toEqual({ code: 'internal', message: 'no room' });
  await charts.draw(request(523));
  expect(charts.failure).toBeNull();
  expect(charts.view?.queries.marks).toHaveLength(5);
});
