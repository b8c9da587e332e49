import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import figures from './host/recorded/figures.json';
import { replay } from './host/replay';
import type { Session } from './state/session.svelte';
import { open, text } from './test/window';

const choose = (id: string, value: string) => fireEvent.change(screen.getByTestId(id), { target: { value } });
const write = (id: string, value: string) => fireEvent.input(screen.getByTestId(id), { target: { value } });

async function openWorkload(): Promise<Session> {
  const session = await open(replay());
  await fireEvent.click(screen.getByTestId('workload'));
  return session;
}

it('an open loop has a rate, and a closed one has none', async () => {
  const session = await openWorkload();
  expect(screen.queryByTestId('rate')).toBeNull();
  await choose('loop', 'open');
  await write('rate', '12.5');
  expect(session.document.current?.workload.rate).toBe(12.5);
  expect(text('workload')).toContain('12.5 /s');
  await write('rate', '0');
  expect(text('problem-rate')).toContain('0.1 to 100');
  await choose('loop', 'closed');
  expect(session.document.current?.workload.rate).toBeNull();
});

it('requests may ask for every tenant, told apart by a column', async () => {
  const session = await openWorkload();
  expect(screen.queryByTestId('tenant-column')).toBeNull();
  await choose('tenants', 'by_size');
  await write('tenant-column', 'organization.tenant_id');
  expect(session.document.current?.workload).toMatchObject({
    tenants: 'by_size',
    tenant_column: 'organization.tenant_id',
  });
  await write('tenant-column', ' ');
  expect(session.document.current?.workload.tenant_column).toBeNull();
});

it('brings SQLAlchemy’s pool back', async () => {
  const session = await openWorkload();
  const preset = screen.getByTestId('pool-preset') as HTMLButtonElement;
  expect(preset.disabled).toBe(true);
  await write('pool_size', '1');
  expect(preset.disabled).toBe(false);
  await fireEvent.click(preset);
  expect(session.document.current?.workload).toMatchObject({ pool_size: 5, pool_overflow: 10, pool_timeout_s: 30 });
});

it('a sweep begins with values that make sense, and its list can be edited', async () => {
  const session = await openWorkload();
  await fireEvent.click(screen.getByTestId('sweep:rtt_ms'));
  expect(session.document.current?.sweeps).toEqual([{ over: 'rtt_ms', values: [0, 0.5, 2, 5] }]);
  await write('values:rtt_ms', '0, 10');
  expect(session.document.current?.sweeps).toEqual([{ over: 'rtt_ms', values: [0, 10] }]);
  await write('values:rtt_ms', '0, many');
  expect(text('problem-values:rtt_ms')).toBe('Numbers from 0 to 10\u2009000 ms, set apart by commas.');
  expect(session.document.current?.sweeps[0]?.values).toEqual([0, 10]);
  await fireEvent.click(screen.getByTestId('sweep:rtt_ms'));
  expect(session.document.current?.sweeps).toEqual([]);
});

it('a tab without its chart offers the one action that fills it', async () => {
  const session = await open(replay());
  await fireEvent.click(screen.getByTestId('tab-round_trips'));
  expect(screen.getByText(/measured again at 0, 0.5, 2 and 5 ms/)).toBeTruthy();
  await fireEvent.click(screen.getByTestId('sweep-over:rtt_ms'));
  await waitFor(() => screen.getByTestId('chart-rtt_ms'));
  expect(session.document.current?.sweeps).toEqual([{ over: 'rtt_ms', values: [0, 0.5, 2, 5] }]);
  const recorded = figures.light.rtt_ms;
  expect(text('finding-rtt_ms')).toBe(recorded.finding);
  expect(screen.getByTestId('numbers-rtt_ms').querySelectorAll('tbody tr')).toHaveLength(5);
  const mark = recorded.chart.marks.find((candidate) => candidate.id === 'rtt_ms:C:2');
  await fireEvent.focus(screen.getByTestId('mark:rtt_ms:C:2'));
  expect(text('tooltip')).toContain(mark?.value);
  await fireEvent.click(screen.getByTestId('mark:rtt_ms:C:2'));
  expect(session.document.selected?.id).toBe('v3');
  await fireEvent.click(screen.getByTestId('tab-size'));
  expect(screen.getByTestId('sweep-over:page_size').textContent?.trim()).toBe('Sweep over page size');
});

it('says where the time goes, and calls charts of an earlier plan that', async () => {
  await open(replay());
  await fireEvent.click(screen.getByTestId('tab-time'));
  expect(screen.getByText('What a request spends its time on')).toBeTruthy();
  await fireEvent.click(screen.getByTestId('run'));
  await waitFor(() => screen.getByTestId('chart-time'));
  expect(text('finding-time')).toMatch(/^The largest part of a request is /);
  expect(screen.queryByTestId('stale-time')).toBeNull();
  await choose('strategy:organization', 'selectin');
  expect(text('stale-time')).toContain('results of an earlier plan');
});

it('compares every variant with the baseline, and says what to know about the figures', async () => {
  const session = await open(replay());
  await fireEvent.click(screen.getByTestId('tab-compare'));
  await fireEvent.click(screen.getByTestId('run'));
  await waitFor(() => screen.getByTestId('compare'));
  const [baseline, joined] = session.runs.view?.rows ?? [];
  expect(baseline?.comparison).toBeNull();
  expect(text('verdict:A')).toBe('');
  expect(text('verdict:B')).toContain(joined?.comparison?.verdict);
  expect(text('remarks')).toContain('Noise: the baseline measured twice');
  expect(screen.getByText(/^Closed loop/)).toBeTruthy();
});
