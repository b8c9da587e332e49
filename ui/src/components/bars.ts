// When statements were under way, as outlines to fill.
import type { StatementView } from '../host/bindings/StatementView';

/** An SVG path for each kind of time, with a rectangle for every statement. */
export interface Bars {
  roundTrip: string;
  database: string;
  client: string;
}

/** How wide the database's part is at least, in pixels: however short, it is to be seen. */
const LEAST = 1;

/** The bars of statements row by row; `total` nanoseconds are `width` pixels. Where one is missing, its row stays empty. */
export function barsOf(
  statements: readonly (StatementView | undefined)[],
  { width, total, rowHeight }: { width: number; total: number; rowHeight: number },
): Bars {
  const bars = { roundTrip: '', database: '', client: '' };
  const at = (time: number) => (width * time) / total;
  statements.forEach((statement, row) => {
    if (!statement) return;
    const rectangle = (from: number, to: number) =>
      `M${from.toFixed(1)} ${(row + 0.25) * rowHeight}H${to.toFixed(1)}v${rowHeight / 2}H${from.toFixed(1)}z`;
    const sent = statement.start_ns + statement.round_trip.value;
    const answered = sent + statement.database.value;
    const shown = Math.max(at(answered), at(sent) + LEAST);
    bars.roundTrip += rectangle(at(statement.start_ns), at(sent));
    bars.database += rectangle(at(sent), shown);
    bars.client += rectangle(shown, Math.max(at(answered + statement.client.value), shown));
  });
  return bars;
}
