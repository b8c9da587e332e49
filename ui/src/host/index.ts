import type { Host } from './host';

/** The desktop shell where there is one, recorded answers in a plain browser. */
export async function connect(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) return (await import('./tauri')).host;
  const { replay } = await import('./replay');
  return replay({ stepMs: 40 });
}
