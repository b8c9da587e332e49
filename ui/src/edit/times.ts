// Times of the past, as somebody reads them.

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const HOUR = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** `29 Nov 2026, 11:47`, in the time of this machine. */
export function when(rfc3339: string): string {
  const time = new Date(rfc3339);
  return Number.isNaN(time.getTime()) ? rfc3339 : `${DAY.format(time)}, ${HOUR.format(time)}`;
}
