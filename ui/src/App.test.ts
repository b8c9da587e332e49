import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Host } from './host/host';
import charts from './host/recorded/charts.json';
import run from './host/recorded/run.json';
import { replay } from './host/replay';
import { Session } from './state/session.svelte';
import { deferred } from './test/work';
import { open, text } from './test/window';

const choose = (id: string, value: string) => fireEvent.change(screen.getByTestId(id), { target: { value } });
const press = (key: string, modifiers: object = {}) => fireEvent.keyDown(document.body, { key, ...modifiers });

let host: Host;

beforeEach(() => {
  host = replay();
});

it('shows the request of the first variant, and says once that data is on screen', async () => {
  const ready = vi.spyOn(host, 'ready');
  await open(host);
  expect(text('row-count')).toBe('1\u2009110');
  expect(text('status')).toContain('CitizenApp s');
  expect(screen.getByTestId('statement-1').textContent).toContain('root');
  await waitFor(() => expect(ready).toHaveBeenCalledTimes(1));
});

it('a toggle in the tree traces at once and says what changed', async () => {
  await open(host);
  await choose('strategy:organization', 'joined');
  await waitFor(() => expect(text('query-count')).toBe('11'));
  expect(text('delta')).toBe('−100 statements, −100 rows');
  expect(screen.getByTestId('statement-2').classList).toContain('changed');
  await press('z', { ctrlKey: true });
  await waitFor(() => expect(text('query-count')).toBe('111'));
});

it('says what a request will cost before it is sent, and what each relationship adds', async () => {
  const trace = vi.spyOn(host, 'trace');
  await open(host);
  await waitFor(() => expect(text('prediction')).toContain('= 111'));
  expect(text('share:organization')).toBe('+100');
  trace.mockReturnValue(new Promise(() => {}));
  await choose('strategy:organization', 'joined');
  await waitFor(() => expect(text('share:organization')).toBe('+0'));
  expect(text('prediction')).toContain('= 11');
});

it('shows no prediction rather than one of another plan', async () => {
  await open(host);
  await waitFor(() => expect(text('prediction')).toContain('= 111'));
  vi.spyOn(host, 'predict').mockReturnValue(new Promise(() => {}));
  await choose('strategy:organization', 'joined');
  await waitFor(() => expect(screen.queryByTestId('prediction')).toBeNull());
  expect(text('share:organization')).toBe('');
});

it('shows the exception a plan ends with', async () => {
  await open(host);
  await choose('strategy:organization', 'raise');
  await waitFor(() => expect(screen.getByText('InvalidRequestError')).toBeTruthy());
});

it('a plan that cannot be traced says why, and an undo leads back', async () => {
  await open(host);
  await choose('add-relationship:', 'roles');
  await waitFor(() => expect(screen.getByText('The request could not be made')).toBeTruthy());
  await fireEvent.click(screen.getByText('Undo the last edit'));
  await waitFor(() => expect(screen.queryByText('The request could not be made')).toBeNull());
});

it('a run draws both charts, and their marks tell and select', async () => {
  await open(host);
  await fireEvent.click(screen.getByTestId('run'));
  const chart = await waitFor(() => screen.getByTestId('chart-latency'));
  expect(chart.querySelector('svg')).not.toBeNull();
  expect(within(screen.getByTestId('chart-queries')).getAllByRole('button')).toHaveLength(5);
  await fireEvent.pointerEnter(screen.getByTestId('mark:latency:C'));
  const mark = charts.light[0]?.latency.marks.find((candidate) => candidate.id === 'latency:C');
  expect(text('tooltip')).toContain(mark?.label);
  expect(text('tooltip')).toContain(mark?.value);
  await fireEvent.pointerLeave(screen.getByTestId('mark:latency:C'));
  expect(screen.queryByTestId('tooltip')).toBeNull();
  await fireEvent.focus(screen.getByTestId('mark:queries:E'));
  expect(text('tooltip')).toContain('selectin, tenant joined');
  await fireEvent.click(screen.getByTestId('mark:queries:E'));
  await waitFor(() => expect(text('query-count')).toBe('2'));
  expect(text('status')).toContain('results equal ✓');
});

it('results of an earlier plan are called that', async () => {
  await open(host);
  await press('Enter', { ctrlKey: true });
  await waitFor(() => screen.getByTestId('chart-queries'));
  expect(screen.queryByTestId('stale')).toBeNull();
  await choose('strategy:organization', 'selectin');
  expect(text('stale')).toContain('results of an earlier plan');
});

it('a concurrency of 0 is refused at its field, and the work stays', async () => {
  await open(host);
  await fireEvent.click(screen.getByTestId('workload'));
  await fireEvent.input(screen.getByTestId('concurrency'), { target: { value: '0' } });
  expect(text('problem-concurrency')).toContain('1 to 200');
  await fireEvent.click(screen.getByTestId('run'));
  await waitFor(() => expect(text('error')).toContain('between 1 and 200'));
  expect(text('problem-concurrency')).toContain('between 1 and 200');
  expect(text('query-count')).toBe('111');
  await fireEvent.click(within(screen.getByTestId('error')).getByLabelText('Dismiss'));
  expect(screen.queryByTestId('error')).toBeNull();
});

