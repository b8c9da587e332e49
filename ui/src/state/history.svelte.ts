// The runs of the past: what is listed, and the one that is looked at.
import type { BetweenView } from '../host/bindings/BetweenView';
import type { ChartPair } from '../host/bindings/ChartPair';
import type { DrawRequest } from '../host/bindings/DrawRequest';
import type { HistoryEntry } from '../host/bindings/HistoryEntry';
import type { RunView } from '../host/bindings/RunView';
import type { WireError } from '../host/bindings/WireError';
import { asWireError } from '../host/failure';
import type { Host } from '../host/host';
import { Drawing } from './drawing.svelte';
import type { Messages } from './messages.svelte';

export class History {
  readonly charts: Drawing<DrawRequest, ChartPair>;
  /** Newest first; null until they are read. */
  entries = $state.raw<HistoryEntry[] | null>(null);
  search = $state('');
  /** Why there is no list. */
  failure = $state.raw<WireError | null>(null);
  /** The run looked at. */
  run = $state.raw<RunView | null>(null);
  /** Why it cannot be shown. */
  runFailure = $state.raw<WireError | null>(null);
  /** It beside another one. */
  between = $state.raw<BetweenView | null>(null);
  #selected = $state('');
  #asked = 0;
  #host: Host;
  #messages: Messages;

  constructor(host: Host, messages: Messages) {
    this.#host = host;
    this.#messages = messages;
    this.charts = new Drawing((request) => host.draw(request));
  }

  /** What the list says of the run looked at. */
  get selected(): HistoryEntry | null {
    return this.entries?.find((entry) => entry.id === this.#selected) ?? null;
  }

  /** Reads the list; what was looked at stays where it is still there, otherwise the newest is shown. */
  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const entries = await this.#host.listHistory(this.search);
      if (asked !== this.#asked) return;
      this.entries = entries;
      this.failure = null;
    } catch (thrown) {
      if (asked === this.#asked) this.failure = asWireError(thrown);
      return;
    }
    if (!this.selected) await this.select(this.entries[0]?.id ?? '');
  }

  async select(id: string): Promise<void> {
    this.#selected = id;
    this.between = null;
    this.runFailure = null;
    if (id === '') {
      this.run = null;
      return;
    }
    try {
      const run = await this.#host.openRun(id);
      if (this.#selected === id) this.run = run;
    } catch (thrown) {
      if (this.#selected !== id) return;
      this.run = null;
      this.runFailure = asWireError(thrown);
    }
  }

  async compareWith(id: string): Promise<void> {
    const looked = this.#selected;
    const between = await this.#guarded(() => this.#host.compareRuns(looked, id));
    if (between && this.#selected === looked) this.between = between;
  }

  async rename(id: string, name: string): Promise<void> {
    this.#replace(await this.#guarded(() => this.#host.renameRun(id, name)));
  }

  async tag(id: string, tags: string[]): Promise<void> {
    this.#replace(await this.#guarded(() => this.#host.tagRun(id, tags)));
  }

  /** Deletes a run; the message it leaves can bring it back. */
  async remove(entry: HistoryEntry): Promise<void> {
    const before = this.entries ?? [];
    const at = before.findIndex((one) => one.id === entry.id);
    const done = await this.#guarded(async () => {
      await this.#host.deleteRun(entry.id);
      return true;
    });
    if (!done) return;
    this.entries = before.filter((one) => one.id !== entry.id);
    const next = this.entries[Math.min(at, this.entries.length - 1)];
    this.#messages.notice(`Deleted “${entry.name}”.`, { label: 'Undo', act: () => void this.#restore(entry.id) });
    if (entry.id === this.#selected) await this.select(next?.id ?? '');
  }

  async #restore(id: string): Promise<void> {
    const entry = await this.#guarded(() => this.#host.restoreRun(id));
    if (!entry) return;
    await this.load();
    await this.select(id);
  }

  #replace(changed: HistoryEntry | null): void {
    if (changed) this.entries = (this.entries ?? []).map((one) => (one.id === changed.id ? changed : one));
  }

  async #guarded<T>(action: () => Promise<T>): Promise<T | null> {
    try {
      return await action();
    } catch (thrown) {
      this.#messages.error(asWireError(thrown).message);
      return null;
    }
  }
}
