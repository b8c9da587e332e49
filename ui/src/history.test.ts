// The history in the window: found, opened, named, compared, deleted and brought back.
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Host } from './host/host';
import recorded from './host/recorded/history.json';
import { replay } from './host/replay';
import type { Session } from './state/session.svelte';
import { begin, text } from './test/window';

let host: Host;
let session: Session;

beforeEach(async () => {
  host = replay();
  session = await begin(host);
  await fireEvent.click(screen.getByTestId('view-history'));
  await waitFor(() => screen.getByTestId('history-sentence'));
});

it('shows the newest run with its charts and its table', async () => {
  expect(screen.getByTestId('history-run-2').getAttribute('aria-current')).toBe('true');
  await waitFor(() => screen.getByTestId('chart-latency'));
  expect(text('verdict:B')).toContain('faster');
  expect(text('history-run-1')).toContain('recorded');
});

it('finds runs by their words, and says when there is none', async () => {
  const field = screen.getByTestId('history-search');
  await fireEvent.input(field, { target: { value: 'recorded' } });
  await waitFor(() => expect(screen.queryByTestId('history-run-2')).toBeNull());
  expect(screen.getByTestId('history-run-1')).toBeTruthy();
  await fireEvent.input(field, { target: { value: 'nobody' } });
  await waitFor(() => screen.getByText('No run says “nobody”'));
});

it('renames and tags', async () => {
  await fireEvent.change(screen.getByTestId('history-name'), { target: { value: 'before the index' } });
  await waitFor(() => expect(text('history-run-2')).toContain('before the index'));
  await fireEvent.change(screen.getByTestId('history-tags'), { target: { value: 'slow, , article' } });
  await waitFor(() => expect(text('history-run-2')).toContain('article'));
});

it('sets two runs beside each other with what else was different', async () => {
  await fireEvent.change(screen.getByTestId('history-compare'), { target: { value: '1' } });
  const table = await waitFor(() => screen.getByTestId('between'));
  expect(table.querySelectorAll('tbody tr')).toHaveLength(recorded.between.rows.length);
  expect(table.textContent).toContain(recorded.between.rows[0]?.verdict);
  expect(text('differences')).toContain('requests a variant');
});

it('a deleted run can be brought back', async () => {
  await fireEvent.click(screen.getByTestId('history-delete'));
  await waitFor(() => expect(screen.queryByTestId('history-run-2')).toBeNull());
  expect(screen.getByTestId('history-run-1').getAttribute('aria-current')).toBe('true');
  await fireEvent.click(screen.getByTestId('message-action'));
  await waitFor(() => screen.getByTestId('history-run-2'));
  expect(screen.queryByTestId('notice')).toBeNull();
});

it('opens in the workbench with its work, and undo leads back', async () => {
  const before = session.document.current;
  await fireEvent.click(screen.getByTestId('history-run-1'));
  await waitFor(() => expect(session.history.run?.id).toBe('1'));
  await fireEvent.click(screen.getByTestId('history-open'));
  await waitFor(() => expect(session.place).toBe('workbench'));
  expect(session.runs.view?.id).toBe('1');
  expect(session.document.current).toEqual(session.runs.view?.experiment);
  expect(screen.queryByTestId('stale')).toBeNull();
  await fireEvent.keyDown(document.body, { key: 'z', ctrlKey: true });
  expect(session.document.current).toEqual(before);
});

it('says why there is no list', async () => {
  vi.spyOn(host, 'listHistory').mockRejectedValue({ code: 'file_failed', message: 'The disk is gone.' });
  await fireEvent.input(screen.getByTestId('history-search'), { target: { value: 'x' } });
  await waitFor(() => screen.getByText('The disk is gone.'));
});
