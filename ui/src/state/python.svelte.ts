// The Python in which the real SQLAlchemy is measured: which one, whether it has what is needed, and making one.
import type { PythonView } from '../host/bindings/PythonView';
import { asWireError } from '../host/failure';
import type { Host } from '../host/host';

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

  /** Looks at what was named, or finds one; not again for the same place and source. */
  async ensure(place: string, source: string): Promise<void> {
    if (this.#looked === JSON.stringify([place, source])) return;
    await this.look(place, source);
  }

  /** Looks at an interpreter or a virtual environment; with none named, at the one that is found. */
  async look(place: string, source: string): Promise<void> {
    const asked = JSON.stringify([place, source]);
    this.#looked = asked;
    this.looking = true;
    await this.#take(() => this.#host.lookAtPython(place, source), asked);
    if (this.#looked === asked) this.looking = false;
  }

  /** Makes an environment; its place, or null where that failed. */
  async prepare(source: string): Promise<string | null> {
    if (this.preparing !== null) return null;
    this.preparing = 'Preparing';
    this.#looked = 'preparing';
    await this.#take(() => this.#host.preparePython(source, ({ what }) => (this.preparing = what)), this.#looked);
    this.preparing = null;
    if (this.problem !== '' || !this.view) return null;
    this.#looked = JSON.stringify([this.view.place, source]);
    return this.view.place;
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
