// The lessons: which one is open, what was predicted, and what was measured.
import { SvelteMap } from 'svelte/reactivity';
import type { ChartPair } from '../host/bindings/ChartPair';
import type { DrawRequest } from '../host/bindings/DrawRequest';
import type { LessonProgress } from '../host/bindings/LessonProgress';
import type { LessonsView } from '../host/bindings/LessonsView';
import type { LessonView } from '../host/bindings/LessonView';
import type { RevealView } from '../host/bindings/RevealView';
import type { RunEvent } from '../host/bindings/RunEvent';
import type { WireError } from '../host/bindings/WireError';
import { asWireError } from '../host/failure';
import type { Host } from '../host/host';
import { Drawing } from './drawing.svelte';

/** The parts of a lesson, in the order in which a presenter goes through them. */
export const STEPS = ['read', 'predict', 'reveal', 'charts', 'numbers'] as const;
export type Step = (typeof STEPS)[number];

/** Steps that show what was measured. */
const MEASURED: readonly Step[] = ['reveal', 'charts', 'numbers'];

export class Lessons {
  readonly charts: Drawing<DrawRequest, ChartPair>;
  all = $state.raw<LessonsView | null>(null);
  /** Why there are none, or why the open one could not be measured. */
  failure = $state.raw<WireError | null>(null);
  reveal = $state.raw<RevealView | null>(null);
  running = $state(false);
  cancelling = $state(false);
  /** How far the measurement is. */
  event = $state.raw<RunEvent | null>(null);
  step = $state<Step>('read');
  #name = $state('');
  #progress = new SvelteMap<string, LessonProgress>();
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
    this.charts = new Drawing((request) => host.draw(request));
  }

  get open(): LessonView | null {
    const lessons = this.all?.lessons ?? [];
    return lessons.find((lesson) => lesson.name === this.#name) ?? lessons[0] ?? null;
  }

  /** How far somebody is with a lesson. */
  progressOf(name: string): LessonProgress | null {
    return this.#progress.get(name) ?? null;
  }

  /** What is kept between starts. */
  get kept(): LessonProgress[] {
    return [...this.#progress.values()];
  }

  restore(kept: readonly LessonProgress[]): void {
    this.#progress.clear();
    kept.forEach((progress) => this.#progress.set(progress.name, progress));
  }

  async load(): Promise<void> {
    try {
      this.all = await this.#host.lessons();
      this.failure = null;
    } catch (thrown) {
      this.failure = asWireError(thrown);
      return;
    }
    if (this.open && this.#name === '') await this.choose(this.open.name);
  }

  /** Opens a lesson where it was left. */
  async choose(name: string): Promise<void> {
    if (this.running) return;
    this.#name = name;
    this.reveal = null;
    this.failure = null;
    this.step = 'read';
    const run = this.progressOf(name)?.run;
    if (!run) return;
    try {
      const reveal = await this.#host.revealLesson(name, run);
      if (this.#name === name) this.reveal = reveal;
    } catch {
      // The run was deleted from the history: the lesson can be measured again.
      if (this.#name === name) this.#note(name, { run: null, right: null });
    }
  }

  predict(choice: number): void {
    const lesson = this.open;
    if (!lesson || this.reveal) return;
    this.#note(lesson.name, { choice });
  }

  async run(): Promise<void> {
    const lesson = this.open;
    if (!lesson || this.running) return;
    this.running = true;
    this.cancelling = false;
    this.failure = null;
    this.event = null;
    this.reveal = null;
    try {
      const reveal = await this.#host.runLesson(lesson.name, (event) => {
        // A lesson shows its charts at the end: whoever sees them earlier predicts nothing.
        if (event.kind !== 'charts') this.event = event;
      });
      const choice = this.progressOf(lesson.name)?.choice ?? null;
      const right = choice === null ? null : (reveal.right[choice] ?? null);
      this.#note(lesson.name, { run: reveal.run.id, right });
      this.reveal = reveal;
      this.step = 'reveal';
    } catch (thrown) {
      const failure = asWireError(thrown);
      if (failure.code !== 'cancelled') this.failure = failure;
    } finally {
      this.running = false;
    }
  }

  async cancel(): Promise<void> {
    this.cancelling = true;
    await this.#host.cancelRun().catch(() => undefined);
  }

  /** Begins the open lesson anew. */
  forget(): void {
    const lesson = this.open;
    if (!lesson || this.running) return;
    this.#progress.delete(lesson.name);
    this.reveal = null;
    this.step = 'read';
  }

  /** Goes on, as somebody who presents does: what is not measured yet is measured first. */
  async next(): Promise<void> {
    const after = STEPS[STEPS.indexOf(this.step) + 1];
    if (!after) await this.#neighbour(1);
    else if (this.reveal || !MEASURED.includes(after)) this.step = after;
    else await this.run();
  }

  async back(): Promise<void> {
    const before = STEPS[STEPS.indexOf(this.step) - 1];
    if (before) this.step = before;
    else await this.#neighbour(-1);
  }

  async #neighbour(by: number): Promise<void> {
    const lessons = this.all?.lessons ?? [];
    const at = lessons.findIndex((lesson) => lesson === this.open);
    const next = lessons[at + by];
    if (next) await this.choose(next.name);
  }

  #note(name: string, changes: Partial<LessonProgress>): void {
    const before = this.progressOf(name) ?? { name, choice: null, run: null, right: null };
    this.#progress.set(name, { ...before, ...changes });
  }
}
