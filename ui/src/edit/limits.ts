// The numbers of workload and conditions: their usual limits, as hints beside the fields. Rust has the last word.
import type { ConditionsDoc } from '../host/bindings/ConditionsDoc';
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { WorkDefaults } from '../host/bindings/WorkDefaults';
import type { WorkloadDoc } from '../host/bindings/WorkloadDoc';

type NumberOf<T> = { [K in keyof T]: T[K] extends number ? K : never }[keyof T];

export type WorkloadField = NumberOf<WorkloadDoc>;
export type ConditionField = NumberOf<ConditionsDoc>;
export type Field = WorkloadField | ConditionField | 'seed' | 'rate' | 'requests' | 'seconds';

export interface Limit {
  label: string;
  unit: string;
  min: number;
  max: number;
  whole: boolean;
}

const count = (label: string, min: number, max: number): Limit => ({ label, unit: '', min, max, whole: true });
const amount = (label: string, unit: string, max: number): Limit => ({ label, unit, min: 0, max, whole: false });

export const LIMITS: Record<Field, Limit> = {
  concurrency: count('Concurrent requests', 1, 200),
  rate: { label: 'Arrivals', unit: '/s', min: 0.1, max: 100_000, whole: false },
  requests: count('Requests a variant', 1, 1_000_000),
  seconds: amount('Time per variant', 's', 3_600),
  warmup: count('Warm-up requests', 0, 100_000),
  rounds: count('Rounds', 1, 1_000),
  pool_size: count('Pool size', 1, 200),
  pool_overflow: count('Pool overflow', 0, 200),
  pool_timeout_s: amount('Pool timeout', 's', 3_600),
  rtt_ms: amount('Round-trip time', 'ms', 10_000),
  jitter_ms: amount('Jitter', 'ms', 10_000),
  seed: count('Seed', 0, Number.MAX_SAFE_INTEGER),
};

/** The largest whole number that a field other than the seed can hold. */
const LARGEST = 4_294_967_295;

/** Arrivals a second to begin an open loop with. */
export const FIRST_RATE = 20;

/** Requests of a variant where nothing is said, as in Rust. */
const REQUESTS = 100;

/** Seconds of a variant to begin with. */
const FIRST_SECONDS = 10;

export function fieldValue(doc: ExperimentDoc, field: Field): number {
  if (field === 'seed') return Number(doc.seed);
  if (field === 'rate') return doc.workload.rate ?? FIRST_RATE;
  if (field === 'requests') return doc.workload.requests ?? REQUESTS;
  if (field === 'seconds') return doc.workload.seconds ?? FIRST_SECONDS;
  if (field === 'rtt_ms' || field === 'jitter_ms') return doc.conditions[field];
  return doc.workload[field];
}

export function setField(doc: ExperimentDoc, field: Field, value: number): ExperimentDoc {
  const isSaid = (field !== 'rate' && field !== 'requests' && field !== 'seconds') || doc.workload[field] !== null;
  if (isSaid && fieldValue(doc, field) === value) return doc;
  if (field === 'seed') return { ...doc, seed: value };
  // One of the two ends a variant.
  if (field === 'requests') return { ...doc, workload: { ...doc.workload, requests: value, seconds: null } };
  if (field === 'seconds') return { ...doc, workload: { ...doc.workload, requests: null, seconds: value } };
  if (field === 'rtt_ms' || field === 'jitter_ms') {
    return { ...doc, conditions: { ...doc.conditions, [field]: value } };
  }
  return { ...doc, workload: { ...doc.workload, [field]: value } };
}

export function isWithinLimit(field: Field, value: number): boolean {
  const { min, max } = LIMITS[field];
  return value >= min && value <= max;
}

/** The first field outside its usual limits. */
export function outOfRange(doc: ExperimentDoc): Field | null {
  // A seed in digits came from a file, and is exact only as it stands there.
  const fields = (Object.keys(LIMITS) as Field[]).filter((field) => field !== 'seed' || typeof doc.seed === 'number');
  return fields.find((field) => !isWithinLimit(field, fieldValue(doc, field))) ?? null;
}

/** Work that begins with the numbers somebody prefers, where they have any. */
export function withDefaults(doc: ExperimentDoc, defaults: WorkDefaults): ExperimentDoc {
  const fields = Object.entries(defaults) as [keyof WorkDefaults, number | null][];
  return fields.reduce((changed, [field, value]) => (value === null ? changed : setField(changed, field, value)), doc);
}

/** Thousands set apart by a thin space, as every number in the window. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** What may stand in a field: `1 to 200`. */
export function hint(field: Field): string {
  const { min, max, unit, whole } = LIMITS[field];
  const range = `${grouped(min)} to ${grouped(max)}${unit && ` ${unit}`}`;
  return whole ? `A whole number, ${range}` : `A number, ${range}`;
}

/** The number a text says; null where it says none that the field can hold at all. */
export function parseField(field: Field, text: string): number | null {
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) return null;
  const largest = field === 'seed' ? LIMITS.seed.max : LARGEST;
  if (LIMITS[field].whole && (!Number.isInteger(value) || value > largest)) return null;
  return value;
}

/** The line in the top bar: `50 concurrent · 1 ms RTT · 1 000 requests`. */
export function workloadSummary(doc: ExperimentDoc): string {
  const { concurrency, rate, seconds } = doc.workload;
  const load = rate === null ? `${grouped(concurrency)} concurrent` : `${grouped(rate)} /s`;
  const count = doc.sweeps.length;
  const sweeps = count === 0 ? '' : ` · ${count} ${count === 1 ? 'sweep' : 'sweeps'}`;
  const length = seconds === null ? `${grouped(fieldValue(doc, 'requests'))} requests` : `${seconds} s per variant`;
  return `${load} · ${doc.conditions.rtt_ms} ms RTT · ${length}${sweeps}`;
}
