// A drawing of a run. One request is under way at most; of those asked for meanwhile only the last counts.
import type { WireError } from '../host/bindings/WireError';
import { asWireError } from '../host/failure';

export class Drawing<Request extends { run: string }, View> {
  view = $state.raw<View | null>(null);
  failure = $state.raw<WireError | null>(null);
  #ask: (request: Request) => Promise<View>;
  #busy = false;
  #waiting: Request | null = null;

  constructor(ask: (request: Request) => Promise<View>) {
    this.#ask = ask;
  }

  async draw(request: Request): Promise<void> {
    this.#waiting = request;
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting) {
      const next: Request = this.#waiting;
      this.#waiting = null;
      await this.#drawOne(next);
    }
    this.#busy = false;
  }

  async #drawOne(request: Request): Promise<void> {
    try {
      const view = await this.#ask(request);
      if (this.#waiting && this.#waiting.run !== request.run) return;
      this.view = view;
      this.failure = null;
    } catch (thrown) {
      this.failure = asWireError(thrown);
    }
  }
}
