// The keys of the window: one table for the handler and for the list that `?` shows.
import type { Session } from './session.svelte';

export interface Shortcut {
  keys: string;
  does: string;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: 'Ctrl + Enter', does: 'Run' },
  { keys: 'Esc', does: 'Cancel the run, or close what is open' },
  { keys: '1 … 9', does: 'Select a variant' },
  { keys: 'Ctrl + D', does: 'Duplicate the variant' },
  { keys: 'F2', does: 'Rename the variant' },
  { keys: 'Ctrl + Z', does: 'Undo' },
  { keys: 'Ctrl + Shift + Z', does: 'Redo' },
  { keys: 'Ctrl + E', does: 'Export the report' },
  { keys: '↑ ↓', does: 'Move between statements, in their list' },
  { keys: '← →', does: 'Move between tabs, or move a divider' },
  { keys: '?', does: 'Show these keys' },
];

export interface Actions {
  showShortcuts: () => void;
  rename: () => void;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type="checkbox"]), textarea, select');
}

function withControl(event: KeyboardEvent, session: Session): boolean {
  const key = event.key.toLowerCase();
  if (key === 'enter') void session.run();
  else if (key === 'd') session.duplicateVariant();
  else if (key === 'e') void session.exportRun();
  else if (isTyping(event.target) && (event.target as HTMLElement).matches('input, textarea')) return false;
  else if (key === 'z' && event.shiftKey) session.document.redo();
  else if (key === 'z') session.document.undo();
  else if (key === 'y') session.document.redo();
  else return false;
  return true;
}

function plain(event: KeyboardEvent, session: Session, actions: Actions): boolean {
  if (event.key === 'Escape') {
    if (session.workloadOpen) session.workloadOpen = false;
    else if (session.opening !== null && session.source) session.stopOpening();
    else if (session.runs.running) void session.cancel();
    else return false;
    return true;
  }
  if (isTyping(event.target)) return false;
  if (event.key === '?') actions.showShortcuts();
  else if (event.key === 'F2') actions.rename();
  else if (/^[1-9]$/.test(event.key)) {
    const variant = session.document.current?.variants[Number(event.key) - 1];
    if (variant) session.document.select(variant.id);
  } else return false;
  return true;
}

/** Does what a key says; gives whether it said something. */
export function handleKey(event: KeyboardEvent, session: Session, actions: Actions): boolean {
  const inDialog = event.target instanceof Element && event.target.closest('dialog') !== null;
  if (event.altKey || event.defaultPrevented || inDialog) return false;
  return event.ctrlKey || event.metaKey ? withControl(event, session) : plain(event, session, actions);
}
