// Everything one window holds, and the actions that touch more than one part of it.
import { createContext } from 'svelte';
import * as edits from '../edit/variants';
import { mappingKey } from '../edit/keys';
import { outOfRange, withDefaults } from '../edit/limits';
import { setSweep, wrongSweep } from '../edit/sweeps';
import type { AxisInfo } from '../host/bindings/AxisInfo';
import type { ChartPair } from '../host/bindings/ChartPair';
import type { DrawRequest } from '../host/bindings/DrawRequest';
import type { MappingEdit } from '../host/bindings/MappingEdit';
import type { OpenProgress } from '../host/bindings/OpenProgress';
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { RunView } from '../host/bindings/RunView';
import type { ServerFields } from '../host/bindings/ServerFields';
import type { Settings } from '../host/bindings/Settings';
import type { SourceView } from '../host/bindings/SourceView';
import type { StartView } from '../host/bindings/StartView';
import type { WireError } from '../host/bindings/WireError';
import { asWireError } from '../host/failure';
import type { Host } from '../host/host';
import { OpenDocument } from './document.svelte';
import { Drawing } from './drawing.svelte';
import { History } from './history.svelte';
import { Lessons } from './lessons.svelte';
import { Messages } from './messages.svelte';
import { Predictions } from './predictions.svelte';
import { Preferences } from './preferences.svelte';
import { PythonState } from './python.svelte';
import { Runs } from './runs.svelte';
import { Traces } from './traces.svelte';

/** Opened the first time, where nothing else was. */
const FIRST_SOURCE = 'sample:citizenapp?size=s';

/** What fills the window below its bar. */
export type Place = 'workbench' | 'history' | 'lessons';

export type Tab =
  | 'compare'
  | 'time'
  | 'concurrency'
  | 'round_trips'
  | 'size'
  | 'sqlalchemy'
  | 'statements'
  | 'diff'
  | 'sql'
  | 'response'
  | 'code'
  | 'schema';

/** The server that the work of last time is on, why it could not be opened, and that work. */
interface Unreached {
  server: ServerFields;
  why: string;
  work: ExperimentDoc;
}

/** Whether a source has the class that work is about. */
function hasRoot(view: SourceView, work: ExperimentDoc): boolean {
  return view.entities.some((entity) => entity.name === work.endpoint.root);
}

