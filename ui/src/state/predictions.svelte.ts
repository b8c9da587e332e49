// What a request of each variant will cost, known before it is sent. Nothing is shown rather than something of another plan.
import { SvelteMap } from 'svelte/reactivity';
import { traceKey } from '../edit/keys';
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { PredictionView } from '../host/bindings/PredictionView';
import type { Host } from '../host/host';

interface Entry {
  view: PredictionView | null;
  key: string;
}

export class Predictions {
  #entries = new SvelteMap<string, Entry>();
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The prediction of this very plan, if it is known. */
  of(doc: ExperimentDoc, variant: string): PredictionView | null {
    const entry = this.#entries.get(variant);
    return entry && entry.key === traceKey(doc, variant) ? entry.view : null;
  }

  /** Forgets everything; answers still under way are dropped. */
  clear(): void {
    this.#entries.clear();
  }

  /** Asks for a variant's prediction unless it was asked for already. A failure shows nothing: the trace says why. */
  async ensure(experiment: ExperimentDoc, variant: string): Promise<void> {
    const key = traceKey(experiment, variant);
    if (key === '' || this.#entries.get(variant)?.key === key) return;
    const entry = { view: null, key };
    this.#entries.set(variant, entry);
    const isLatest = () => this.#entries.get(variant)?.key === key;
    try {
      const view = await this.#host.predict({ experiment, variant });
      if (isLatest()) this.#entries.set(variant, { view, key });
    } catch {
      // Another attempt is made when the plan is looked at again.
      if (isLatest()) this.#entries.delete(variant);
    }
  }
}
