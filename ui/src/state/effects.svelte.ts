// What follows from a change of state without anybody asking for it. Called once, while the window is set up.
import { tick, untrack } from 'svelte';
import { traceKey } from '../edit/keys';
import type { Session } from './session.svelte';

const SAVE_AFTER_MS = 500;

/** The selected variant is predicted, and then traced, as soon as its plan is not the traced one. */
function traceSelected(session: Session): void {
  $effect(() => {
    const { current, selected } = session.document;
    if (!current || !selected || !session.source) return;
    void untrack(() => session.predictions.ensure(current, selected.id));
    void untrack(() => session.traces.ensure(current, selected.id));
  });
}

/** The classes shown are those of the open work, also after it was undone. */
function viewMapping(session: Session): void {
  $effect(() => {
    const { current } = session.document;
    if (current && session.source) void untrack(() => session.viewAsMapped(current));
  });
}

function applyLook(session: Session): void {
  $effect(() => {
    document.documentElement.dataset['theme'] = session.preferences.shownTheme;
  });
  $effect(() => {
    document.documentElement.toggleAttribute('data-presenter', session.preferences.presenter);
    document.documentElement.dataset['typeSize'] = session.preferences.typeSize;
  });
}

function saveChanges(session: Session): void {
  let saved = '';
  $effect(() => {
    if (!session.source) return;
    const settings = JSON.stringify(session.settings);
    if (saved === '') saved = settings;
    if (settings === saved) return;
    const timer = setTimeout(() => {
      saved = settings;
      void session.saveSettings();
    }, SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  });
}

/** Says once that data is on screen: in the second frame after it was laid out. */
function sayReady(session: Session): void {
  let said = false;
  $effect(() => {
    const { current, selected } = session.document;
    if (said || !current || !selected) return;
    const entry = session.traces.of(selected.id);
    if (!entry.view || entry.viewKey !== traceKey(current, selected.id)) return;
    said = true;
    void tick().then(() =>
      requestAnimationFrame(() => requestAnimationFrame(() => void session.host.ready().catch(() => undefined))),
    );
  });
}

export function keepInStep(session: Session): void {
  applyLook(session);
  traceSelected(session);
  viewMapping(session);
  saveChanges(session);
  sayReady(session);
}
