// Files and settings: what is dropped on the window, what was opened before, and what new work begins with.
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { setLane } from './edit/lanes';
import { setField } from './edit/limits';
import { renameVariant } from './edit/variants';
import type { FileView } from './host/bindings/FileView';
import run from './host/recorded/run.json';
import type { Host } from './host/host';
import { replay } from './host/replay';
import { Session } from './state/session.svelte';
import { work } from './test/work';
import { open, text } from './test/window';

/** A host on whose window files can be dropped. */
function dropping(files: Record<string, FileView>): { host: Host; drop: (path: string) => void } {
  let listener: (path: string) => void = () => {};
  const host: Host = {
    ...replay(),
    watchDrops: async (dropped) => {
      listener = dropped;
    },
    openFile: async (path) => {
      const file = files[path];
      if (!file) throw { code: 'unusable_input', message: `${path} is nothing that can be opened here.` };
      return file;
    },
  };
  return { host, drop: (path) => listener(path) };
}

it('an experiment that is dropped is opened, and one undo leads back', async () => {
  const experiment = { ...work(), seed: 42 };
  const { host, drop } = dropping({ '/work.toml': { kind: 'experiment', experiment } });
  const session = await open(host);
  const before = session.document.current;
  drop('/work.toml');
  await waitFor(() => expect(session.document.current?.seed).toBe(42));
  session.document.undo();
  expect(session.document.current).toBe(before);
});

it('what only a file says is shown where there is a field, and survives edits', async () => {
  const limits = { rows: 7, bytes: '18446744073709551615', seconds: 2.5 };
  const claim = { says: 'joined is right', faster: 'v2', than: ['v1'], no_winner: false, fewest_not_fastest: false };
  const [lazy, joined] = work().variants;
  const eager = { ...joined!, differs: true, strategies: { organization: 'contains_eager' as const } };
  const workload = { ...work().workload, requests: null, seconds: 10 };
  const experiment = { ...work(), variants: [lazy!, eager], mapping_file: '/m.json', workload, limits, claim };
  const { host, drop } = dropping({ '/work.toml': { kind: 'experiment', experiment } });
  const seen = vi.spyOn(host, 'viewSource');
  const session = await open(host);
  drop('/work.toml');
  await waitFor(() => expect(session.document.current?.claim).toEqual(claim));
  expect(seen.mock.calls[0]?.[0].mapping_file).toBe('/m.json');
  session.document.edit((doc) => renameVariant(doc, 'v2', 'eager'));
  session.document.edit((doc) => setField(doc, 'concurrency', 7));
  session.document.edit((doc) => setLane(doc, 'sqlalchemy', true));
  session.document.select('v2');
  await waitFor(() =>
    expect(screen.getByTestId<HTMLSelectElement>('strategy:organization').value).toBe('contains_eager'),
  );
  expect(session.document.current).toEqual({
    ...experiment,
    variants: [lazy, { ...eager, name: 'eager' }],
    workload: { ...workload, concurrency: 7 },
    lanes: ['native', 'sqlalchemy'],
  });
});

it('a result that is dropped is shown in the history', async () => {
  const view = { ...run.view, id: '1' } as unknown as Extract<FileView, { kind: 'run' }>['run'];
  const { host, drop } = dropping({ '/result.json': { kind: 'run', run: view } });
  const session = await open(host);
  drop('/result.json');
  await waitFor(() => expect(session.place).toBe('history'));
  await waitFor(() => expect(session.history.run?.id).toBe('1'));
});

it('a file that is nothing says so, and a database that cannot be opened leaves the open one', async () => {
  const { host, drop } = dropping({ '/other.db': { kind: 'source', source: 'sqlite:/other.db' } });
  const session = await open(host);
  drop('/words.txt');
  await waitFor(() => expect(text('error')).toContain('nothing that can be opened'));
  session.messages.dismissErrors();
  drop('/other.db');
  await waitFor(() => expect(text('error')).toContain('needs the desktop window'));
  expect(session.source?.title).toBe('CitizenApp s');
});

it('settings take effect at once, are kept, and refuse what cannot be', async () => {
  const session = await open(replay());
  await fireEvent.click(screen.getByTestId('settings'));
  const choose = (id: string, value: string) => fireEvent.change(screen.getByTestId(id), { target: { value } });
  await choose('settings-theme', 'dark');
  await choose('settings-size', 'large');
  expect(document.documentElement.dataset).toMatchObject({ theme: 'dark', typeSize: 'large' });
  await choose('settings-concurrency', '0');
  expect(text('settings-dialog')).toContain('Concurrent requests: A whole number, 1 to 200.');
  await choose('settings-concurrency', '8');
  await choose('settings-rtt_ms', '0.5');
  expect(session.settings).toMatchObject({
    theme: 'dark',
    type_size: 'large',
    defaults: { concurrency: 8, requests: null, rtt_ms: 0.5 },
  });
});

it('new work begins with what is preferred, and sources are remembered', async () => {
  const recorded = replay();
  const start = await recorded.start();
  const defaults = { concurrency: 8, requests: null, rtt_ms: 0.5 };
  const session = new Session({
    ...recorded,
    start: async () => ({ ...start, settings: { ...start.settings, defaults } }),
  });
  await session.start();
  expect(session.document.current?.workload.concurrency).toBe(8);
  expect(session.document.current?.conditions.rtt_ms).toBe(0.5);
  expect(session.document.current?.workload.requests).toBe(1000);
  expect(session.preferences.recent).toEqual([{ source: 'sample:citizenapp?size=s', title: 'CitizenApp s' }]);
});