it('keeps the open source where another cannot be opened', async () => {
  await open(host);
  await choose('source-menu', 'sample:citizenapp?size=m');
  await waitFor(() => expect(screen.getByTestId('error')).toBeTruthy());
  expect(text('query-count')).toBe('111');
  expect((screen.getByTestId('source-menu') as HTMLSelectElement).value).toBe('sample:citizenapp?size=s');
});

it('variants are selected, copied, renamed and deleted with the keyboard', async () => {
  await open(host);
  await press('5');
  await waitFor(() => expect(text('query-count')).toBe('2'));
  await press('d', { ctrlKey: true });
  expect(text('variant-F')).toContain('selectin, tenant joined 2');
  await press('F2');
  const name = await waitFor(() => screen.getByTestId('name-F'));
  await fireEvent.input(name, { target: { value: 'mine' } });
  await fireEvent.keyDown(name, { key: 'Enter' });
  await waitFor(() => expect(text('variant-F')).toContain('mine'));
  await fireEvent.click(screen.getByTestId('delete-variant'));
  expect(screen.queryByTestId('variant-F')).toBeNull();
});

it('saves the open work a moment after an edit, and restores it', async () => {
  const saved = vi.spyOn(host, 'saveSettings');
  await open(host);
  await choose('strategy:organization', 'joined');
  await waitFor(() => expect(saved).toHaveBeenCalled(), { timeout: 15_000 });
  const settings = saved.mock.calls.at(-1)?.[0];
  expect(settings?.experiment?.variants[0]?.strategies['organization']).toBe('joined');

  const start = await host.start();
  const again = new Session({ ...host, start: async () => ({ ...start, settings: settings ?? start.settings }) });
  await again.start();
  expect(again.document.current).toEqual(settings?.experiment);
});

it('draws the rounds so far while a run goes on, and the run when it has ended', async () => {
  const ended = deferred<void>();
  const plain = replay();
  host = {
    ...plain,
    run: async (experiment, onEvent) => {
      onEvent({ kind: 'charts', run: 'live-1' });
      await ended.promise;
      return plain.run(experiment, onEvent);
    },
  };
  const draw = vi.spyOn(host, 'draw');
  await open(host);
  await fireEvent.click(screen.getByTestId('run'));
  await waitFor(() => expect(text('live')).toBe('The rounds so far'));
  await waitFor(() => expect(draw.mock.calls.at(-1)?.[0].run).toBe('live-1'));
  ended.resolve();
  await waitFor(() => expect(draw.mock.calls.at(-1)?.[0].run).toBe(run.view.id));
  expect(screen.queryByTestId('live')).toBeNull();
});

it('exports the run where the dialog says', async () => {
  const exported = vi.spyOn(host, 'exportRun');
  await open(host);
  expect((screen.getByTestId('export') as HTMLButtonElement).disabled).toBe(true);
  await fireEvent.click(screen.getByTestId('run'));
  await waitFor(() => screen.getByTestId('chart-latency'));
  await fireEvent.click(screen.getByTestId('export'));
  await waitFor(() => expect(text('notice')).toContain('/reports/fetchscope-citizenapp-s.html'));
  expect(exported).toHaveBeenCalledWith(run.view.id, '/reports/fetchscope-citizenapp-s.html');
});

it('moves variants with Alt and an arrow, and strategies with a digit', async () => {
  const session = await open(host);
  await fireEvent.keyDown(screen.getByTestId('variant-A'), { key: 'ArrowDown', altKey: true });
  expect(session.document.current?.variants.map((variant) => variant.id).slice(0, 2)).toEqual(['v2', 'v1']);
  await press('z', { ctrlKey: true });
  await fireEvent.keyDown(screen.getByTestId('plan-tree'), { key: 'ArrowDown', altKey: true });
  const first = screen.getByTestId('strategy:organization');
  expect(document.activeElement).toBe(first);
  await fireEvent.keyDown(first, { key: '2' });
  await waitFor(() => expect(text('query-count')).toBe('11'));
  await fireEvent.keyDown(first, { key: 'ArrowDown', altKey: true });
  expect(document.activeElement).toBe(screen.getByTestId('strategy:organization.tenant'));
  expect(session.document.selected?.id).toBe('v1');
});

it('sets the statements of two variants beside each other', async () => {
  await open(host);
  await fireEvent.click(screen.getByTestId('tab-diff'));
  await waitFor(() => screen.getByTestId('diff'));
  expect(text('diff:User.organization')).toContain('× 100');
  expect(text('diff:User.organization')).toContain('nothing');
  await choose('diff-against', 'v3');
  await waitFor(() => expect(text('diff:User.organization')).toContain('once'));
});

it('shows the code of the selected variant, and says where it is only the nearest', async () => {
  await open(host);
  await fireEvent.click(screen.getByTestId('tab-code'));
  await waitFor(() => expect(text('code')).toContain('code of all lazy'));
  await press('2');
  await waitFor(() => expect(text('code')).toContain('code of joined'));
  await choose('code-for', 'Django');
  await waitFor(() => expect(text('code')).toBe('User.objects'));
  expect(document.body.textContent).toContain('The nearest equivalent of joined');
});
