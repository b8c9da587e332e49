// A lesson in the window: read, predict, run, reveal; presented; and kept.
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Host } from './host/host';
import recorded from './host/recorded/lessons.json';
import { replay } from './host/replay';
import { Session } from './state/session.svelte';
import { begin, text } from './test/window';

const disabled = (id: string) => (screen.getByTestId(id) as HTMLButtonElement).disabled;
const press = (key: string) => fireEvent.keyDown(document.body, { key });
const right = recorded.reveal.right.findIndex((one) => one);

let host: Host;
let session: Session;

beforeEach(async () => {
  host = replay();
  session = await begin(host);
  await fireEvent.click(screen.getByTestId('view-lessons'));
  await waitFor(() => screen.getByTestId('lesson-page'));
});

async function predictAndRun(choice: number) {
  await fireEvent.click(screen.getByTestId(`choice-${choice}`));
  await fireEvent.click(screen.getByTestId('lesson-run'));
  await waitFor(() => screen.getByTestId('reveal'));
}

it('reveals nothing before a prediction was made and measured', async () => {
  expect(disabled('lesson-run')).toBe(true);
  expect(screen.queryByTestId('reveal')).toBeNull();
  expect(screen.queryByTestId('told-0')).toBeNull();
  await predictAndRun(right);
  expect(text(`told-${right}`)).toBe('right');
  expect(text('reveal')).toContain('111');
  expect(text('lesson-c2')).toContain('predicted rightly');
  await waitFor(() => screen.getByTestId('chart-latency'));
  expect(screen.getByTestId('compare')).toBeTruthy();
});

it('a wrong prediction is told, and stays after it was made', async () => {
  const wrong = right === 0 ? 1 : 0;
  await predictAndRun(wrong);
  expect(text(`told-${wrong}`)).toBe('wrong');
  expect(text('lesson-c2')).toContain('predicted wrongly');
  expect((screen.getByTestId(`choice-${right}`) as HTMLInputElement).disabled).toBe(true);
  await fireEvent.click(screen.getByTestId('lesson-forget'));
  expect(screen.queryByTestId('reveal')).toBeNull();
  expect(disabled('lesson-run')).toBe(true);
});

it('progress is kept between starts', async () => {
  await predictAndRun(right);
  const kept = session.settings.lessons;
  expect(kept).toMatchObject([{ name: 'c2', choice: right, run: recorded.reveal.run.id, right: true }]);
  const again = new Session(host);
  again.lessons.restore(kept);
  await again.lessons.load();
  await waitFor(() => expect(again.lessons.reveal?.run.id).toBe(recorded.reveal.run.id));
});

it('a lesson whose run was deleted can be measured again', async () => {
  vi.spyOn(host, 'revealLesson').mockRejectedValue({ code: 'unusable_input', message: 'There is no run 9.' });
  session.lessons.restore([{ name: 'c4', choice: 1, run: '9', right: true }]);
  await fireEvent.click(screen.getByTestId('lesson-c4'));
  await waitFor(() => expect(session.lessons.progressOf('c4')?.run).toBeNull());
  expect(disabled('lesson-run')).toBe(false);
});

it('somebody who presents sees one part at a time, and goes on with keys', async () => {
  await fireEvent.click(screen.getByTestId('presenter'));
  expect(screen.queryByTestId('choice-0')).toBeNull();
  await press('PageDown');
  expect(screen.getByTestId('choice-0')).toBeTruthy();
  await press('ArrowRight');
  await waitFor(() => screen.getByTestId('reveal'));
  expect(screen.queryByTestId('choice-0')).toBeNull();
  expect(screen.queryByTestId('compare')).toBeNull();
  await press('ArrowRight');
  await waitFor(() => screen.getByTestId('chart-latency'));
  await press('ArrowRight');
  expect(screen.getByTestId('compare')).toBeTruthy();
  await press('PageDown');
  await waitFor(() => expect(session.lessons.open?.name).toBe('c4'));
  await press('PageUp');
  await waitFor(() => expect(session.lessons.open?.name).toBe('c2'));
});

it('a lesson that cannot be measured says why', async () => {
  vi.spyOn(host, 'runLesson').mockRejectedValue({ code: 'file_failed', message: 'There is no room for the sample.' });
  await fireEvent.click(screen.getByTestId('choice-0'));
  await fireEvent.click(screen.getByTestId('lesson-run'));
  await waitFor(() => screen.getByText('There is no room for the sample.'));
});

it('opens in the workbench', async () => {
  await predictAndRun(right);
  await fireEvent.click(screen.getByTestId('lesson-open'));
  await waitFor(() => expect(session.place).toBe('workbench'));
  expect(session.runs.view?.id).toBe(recorded.reveal.run.id);
});
