// Failures as the window knows them, whatever was thrown.
import type { ErrorCode } from './bindings/ErrorCode';
import type { WireError } from './bindings/WireError';

const CODES: readonly ErrorCode[] = ['unusable_input', 'database_failed', 'file_failed', 'cancelled', 'internal'];

/** The thrown value as a `WireError`; what is not one is a defect and says so. */
export function asWireError(thrown: unknown): WireError {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
    const { code, message } = thrown as { code: unknown; message: unknown };
    const known = CODES.find((candidate) => candidate === code);
    if (known && typeof message === 'string') return { code: known, message };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message };
}
