// The open work with its undo history, and which variant is looked at.
import { baselineOf } from '../edit/variants';
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { VariantDoc } from '../host/bindings/VariantDoc';

const KEPT_STEPS = 200;

interface Snapshot {
  past: ExperimentDoc[];
  present: ExperimentDoc;
  future: ExperimentDoc[];
  selected: string;
}

export class OpenDocument {
  #past = $state.raw<ExperimentDoc[]>([]);
  #future = $state.raw<ExperimentDoc[]>([]);
  #present = $state.raw<ExperimentDoc | null>(null);
  #selected = $state<string>('');
  #kept = new Map<string, Snapshot>();
  #lastMerge: string | null = null;

  get current(): ExperimentDoc | null {
    return this.#present;
  }

  /** The variant looked at; the first one where the selected one is gone. */
  get selected(): VariantDoc | null {
    const variants = this.#present?.variants ?? [];
    return variants.find((variant) => variant.id === this.#selected) ?? variants[0] ?? null;
  }

  get selectedIndex(): number {
    const selected = this.selected;
    return this.#present?.variants.findIndex((variant) => variant === selected) ?? -1;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Opens work; work on another source is kept aside until its source is opened again. */
  open(doc: ExperimentDoc): void {
    const left = this.#present;
    this.#lastMerge = null;
    if (left) {
      this.#kept.set(left.source, {
        past: this.#past,
        present: left,
        future: this.#future,
        selected: this.#selected,
      });
    }
    const kept = this.#kept.get(doc.source);
    this.#past = kept?.past ?? [];
    this.#future = kept?.future ?? [];
    this.#present = kept?.present ?? doc;
    this.#selected = kept?.selected ?? baselineOf(doc);
  }

  /**
   * Applies an edit; one that changes nothing leaves no step to undo. Edits that follow each other with the same
   * `merge` are one step: the keystrokes of one field.
   */
  edit(change: (doc: ExperimentDoc) => ExperimentDoc, merge: string | null = null): void {
    const before = this.#present;
    if (!before) return;
    const after = change(before);
    if (after === before) return;
    if (merge === null || merge !== this.#lastMerge) this.#past = [...this.#past, before].slice(-KEPT_STEPS);
    this.#lastMerge = merge;
    this.#future = [];
    this.#present = after;
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (!before || !this.#present) return;
    this.#future = [this.#present, ...this.#future];
    this.#past = this.#past.slice(0, -1);
    this.#present = before;
    this.#lastMerge = null;
  }

  redo(): void {
    const [after, ...rest] = this.#future;
    if (!after || !this.#present) return;
    this.#past = [...this.#past, this.#present];
    this.#future = rest;
    this.#present = after;
    this.#lastMerge = null;
  }

  select(id: string): void {
    if (this.#present?.variants.some((variant) => variant.id === id)) this.#selected = id;
  }
}
