// The drawing of the last run. One request is under way at most; of those asked for meanwhile only the last counts.
import type { ChartPair } from '../host/bindings/ChartPair';
import type { DrawRequest } from '../host/bindings/DrawRequest';
import type { WireError } from '../host/bindings/WireError';
import { asWireError } from '../host/failure';
import type { Host } from '../host/host';

export class Charts {
  pair = $state.raw<ChartPair | null>(null);
  failure = $state.raw<WireError | null>(null);
  #host: Host;
  #busy = false;
  #waiting: DrawRequest | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  async draw(request: DrawRequest): Promise<void> {
    this.#waiting = request;
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting) {
      const next: DrawRequest = this.#waiting;
      this.#waiting = null;
      await this.#drawOne(next);
    }
    this.#busy = false;
  }

  async #drawOne(request: DrawRequest): Promise<void> {
    try {
      const pair = await this.#host.draw(request);
      if (this.#waiting && this.#waiting.run !== request.run) return;
      this.pair = pair;
      this.failure = null;
    } catch (thrown) {
      this.failure = asWireError(thrown);
    }
  }
}
