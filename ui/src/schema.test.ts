import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, it, vi } from 'vitest';
import type { ServerFields } from './host/bindings/ServerFields';
import type { Host } from './host/host';
import start from './host/recorded/start.json';
import { replay } from './host/replay';
import { work } from './test/work';
import { begin, open, text } from './test/window';

const click = (id: string) => fireEvent.click(screen.getByTestId(id));
const fill = (id: string, value: string) => fireEvent.input(screen.getByTestId(id), { target: { value } });

let host: Host;

beforeEach(() => {
  host = replay();
  // Nothing is laid out here, and a list without height shows hardly a row.
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(2000);
});

it('the schema is searched, and the root is open', async () => {
  await open(host);
  await click('tab-schema');
  await waitFor(() => expect(screen.getByTestId('schema:User.organization')).toBeTruthy());
  await fill('schema-search', 'nothing is called so');
  expect(screen.getByText(/Nothing is called/)).toBeTruthy();
  await fill('schema-search', 'tenants');
  await waitFor(() => expect(text('schema-count')).toMatch(/^\d+ of/));
});

it('a change of the mapping is undone with everything that followed it', async () => {
  const session = await open(host);
  const [edited, reads] = [vi.spyOn(host, 'editMapping'), vi.spyOn(host, 'viewSource')];
  edited.mockImplementation(async (doc, edit) => ({ ...doc, mapping: [...doc.mapping, edit] }));
  await click('tab-schema');
  await waitFor(() => expect(screen.getByTestId('drop:User.roles')).toBeTruthy());
  await click('drop:User.roles');
  expect(edited.mock.calls[0]?.[1]).toEqual({ kind: 'drop', entity: 'User', relationship: 'roles' });
  await waitFor(() => expect(text('mapping-edits')).toMatch(/1\s+change/));
  await waitFor(() => expect(reads).toHaveBeenCalledTimes(1));
  session.document.undo();
  await waitFor(() => expect(screen.queryByTestId('mapping-edits')).toBeNull());
  await waitFor(() => expect(reads).toHaveBeenCalledTimes(2));
});

it('a change that is refused says why, and the work stays', async () => {
  const session = await open(host);
  const before = session.document.current;
  await click('tab-schema');
  await waitFor(() => expect(screen.getByTestId('drop:User.roles')).toBeTruthy());
  await click('drop:User.roles');
  await waitFor(() => expect(text('mapping-problem')).toContain('No change of the mapping was recorded'));
  expect(session.document.current).toBe(before);
});

it('an endpoint of one’s own has conditions, an order and a limit', async () => {
  const session = await open(host);
  await click('edit-endpoint');
  await waitFor(() => expect((screen.getByTestId('endpoint-root') as HTMLInputElement).value).toBe('User'));
  await click('add-condition');
  await fill('condition-value-0', '7');
  await fill('endpoint-limit', 'many');
  expect((screen.getByTestId('apply-endpoint') as HTMLButtonElement).disabled).toBe(true);
  await fill('endpoint-limit', '20');
  await click('apply-endpoint');
  const endpoint = session.document.current?.endpoint;
  expect(endpoint?.filter).toEqual({ where: [['id', '==', 7]], order_by: ['id'], limit: 20 });
  // What was read is read still.
  expect(endpoint?.relationships[0]?.relationships[0]?.name).toBe('tenant');
});

it('work on a server that does not answer waits, and is not written over', async () => {
  const server: ServerFields = {
    address: 'db.example',
    port: '5432',
    database: 'shop',
    user: 'me',
    password: '',
    ssl_mode: 'require',
    ssl_root: '',
    options: '',
    remember: false,
  };
  const kept = { ...work(), source: 'postgres://me@db.example:5432/shop' };
  const started = structuredClone(start) as unknown as Awaited<ReturnType<Host['start']>>;
  vi.spyOn(host, 'start').mockResolvedValue({
    ...started,
    server,
    settings: { ...started.settings, experiment: kept },
  });
  const failure = { code: 'database_failed', message: 'Nothing answers at db.example:5432.' };
  vi.spyOn(host, 'openSource').mockRejectedValueOnce(failure);
  const saved = vi.spyOn(host, 'saveSettings');
  const session = await begin(host);
  await waitFor(() => expect(text('server-answer')).toBe(failure.message));
  expect((screen.getByTestId('server-address') as HTMLInputElement).value).toBe('db.example');
  expect((screen.getByTestId('server-ssl') as HTMLSelectElement).value).toBe('require');
  session.preferences.presenter = true;
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(saved).not.toHaveBeenCalled();
  await click('server-sample');
  await waitFor(() => expect(text('query-count')).toBe('111'));
});
