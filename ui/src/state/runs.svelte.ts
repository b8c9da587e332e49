// The run under way and the last one that was shown.
import { runKey, sweepKey } from '../edit/keys';
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { RunEvent } from '../host/bindings/RunEvent';
import type { RunView } from '../host/bindings/RunView';
import type { WireAxis } from '../host/bindings/WireAxis';
import type { WireError } from '../host/bindings/WireError';
import { asWireError } from '../host/failure';
import type { Host } from '../host/host';

export type Progress = Extract<RunEvent, { kind: 'progress' }>;

export class Runs {
  /** The last run that gave results. */
  view = $state.raw<RunView | null>(null);
  running = $state(false);
  cancelling = $state(false);
  /** What is being prepared, until requests are measured. */
  preparing = $state('');
  progress = $state.raw<Progress | null>(null);
  notices = $state.raw<string[]>([]);
  /** What the charts of the rounds so far are drawn under; null until there are some, and when nothing runs. */
  live = $state.raw<string | null>(null);
  #viewKey = $state('');
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Whether the results shown are of another plan than the open one. */
  isStale(doc: ExperimentDoc): boolean {
    return this.view !== null && this.#viewKey !== runKey(doc);
  }

  /** Whether a sweep shown is another than the open one. */
  isSweepStale(doc: ExperimentDoc, axis: WireAxis): boolean {
    return this.view !== null && sweepKey(this.view.experiment, axis) !== sweepKey(doc, axis);
  }

  /** Runs; gives the failure, or null where there are results or the user stopped it. */
  async run(experiment: ExperimentDoc): Promise<WireError | null> {
    if (this.running) return null;
    this.running = true;
    this.cancelling = false;
    this.preparing = 'Preparing';
    this.progress = null;
    this.notices = [];
    try {
      const view = await this.#host.run(experiment, (event) => this.#take(event));
      this.view = view;
      this.#viewKey = runKey(experiment);
      return null;
    } catch (thrown) {
      const failure = asWireError(thrown);
      return failure.code === 'cancelled' ? null : failure;
    } finally {
      this.running = false;
      this.live = null;
      this.cancelling = false;
    }
  }

  /** Shows a run of the past. */
  show(view: RunView): void {
    this.view = view;
    this.#viewKey = runKey(view.experiment);
    this.notices = [];
  }

  async cancel(): Promise<WireError | null> {
    if (!this.running || this.cancelling) return null;
    this.cancelling = true;
    try {
      await this.#host.cancelRun();
      return null;
    } catch (thrown) {
      this.cancelling = false;
      return asWireError(thrown);
    }
  }

  /** Forgets the results, for another source. */
  clear(): void {
    this.view = null;
    this.#viewKey = '';
    this.notices = [];
  }

  #take(event: RunEvent): void {
    switch (event.kind) {
      case 'preparing':
        this.preparing = event.what;
        break;
      case 'progress':
        this.progress = event;
        break;
      case 'charts':
        this.live = event.run;
        break;
      case 'notice':
        this.notices = [...this.notices, event.message];
        break;
    }
  }
}