/** A title as it can stand in the name of a file. */
function fileName(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

export class Session {
  readonly document = new OpenDocument();
  readonly messages = new Messages();
  readonly preferences = new Preferences();
  readonly traces: Traces;
  readonly predictions: Predictions;
  readonly runs: Runs;
  readonly history: History;
  readonly lessons: Lessons;
  readonly python: PythonState;
  readonly charts: Drawing<DrawRequest, ChartPair>;

  started = $state.raw<StartView | null>(null);
  source = $state.raw<SourceView | null>(null);
  /** Work that waits for its server; null once anything is open. */
  unreached = $state.raw<Unreached | null>(null);
  /** Title of the source being opened; null when none is. */
  opening = $state<string | null>(null);
  /** How far a sample that is generated first has come. */
  progress = $state.raw<OpenProgress | null>(null);
  place = $state<Place>('workbench');
  tab = $state<Tab>('statements');
  workloadOpen = $state(false);
  /** Rust's word on the workload, shown at its fields. */
  workloadProblem = $state('');
  exporting = $state(false);
  /** Whether the form of the endpoint is open. */
  endpointOpen = $state(false);
  #host: Host;
  #opened = 0;
  /** Source and mapping that `source` shows. */
  #mapped = '';

  constructor(host: Host) {
    this.#host = host;
    this.traces = new Traces(host);
    this.predictions = new Predictions(host);
    this.runs = new Runs(host);
    this.history = new History(host, this.messages);
    this.lessons = new Lessons(host);
    this.python = new PythonState(host);
    this.charts = new Drawing((request) => host.draw(request));
  }

  get host(): Host {
    return this.#host;
  }

  /** In which dialect the source speaks SQL. */
  get dialect(): 'sqlite' | 'postgresql' {
    return this.source?.source.startsWith('postgres') ? 'postgresql' : 'sqlite';
  }

  /** Whether a field of the workload is outside its usual limits. */
  get isOutOfRange(): boolean {
    const doc = this.document.current;
    return doc !== null && (outOfRange(doc) !== null || wrongSweep(doc, this.started?.axes ?? []) !== null);
  }

  /** Restores the work of last time, or opens the first sample. */
  async start(): Promise<void> {
    try {
      const started = await this.#host.start();
      this.preferences.restore(started.settings);
      this.lessons.restore(started.settings.lessons);
      this.started = started;
      started.notices.forEach((notice) => this.messages.notice(notice));
    } catch (thrown) {
      this.messages.error(asWireError(thrown).message);
      return;
    }
    void this.#guarded(() => this.#host.watchDrops((path) => void this.openFile(path)));
    const { server, settings } = this.started;
    const work = settings.experiment;
    if (work && server) {
      const failure = await this.#openWith(work.source, work);
      // The work is kept until somebody opens something else.
      if (failure) this.unreached = { server, why: failure.message, work };
      return;
    }
    if (work && (await this.openSource(work.source, work))) return;
    if (!this.source) await this.openFirst();
  }

  /** Opens what a window opens that was never used. */
  async openFirst(): Promise<void> {
    await this.openSource(this.#firstSource());
  }

  /** Opens a source, with the work kept for it where there is some; the one that is open stays where that fails. */
  async openSource(source: string, kept?: ExperimentDoc): Promise<boolean> {
    const failure = await this.#openWith(source, kept);
    if (failure) this.messages.error(failure.message);
    return this.source !== null && !failure;
  }

  #openWith(source: string, kept?: ExperimentDoc): Promise<WireError | null> {
    const title = this.started?.samples.find((sample) => sample.source === source)?.title ?? source;
    return this.#open(title, (listen) => this.#host.openSource(source, listen), kept);
  }

  /** Connects to a server and opens its database; what went wrong is answered, so that the form can say it. */
  openServer(form: ServerFields): Promise<WireError | null> {
    return this.#open('PostgreSQL', (listen) => this.#host.openServer(form, listen), this.unreached?.work);
  }

  /** Opens something; null when it is open, or when something else was opened meanwhile. */
  async #open(
    title: string,
    open: (listen: (progress: OpenProgress) => void) => Promise<SourceView>,
    kept?: ExperimentDoc,
  ): Promise<WireError | null> {
    const opened = ++this.#opened;
    this.opening = title;
    this.progress = null;
    try {
      const view = await open((progress) => {
        if (opened === this.#opened) this.progress = progress;
      });
      const seen = kept ? await this.#seenBy(kept, view) : view;
      if (opened !== this.#opened) return null;
      this.traces.clear();
      this.predictions.clear();
      this.runs.clear();
      this.source = view;
      this.#mapped = mappingKey(view.experiment);
      this.unreached = null;
      const fits = kept && hasRoot(seen, kept);
      const fresh = withDefaults(view.experiment, this.preferences.defaults);
      this.document.open(fits ? { ...kept, source: view.source } : fresh);
      this.preferences.opened({ source: view.source, title: view.title });
      view.notices.forEach((notice) => this.messages.notice(notice));
      return null;
    } catch (thrown) {
      return opened === this.#opened ? asWireError(thrown) : null;
    } finally {
      if (opened === this.#opened) this.opening = null;
    }
  }

  /** Stays with the source that is open. */
  stopOpening(): void {
    this.#opened += 1;
    this.opening = null;
    void this.#guarded(() => this.#host.cancelOpen());
  }

  async chooseFile(): Promise<void> {
    const path = await this.#guarded(() => this.#host.chooseFile());
    if (path) await this.openFile(path);
  }

  /** Opens a file that was chosen or dropped. */
  async openFile(path: string): Promise<void> {
    const file = await this.#guarded(() => this.#host.openFile(path));
    switch (file?.kind) {
      case 'source':
        if (await this.openSource(file.source)) this.place = 'workbench';
        break;
      case 'experiment':
        await this.openWork(file.experiment);
        break;
      case 'run':
        this.place = 'history';
        await this.history.load();
        await this.history.select(file.run.id);
        break;
      case undefined:
        break;
    }
  }

  /** Opens work on its source; one undo brings back what was open there. */
  async openWork(work: ExperimentDoc): Promise<boolean> {
    if (this.source?.source !== work.source && !(await this.openSource(work.source))) return false;
    const view = this.source;
    const seen = view && (await this.#guarded(() => this.#seenBy(work, view)));
    if (!seen) return false;
    if (!hasRoot(seen, work)) {
      this.messages.error(`The source has no class ${work.endpoint.root}, which this work is about.`);
      return false;
    }
    this.document.edit(() => ({ ...work, source: seen.source }));
    this.document.select(edits.baselineOf(work));
    this.place = 'workbench';
    return true;
  }

  /** A source as work sees it that brings a mapping file: its classes may have other names there. */
  async #seenBy(work: ExperimentDoc, view: SourceView): Promise<SourceView> {
    return work.mapping_file === null ? view : await this.#host.viewSource({ ...work, source: view.source });
  }

  /** Shows the classes as the open work maps them. */
  async viewAsMapped(doc: ExperimentDoc): Promise<void> {
    const wanted = mappingKey(doc);
    if (wanted === this.#mapped) return;
    this.#mapped = wanted;
    const view = await this.#guarded(() => this.#host.viewSource(doc));
    if (view && wanted === this.#mapped) this.source = view;
  }

  /** Changes the mapping; why it was not accepted is answered. */
  editMapping(edit: MappingEdit): Promise<string> {
    return this.#remap((doc) => this.#host.editMapping(doc, edit));
  }

  resetMapping(): Promise<string> {
    return this.#remap((doc) => this.#host.resetMapping(doc));
  }

  async exportMapping(): Promise<void> {
    const doc = this.document.current;
    const name = `${fileName(this.source?.title ?? 'mapping')}.mapping.json`;
    const path = doc ? await this.#guarded(() => this.#host.chooseExport(name)) : null;
    const written = doc && path ? await this.#guarded(() => this.#host.exportMapping(doc, path)) : null;
    if (written) this.messages.notice(`Mapping written to ${written.path} (${written.size}).`);
  }

  async #remap(change: (doc: ExperimentDoc) => Promise<ExperimentDoc>): Promise<string> {
    const doc = this.document.current;
    if (!doc) return '';
    try {
      const changed = await change(doc);
      // What was edited meanwhile is not overwritten.
      this.document.edit((current) => (current === doc ? changed : current));
      return '';
    } catch (thrown) {
      return asWireError(thrown).message;
    }
  }

  async applyPreset(preset: string): Promise<void> {
    const doc = this.document.current;
    const variant = this.document.selected;
    if (!doc || !variant) return;
    const changed = await this.#guarded(() => this.#host.applyPreset(doc, variant.id, preset));
    if (changed) this.document.edit((current) => edits.replaceVariant(current, changed));
  }

  addVariant(): void {
    const doc = this.document.current;
    if (doc) this.#grow(edits.addVariant(doc));
  }

  duplicateVariant(): void {
    const { current, selected } = this.document;
    const grown = current && selected ? edits.duplicateVariant(current, selected.id) : null;
    if (grown) this.#grow(grown);
  }

  async run(): Promise<void> {
    const doc = this.document.current;
    if (!doc) return;
    this.messages.dismissErrors();
    this.workloadProblem = '';
    const failure = await this.runs.run(doc);
    this.runs.notices.forEach((notice) => this.messages.notice(notice));
    if (!failure) return;
    this.messages.error(failure.message);
    if (failure.code !== 'unusable_input') return;
    this.workloadProblem = failure.message;
    this.workloadOpen = this.isOutOfRange;
  }

  /** Switches a sweep on, with the values to begin with, and runs. */
  async sweepOver(axis: AxisInfo): Promise<void> {
    this.document.edit((doc) => setSweep(doc, axis.axis, axis.values));
    await this.run();
  }

  async cancel(): Promise<void> {
    const failure = await this.runs.cancel();
    if (failure) this.messages.error(failure.message);
  }

  async exportRun(): Promise<void> {
    const run = this.runs.view;
    if (!run || this.exporting) return;
    this.exporting = true;
    await this.#export(run, this.source?.title ?? 'run');
    this.exporting = false;
  }

  async #export(run: RunView, title: string): Promise<void> {
    const name = `fetchscope-${fileName(title)}.html`;
    const path = await this.#guarded(() => this.#host.chooseExport(name));
    const written = path ? await this.#guarded(() => this.#host.exportRun(run.id, path)) : null;
    if (written) this.messages.notice(`Report written to ${written.path} (${written.size}).`);
  }

  /** Goes to a place, or from it back to the workbench. */
  go(place: Place): void {
    this.place = this.place === place ? 'workbench' : place;
    if (this.place === 'history') void this.history.load();
    if (this.place === 'lessons') void this.lessons.load();
  }

  /** Opens a run of the past in the workbench: its work, which one undo takes back, its charts and its tables. */
  async reopen(run: RunView): Promise<void> {
    if (await this.openWork(run.experiment)) this.runs.show(run);
  }

  async exportPast(run: RunView, name: string): Promise<void> {
    await this.#export(run, name);
  }

  /** What is kept between starts. */
  get settings(): Settings {
    return { ...this.preferences.settings(this.document.current), lessons: this.lessons.kept };
  }

  async saveSettings(): Promise<void> {
    await this.#guarded(() => this.#host.saveSettings(this.settings));
  }

  #firstSource(): string {
    const samples = this.started?.samples ?? [];
    return samples.some((sample) => sample.source === FIRST_SOURCE)
      ? FIRST_SOURCE
      : (samples[0]?.source ?? FIRST_SOURCE);
  }

  #grow(grown: { doc: ExperimentDoc; id: string }): void {
    this.document.edit(() => grown.doc);
    this.document.select(grown.id);
  }

  async #guarded<T>(action: () => Promise<T>): Promise<T | null> {
    try {
      return await action();
    } catch (thrown) {
      this.messages.error(asWireError(thrown).message);
      return null;
    }
  }
}

export const [useSession, provideSession] = createContext<Session>();
