// A filter as a form shows it: comparisons of the root's own columns, an order, a limit; and the rest, which stays as it is.
import type { ColumnView } from '../host/bindings/ColumnView';

export const OPERATORS = ['==', '!=', '<', '<=', '>', '>=', 'like', 'in', 'is'] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Condition {
  column: string;
  operator: Operator;
  /** As typed: `null`, `true`, a number or a text; of `in` a list with commas. */
  value: string;
}

export interface Order {
  column: string;
  descending: boolean;
}

export interface FilterForm {
  conditions: Condition[];
  order: Order[];
  limit: string;
  /** Joins, EXISTS, keys and what else a plan file may say. */
  rest: Record<string, unknown>;
}

const KEYS = ['pk', 'where', 'join', 'has', 'order_by', 'limit', 'offset', 'distinct'];
const NUMBERS = /^(big|small)?int|^(big|small)integer|^float|^real|^double|^numeric|^decimal/;

function isOperator(text: unknown): text is Operator {
  return OPERATORS.some((operator) => operator === text);
}

function typed(value: unknown): string {
  if (Array.isArray(value)) return value.map(typed).join(', ');
  return value === null ? 'null' : String(value);
}

/** A comparison that the form can show: of an own column, with a value that can be typed. */
function shown(one: unknown, names: Set<string>): Condition | null {
  if (!Array.isArray(one)) return null;
  const [column, operator, value] = one as unknown[];
  if (typeof column !== 'string' || !names.has(column) || !isOperator(operator)) return null;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return null;
  return { column, operator, value: typed(value) };
}

export function formOf(filter: Record<string, unknown>, columns: ColumnView[]): FilterForm {
  const names = new Set(columns.map((column) => column.name));
  const rest: Record<string, unknown> = { ...filter };
  const conditions: Condition[] = [];
  for (const [key, value] of Object.entries(filter)) {
    if (KEYS.includes(key)) continue;
    const condition = shown([key, '==', value], names);
    if (!condition) continue;
    conditions.push(condition);
    delete rest[key];
  }
  const where = Array.isArray(filter['where']) ? (filter['where'] as unknown[]) : [];
  conditions.push(...where.map((one) => shown(one, names)).filter((one) => one !== null));
  const hidden = where.filter((one) => !shown(one, names));
  delete rest['where'];
  if (hidden.length > 0) rest['where'] = hidden;

  const listed = ([] as unknown[]).concat(filter['order_by'] ?? []).map(String);
  const order = listed.map((name) => ({ column: name.replace(/^-/, ''), descending: name.startsWith('-') }));
  // An order by columns of joined tables is kept whole, since its parts make no sense alone.
  const own = order.every(({ column }) => names.has(column));
  if (own) delete rest['order_by'];
  delete rest['limit'];
  return { conditions, order: own ? order : [], limit: typed(filter['limit'] ?? ''), rest };
}

/** What was typed, as the column's type wants it. */
function valueOf(text: string, type: string): unknown {
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === 'null') return null;
  if (type.startsWith('boolean') && /^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase() === 'true';
  // A number that a double cannot hold crosses as text.
  if (NUMBERS.test(type) && trimmed !== '' && String(Number(trimmed)) === trimmed) return Number(trimmed);
  return text;
}

export function filterOf(form: FilterForm, columns: ColumnView[]): Record<string, unknown> {
  const type = (name: string) => columns.find((column) => column.name === name)?.type_name ?? '';
  const where = form.conditions.map(({ column, operator, value }) => {
    const one = (text: string) => valueOf(text, type(column));
    return [column, operator, operator === 'in' ? value.split(',').map((text) => one(text.trim())) : one(value)];
  });
  const filter: Record<string, unknown> = { ...form.rest };
  const kept = Array.isArray(form.rest['where']) ? (form.rest['where'] as unknown[]) : [];
  if (where.length + kept.length > 0) filter['where'] = [...where, ...kept];
  if (form.order.length > 0) {
    filter['order_by'] = form.order.map(({ column, descending }) => (descending ? `-${column}` : column));
  }
  if (form.limit.trim() !== '') filter['limit'] = Number(form.limit);
  return filter;
}

/** Why a form cannot be used; null where it can. */
export function formProblem(form: FilterForm): string | null {
  const limit = form.limit.trim();
  if (limit !== '' && !/^\d{1,9}$/.test(limit)) return 'The limit is a whole number, or empty for no limit.';
  return null;
}
