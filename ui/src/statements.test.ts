// The statements of a request: many of them, folded, and one after the other.
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import type { Host } from './host/host';
import { replay } from './host/replay';
import { open, text } from './test/window';

it('a hundred thousand statements are scrolled through with few rows in the document', async () => {
  const recorded = replay();
  const host: Host = {
    ...recorded,
    trace: async (request) => {
      const view = await recorded.trace(request);
      return { ...view, statements_left_out: 100_000 - view.statements.length };
    },
    statements: async (_variant, _serial, from, count) => {
      const { statements } = await recorded.trace({ experiment: session.document.current!, variant: 'v1' });
      return Array.from({ length: count }, (_, index) => ({ ...statements[1]!, n: from + index }));
    },
  };
  const session = await open(host);
  const list = screen.getByTestId('statements');
  for (const top of [0, 240_000, 1_199_976, 2_399_000]) {
    list.scrollTop = top;
    await fireEvent.scroll(list);
    const n = Math.floor(top / 24) + 1;
    await waitFor(() => expect(screen.getByTestId(`statement-${n}`)).toBeTruthy());
    expect(list.querySelectorAll('[role="option"]').length).toBeLessThan(60);
  }
});

it('folds repeats, with how often each is sent', async () => {
  await open(replay());
  await fireEvent.click(screen.getByTestId('fold'));
  const rows = screen.getByTestId('statements').querySelectorAll('[role="option"]');
  expect([...rows].map((row) => row.querySelector('.number')?.textContent)).toEqual(['× 1', '× 100', '× 10']);
});

it('steps through a request, and says what it had come to', async () => {
  await open(replay());
  await fireEvent.click(screen.getByTestId('walk-on'));
  expect(text('walked')).toContain('statement 1 of 111: 1\u2009000 rows, 1\u2009000 objects after');
  await fireEvent.click(screen.getByTestId('walk-on'));
  expect(text('walked')).toContain('statement 2 of 111: 1\u2009001 rows, 1\u2009001 objects after');
  const [users, organizations] = screen.getByTestId('identity-map').querySelectorAll('tbody tr');
  expect(users?.textContent).toMatch(/User.*1\u2009000/);
  expect(organizations?.textContent).toMatch(/Organization.*1.*of.*100.*\+1/);
  expect(text('statement-detail')).toContain('Statement 2');
  await fireEvent.click(screen.getByTestId('walk-back'));
  await fireEvent.click(screen.getByTestId('walk-back'));
  expect(screen.queryByTestId('walked')).toBeNull();
});

it('lays SQL out where that is wanted', async () => {
  const session = await open(replay());
  const before = text('statement-detail');
  await fireEvent.click(screen.getByTestId('format-sql'));
  await waitFor(() => expect(text('statement-detail')).not.toBe(before));
  expect(session.preferences.formatted).toBe(true);
});
