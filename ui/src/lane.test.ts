import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, it, vi } from 'vitest';
import type { FigureView } from './host/bindings/FigureView';
import type { PythonView } from './host/bindings/PythonView';
import type { Host } from './host/host';
import recorded from './host/recorded/figures.json';
import { replay } from './host/replay';
import type { Session } from './state/session.svelte';
import { deferred } from './test/work';
import { open, text } from './test/window';

const click = (id: string) => fireEvent.click(screen.getByTestId(id));

const FOUND: PythonView = {
  place: '',
  has: 'Python 3.12.1 in /usr/bin/python3: SQLAlchemy 2.1.9, sqlite3 3.45.0',
  missing: null,
};
const BARE: PythonView = {
  place: '/opt/bare',
  has: 'Python 3.12.1 in /opt/bare/bin/python: sqlite3 3.45.0',
  missing: 'It has no sqlalchemy; `/opt/bare/bin/python -m pip install sqlalchemy` installs what is missing.',
};
const RANKING =
  'The lanes rank differently: natively “selectin” beats “joined”, and in SQLAlchemy it is the other way round.';

let host: Host;

beforeEach(() => {
  host = replay();
});

async function openLane(): Promise<Session> {
  const session = await open(host);
  await click('tab-sqlalchemy');
  return session;
}

/** A host whose runs were measured in both lanes. */
function measuresBoth(warnings: string[] = []): Host {
  const plain = host;
  const figure: FigureView = {
    ...(recorded.light.time as unknown as FigureView),
    finding: RANKING,
    head: ['native p50', 'in SQLAlchemy'],
    rows: [{ variant: 'v1', numbers: ['86.2 ms', '2.31 s'] }],
  };
  return {
    ...plain,
    run: async (experiment, onEvent) => {
      const view = await plain.run(experiment, onEvent);
      const remarks = [{ text: RANKING, caution: false, prominent: true }, ...view.remarks];
      const lane = { title: 'SQLAlchemy 2.1.9, psycopg 3.3.9, Python 3.12.1', warnings };
      return { ...view, remarks, lane, figures: [...view.figures, 'sqlalchemy'] };
    },
    drawFigure: async (request) => (request.figure === 'sqlalchemy' ? figure : plain.drawFigure(request)),
  };
}

it('is asked for with a switch, which can be undone, and then looks at Python', async () => {
  const look = vi.spyOn(host, 'lookAtPython').mockResolvedValue(FOUND);
  const session = await openLane();
  expect(look).not.toHaveBeenCalled();
  await click('ask-sqlalchemy');
  expect(session.document.current?.lanes).toEqual(['native', 'sqlalchemy']);
  await waitFor(() => expect(text('python-state')).toBe(FOUND.has));
  expect(look).toHaveBeenCalledExactlyOnceWith('', 'sample:citizenapp?size=s', false);
  await fireEvent.keyDown(document.body, { key: 'z', ctrlKey: true });
  expect(session.document.current?.lanes).toEqual(['native']);
  expect(screen.queryByTestId('python-state')).toBeNull();
});

it('says what a chosen Python lacks, keeps the choice, and why one cannot be used', async () => {
  const look = vi.spyOn(host, 'lookAtPython').mockResolvedValue(FOUND);
  const saved = vi.spyOn(host, 'saveSettings');
  await openLane();
  await click('in-sqlalchemy');
  await waitFor(() => screen.getByTestId('python-state'));
  look.mockResolvedValue(BARE);
  await fireEvent.input(screen.getByTestId('python-place'), { target: { value: ' /opt/bare ' } });
  await click('python-use');
  await waitFor(() => expect(text('python-state')).toContain('It has no sqlalchemy'));
  expect(look).toHaveBeenLastCalledWith('/opt/bare', 'sample:citizenapp?size=s', false);
  await waitFor(() => expect(saved.mock.calls.at(-1)?.[0].python).toBe('/opt/bare'));
  look.mockRejectedValue({
    code: 'unusable_input',
    message: '/opt/none is neither a Python interpreter nor a virtual environment.',
  });
  await fireEvent.input(screen.getByTestId('python-place'), { target: { value: '/opt/none' } });
  await click('python-use');
  await waitFor(() => expect(text('python-problem')).toContain('neither a Python interpreter'));
});

