// The statements of a request, page by page: a lazy plan can send a hundred thousand, and nobody looks at all of them.
import { SvelteMap } from 'svelte/reactivity';
import type { StatementView } from '../host/bindings/StatementView';
import type { TraceView } from '../host/bindings/TraceView';
import type { Host } from '../host/host';

/** Statements asked for at once. */
export const PAGE = 500;

/** Statements around those in view that are asked for too, so that who scrolls on does not come upon empty rows. */
const AROUND = PAGE / 2;

/** Pages kept: what was scrolled past is asked for again. */
const KEPT = 8;

export class Pages {
  readonly count: number;
  #pages = new SvelteMap<number, StatementView[]>();
  #asked = new Set<number>();
  #trace: TraceView;
  #host: Host;

  constructor(host: Host, trace: TraceView) {
    this.#host = host;
    this.#trace = trace;
    this.count = trace.statements.length + trace.statements_left_out;
  }

  /** A statement by its position, from 1; undefined until its page is there. */
  at(n: number): StatementView | undefined {
    const index = n - 1;
    return this.#trace.statements[index] ?? this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Sees to it that these are there, from 0 to before `end`, and then those around them. */
  async ensure(first: number, end: number): Promise<void> {
    await this.#askFor(first, end);
    await this.#askFor(first - AROUND, end + AROUND);
  }

  async #askFor(first: number, end: number): Promise<void> {
    const from = Math.max(first, this.#trace.statements.length);
    for (let page = Math.floor(from / PAGE); page * PAGE < Math.min(end, this.count); page += 1) {
      if (!this.#asked.has(page)) await this.#ask(page);
    }
  }

  async #ask(page: number): Promise<void> {
    this.#asked.add(page);
    try {
      const { variant, serial } = this.#trace;
      const statements = await this.#host.statements(variant, serial, page * PAGE + 1, PAGE);
      this.#pages.set(page, statements);
    } catch {
      // A newer request took its place: its own pages follow.
      this.#asked.delete(page);
      return;
    }
    const oldest = this.#pages.keys().next().value;
    if (this.#pages.size > KEPT && oldest !== undefined) {
      this.#pages.delete(oldest);
      this.#asked.delete(oldest);
    }
  }
}
