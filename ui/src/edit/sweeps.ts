// Sweeps of the open work. Their values are kept as they were written; Rust puts them in order.
import type { AxisInfo } from '../host/bindings/AxisInfo';
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { WireAxis } from '../host/bindings/WireAxis';
import { grouped } from './limits';

/** The values a circumstance is swept over; null where it is not. */
export function sweepValues(doc: ExperimentDoc, axis: WireAxis): number[] | null {
  return doc.sweeps.find((sweep) => sweep.over === axis)?.values ?? null;
}

/** Sweeps over these values, or no longer. */
export function setSweep(doc: ExperimentDoc, axis: WireAxis, values: number[] | null): ExperimentDoc {
  const before = sweepValues(doc, axis);
  if (before?.join() === values?.join()) return doc;
  if (values === null) return { ...doc, sweeps: doc.sweeps.filter((sweep) => sweep.over !== axis) };
  if (before === null) return { ...doc, sweeps: [...doc.sweeps, { over: axis, values }] };
  return { ...doc, sweeps: doc.sweeps.map((sweep) => (sweep.over === axis ? { over: axis, values } : sweep)) };
}

/** `0, 0.5, 2, 5` */
export function listed(values: readonly number[]): string {
  return values.join(', ');
}

/** The numbers of a list; null where something in it is none. */
export function parseValues(text: string): number[] | null {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  const values = words.map(Number);
  return values.every(Number.isFinite) ? values : null;
}

/** What may stand in the list: `Whole numbers from 1 to 200, set apart by commas`. */
export function valuesHint({ min, max, unit, whole }: AxisInfo): string {
  const range = `${grouped(min)} to ${grouped(max)}${unit && ` ${unit}`}`;
  return `${whole ? 'Whole numbers' : 'Numbers'} from ${range}, set apart by commas`;
}

export function areWithinLimits({ min, max, whole }: AxisInfo, values: readonly number[]): boolean {
  return values.length > 0 && values.every((one) => one >= min && one <= max && (!whole || Number.isInteger(one)));
}

/** The first sweep whose values won't do. */
export function wrongSweep(doc: ExperimentDoc, axes: readonly AxisInfo[]): WireAxis | null {
  const wrong = axes.find((axis) => {
    const values = sweepValues(doc, axis.axis);
    return values !== null && !areWithinLimits(axis, values);
  });
  return wrong?.axis ?? null;
}

/** Values in a sentence: `0, 0.5, 2 and 5 ms`. */
export function inWords({ unit }: AxisInfo, values: readonly number[]): string {
  const written = values.map(grouped);
  const last = written.at(-1) ?? '';
  const rest = written.slice(0, -1).join(', ');
  return `${rest ? `${rest} and ${last}` : last}${unit && ` ${unit}`}`;
}