it('prepares an environment on request, tells what is done, and uses it', async () => {
  const made = deferred<PythonView>();
  vi.spyOn(host, 'lookAtPython').mockRejectedValue({ code: 'unusable_input', message: 'No Python is known.' });
  vi.spyOn(host, 'preparePython').mockImplementation((_source, _asynchronous, onProgress) => {
    onProgress({ what: 'Installing sqlalchemy', done: 1, total: 2 });
    return made.promise;
  });
  const session = await openLane();
  await click('ask-sqlalchemy');
  await waitFor(() => expect(text('python-problem')).toBe('No Python is known.'));
  await click('python-prepare');
  expect(text('python-preparing')).toBe('Installing sqlalchemy…');
  expect((screen.getByTestId('python-use') as HTMLButtonElement).disabled).toBe(true);
  made.resolve({ ...FOUND, place: '/data/environment' });
  await waitFor(() => expect(text('python-state')).toBe(FOUND.has));
  expect(session.preferences.python).toBe('/data/environment');
  const place = screen.getByTestId('python-place') as HTMLInputElement;
  await waitFor(() => expect(place.value).toBe('/data/environment'));
});

it('stops preparing an environment on request, and another can be asked for', async () => {
  const made = deferred<PythonView>();
  vi.spyOn(host, 'lookAtPython').mockRejectedValue({ code: 'unusable_input', message: 'No Python is known.' });
  vi.spyOn(host, 'preparePython').mockReturnValue(made.promise);
  const cancel = vi.spyOn(host, 'cancelPrepare').mockImplementation(async () => {
    made.reject({ code: 'cancelled', message: 'Cancelled: the environment is not complete.' });
  });
  const session = await openLane();
  await click('ask-sqlalchemy');
  await waitFor(() => screen.getByTestId('python-problem'));
  await click('python-prepare');
  expect(text('python-prepare')).toBe('Cancel');
  await click('python-prepare');
  expect(cancel).toHaveBeenCalledOnce();
  await waitFor(() => expect(text('python-problem')).toContain('not complete'));
  expect((screen.getByTestId('python-prepare') as HTMLButtonElement).disabled).toBe(false);
  expect(session.preferences.python).toBe('');
});

it('asks for the driver of an asynchronous session where the work has one', async () => {
  const look = vi.spyOn(host, 'lookAtPython').mockResolvedValue(FOUND);
  await openLane();
  await click('workload');
  await click('asynchronous');
  await click('workload');
  await click('ask-sqlalchemy');
  await waitFor(() => expect(look).toHaveBeenLastCalledWith('', 'sample:citizenapp?size=s', true));
});

it('shows both lanes side by side, with the difference in ranking beside the charts', async () => {
  host = measuresBoth();
  vi.spyOn(host, 'lookAtPython').mockResolvedValue(FOUND);
  await openLane();
  await click('ask-sqlalchemy');
  await click('run');
  await waitFor(() => expect(text('finding-sqlalchemy')).toBe(RANKING));
  expect(text('lane-title')).toContain('psycopg 3.3.9');
  expect(text('numbers-sqlalchemy')).toContain('2.31 s');
  expect(screen.getByTestId('chart-sqlalchemy').querySelector('svg')).not.toBeNull();
  expect(screen.getByTestId('remarks').firstElementChild?.textContent?.trim()).toBe(RANKING);
  await click('in-sqlalchemy');
  expect(text('stale-sqlalchemy')).toContain('results of an earlier plan');
});

it('says why the lane could not go on, and the native results stay', async () => {
  const why = 'The SQLAlchemy lane could not go on: the Python worker was killed by signal 9.';
  const both = measuresBoth([why]);
  host = {
    ...both,
    run: async (experiment, onEvent) => {
      const view = await both.run(experiment, onEvent);
      return { ...view, figures: view.figures.filter((figure) => figure !== 'sqlalchemy') };
    },
  };
  vi.spyOn(host, 'lookAtPython').mockResolvedValue(FOUND);
  await openLane();
  await click('ask-sqlalchemy');
  await click('run');
  await waitFor(() => expect(screen.getByText(why)).toBeTruthy());
  expect(screen.queryByTestId('finding-sqlalchemy')).toBeNull();
  await waitFor(() => screen.getByTestId('chart-latency'));
});
