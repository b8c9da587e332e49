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
  { keys: 'Alt + ↑ ↓', does: 'Move the variant, or to the next relationship in the plan' },
  { keys: '1 … 9 in the plan', does: 'Choose the strategy by its place in the menu' },
  { keys: 'F2', does: 'Rename the variant' },
  { keys: 'Ctrl + Z', does: 'Undo' },
  { keys: 'Ctrl + Shift + Z', does: 'Redo' },
  { keys: 'Ctrl + E', does: 'Export the report' },
  { keys: 'Ctrl + O', does: 'Open a database, an experiment or a result' },
  { keys: 'Ctrl + ,', does: 'Settings' },
  { keys: 'Ctrl + L', does: 'Go to the lessons, or back' },
  { keys: 'Ctrl + H', does: 'Go to the history, or back' },
  { keys: '↑ ↓', does: 'Move between statements, in their list' },
  { keys: '← →', does: 'Move between tabs, or move a divider' },
  { keys: '?', does: 'Show these keys' },
];

export interface Actions {
  showShortcuts: () => void;
  showSettings: () => void;
  rename: () => void;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type="checkbox"]), textarea, select');
}

function withControl(event: KeyboardEvent, session: Session, actions: Actions): boolean {
  const key = event.key.toLowerCase();
  if (key === 'enter') void session.run();
  else if (key === 'd') session.duplicateVariant();
  else if (key === 'e') void session.exportRun();
  else if (key === ',') actions.showSettings();
  else if (key === 'o') void session.chooseFile();
  else if (key === 'l') session.go('lessons');
  else if (key === 'h') session.go('history');
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
    else if (session.lessons.running) void session.lessons.cancel();
    else if (session.place !== 'workbench') session.go('workbench');
    else return false;
    return true;
  }
  if (isTyping(event.target)) return false;
  if (session.place !== 'workbench' && event.key !== '?') return false;
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
  return event.ctrlKey || event.metaKey ? withControl(event, session, actions) : plain(event, session, actions);
}
