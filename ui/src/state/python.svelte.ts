// The Python in which the real SQLAlchemy is measured: which one, whether it has what is needed, and making one.
import type { PythonView } from '../host/bindings/PythonView';
import { asWireError } from '../host/failure';
import type { Host } from '../host/host';

/** What is to be measured in it. */
export interface Needs {
  source: string;
  asynchronous: boolean;
}

export class PythonState {
  /** What was found the last time; null until somebody looked. */
  view = $state.raw<PythonView | null>(null);
  looking = $state(false);
  /** What is being done while an environment is made; null while none is. */
  preparing = $state<string | null>(null);
  problem = $state('');
  #host: Host;
  #looked = '';

  constructor(host: Host) {
    this.#host = host;
  }

  /** Looks at what was named, or finds one; not again for the same place and work. */
  async ensure(place: string, needs: Needs): Promise<void> {
    if (this.#looked === JSON.stringify([place, needs])) return;
    await this.look(place, needs);
  }

  /** Looks at an interpreter or a virtual environment; with none named, at the one that is found. */
  async look(place: string, needs: Needs): Promise<void> {
    const asked = JSON.stringify([place, needs]);
    this.#looked = asked;
    this.looking = true;
    await this.#take(() => this.#host.lookAtPython(place, needs.source, needs.asynchronous), asked);
    if (this.#looked === asked) this.looking = false;
  }

  /** Makes an environment; its place, or null where that failed or was cancelled. */
  async prepare(needs: Needs): Promise<string | null> {
    if (this.preparing !== null) return null;
    this.preparing = 'Preparing';
    this.#looked = 'preparing';
    const tell = ({ what }: { what: string }) => (this.preparing = what);
    await this.#take(() => this.#host.preparePython(needs.source, needs.asynchronous, tell), this.#looked);
    this.preparing = null;
    if (this.problem !== '' || !this.view) return null;
    this.#looked = JSON.stringify([this.view.place, needs]);
    return this.view.place;
  }

  /** Stops making one. */
  async cancel(): Promise<void> {
    try {
      await this.#host.cancelPrepare();
    } catch (thrown) {
      this.problem = asWireError(thrown).message;
    }
  }

  async #take(ask: () => Promise<PythonView>, asked: string): Promise<void> {
    this.problem = '';
    try {
      const view = await ask();
      if (this.#looked === asked) this.view = view;
    } catch (thrown) {
      if (this.#looked === asked) this.problem = asWireError(thrown).message;
    }
  }
}
