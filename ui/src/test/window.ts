// The window on a host, as a test opens it.
import { render, screen, waitFor } from '@testing-library/svelte';
import { expect } from 'vitest';
import App from '../App.svelte';
// What the window fetches when it is first shown: a test may be over before, and nothing can be fetched then.
import '../components/formatSql';
import '../components/highlight';
import type { Host } from '../host/host';
import { Session } from '../state/session.svelte';

/** What an element says. */
export const text = (id: string) => screen.getByTestId(id).textContent?.trim();

/** Opens the window; it may still be loading its source. */
export async function begin(host: Host): Promise<Session> {
  const session = new Session(host);
  render(App, { session });
  await session.start();
  return session;
}

/** Opens the window on recorded work, and waits for its first request. */
export async function open(host: Host): Promise<Session> {
  const session = await begin(host);
  await waitFor(() => expect(text('query-count')).toBe('111'));
  return session;
}
