// The last request of every variant: what the statements, the counts and the response are shown from.
import { SvelteMap } from 'svelte/reactivity';
import { traceKey } from '../edit/keys';
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { TraceView } from '../host/bindings/TraceView';
import type { WireError } from '../host/bindings/WireError';
import { asWireError } from '../host/failure';
import type { Host } from '../host/host';

export interface TraceEntry {
  /** The newest answer; of an older plan while a newer one is under way. */
  view: TraceView | null;
  /** The plan `view` answers. */
  viewKey: string;
  /** The plan asked for last. */
  askedKey: string;
  /** Why the plan asked for last gave no answer. */
  failure: WireError | null;
}

const NOTHING: TraceEntry = { view: null, viewKey: '', askedKey: '', failure: null };

export class Traces {
  #entries = new SvelteMap<string, TraceEntry>();
  #host: Host;
  #sequence = 0;
  #latest = new Map<string, number>();

  constructor(host: Host) {
    this.#host = host;
  }

  of(variant: string): TraceEntry {
    return this.#entries.get(variant) ?? NOTHING;
  }

  /** Forgets everything; answers still under way are dropped. */
  clear(): void {
    this.#entries.clear();
    this.#latest.clear();
  }

  /** Asks for a variant's trace unless the one shown or under way is of this very plan. */
  async ensure(doc: ExperimentDoc, variant: string): Promise<void> {
    const key = traceKey(doc, variant);
    if (key === '' || this.of(variant).askedKey === key) return;
    await this.#ask(doc, variant, key);
  }

  /** Asks again after a failure. */
  async retry(doc: ExperimentDoc, variant: string): Promise<void> {
    await this.#ask(doc, variant, traceKey(doc, variant));
  }

  async #ask(experiment: ExperimentDoc, variant: string, key: string): Promise<void> {
    const sequence = ++this.#sequence;
    this.#latest.set(variant, sequence);
    this.#entries.set(variant, { ...this.of(variant), askedKey: key, failure: null });
    const isLatest = () => this.#latest.get(variant) === sequence;
    try {
      const view = await this.#host.trace({ experiment, variant });
      if (isLatest()) this.#entries.set(variant, { view, viewKey: key, askedKey: key, failure: null });
    } catch (thrown) {
      if (isLatest()) this.#entries.set(variant, { ...this.of(variant), failure: asWireError(thrown) });
    }
  }
}
