// What the window asks of the program behind it. Two implementations: the desktop shell, and recorded answers.
import type { BetweenView } from './bindings/BetweenView';
import type { ChartPair } from './bindings/ChartPair';
import type { CodeView } from './bindings/CodeView';
import type { DrawRequest } from './bindings/DrawRequest';
import type { ExperimentDoc } from './bindings/ExperimentDoc';
import type { ExportView } from './bindings/ExportView';
import type { FigureRequest } from './bindings/FigureRequest';
import type { FigureView } from './bindings/FigureView';
import type { FileView } from './bindings/FileView';
import type { HistoryEntry } from './bindings/HistoryEntry';
import type { LessonsView } from './bindings/LessonsView';
import type { MappingEdit } from './bindings/MappingEdit';
import type { OpenProgress } from './bindings/OpenProgress';
import type { PlanView } from './bindings/PlanView';
import type { PredictionView } from './bindings/PredictionView';
import type { PythonView } from './bindings/PythonView';
import type { RevealView } from './bindings/RevealView';
import type { RunEvent } from './bindings/RunEvent';
import type { RunView } from './bindings/RunView';
import type { ServerFields } from './bindings/ServerFields';
import type { ServerView } from './bindings/ServerView';
import type { Settings } from './bindings/Settings';
import type { SourceView } from './bindings/SourceView';
import type { StartView } from './bindings/StartView';
import type { StatementView } from './bindings/StatementView';
import type { TraceRequest } from './bindings/TraceRequest';
import type { TraceView } from './bindings/TraceView';
import type { VariantDoc } from './bindings/VariantDoc';

/** Every method rejects with a `WireError`, and with nothing else. */
export interface Host {
  /** Samples, strategies, presets and the settings of last time. */
  start(): Promise<StartView>;
  /** Opens `sample:…`, `sqlite:…` or `postgres://…`; generating a sample the first time may take a while. */
  openSource(source: string, onProgress: (progress: OpenProgress) => void): Promise<SourceView>;
  /** Connects to a PostgreSQL server and opens its database. */
  openServer(form: ServerFields, onProgress: (progress: OpenProgress) => void): Promise<SourceView>;
  /** Whether a server can be connected to, and what answers. */
  testServer(form: ServerFields): Promise<ServerView>;
  /** Takes the password of a server out of the keyring; says what was forgotten. */
  forgetPassword(form: ServerFields): Promise<string>;
  /** Ends the opening of a source; nothing of a sample that was being generated is left behind. */
  cancelOpen(): Promise<void>;
  /** The native open dialog: the path of a file; null when it was closed without a choice. */
  chooseFile(): Promise<string | null>;
  /** What a file is: a database, an experiment, or a result, which comes into the history. */
  openFile(path: string): Promise<FileView>;
  /** Tells the path of every file that is dropped on the window. */
  watchDrops(dropped: (path: string) => void): Promise<void>;
  /** One request of one variant. */
  trace(request: TraceRequest): Promise<TraceView>;
  /** More statements of a variant's last request, from a position on, which counts from 1. */
  statements(variant: string, serial: number, from: number, count: number): Promise<StatementView[]>;
  /** What one request of one variant will cost; null where the endpoint cannot be loaded. */
  predict(request: TraceRequest): Promise<PredictionView | null>;
  /** The code that loads as a variant does, for every ORM. */
  code(request: TraceRequest): Promise<CodeView[]>;
  /** Runs one statement of a variant's request once more; how the server did it. */
  explain(request: TraceRequest, statement: number): Promise<PlanView>;
  /** The source as the open work maps it. */
  viewSource(experiment: ExperimentDoc): Promise<SourceView>;
  /** The open work after one more change of its mapping; what names relationships follows. */
  editMapping(experiment: ExperimentDoc, edit: MappingEdit): Promise<ExperimentDoc>;
  /** The open work on the introspected mapping. */
  resetMapping(experiment: ExperimentDoc): Promise<ExperimentDoc>;
  /** Writes the mapping of the open work as a file. */
  exportMapping(experiment: ExperimentDoc, path: string): Promise<ExportView>;
  /** The variant with a preset's strategies on every path. */
  applyPreset(experiment: ExperimentDoc, variant: string, preset: string): Promise<VariantDoc>;
  /** Measures every variant; events arrive while it runs. */
  run(experiment: ExperimentDoc, onEvent: (event: RunEvent) => void): Promise<RunView>;
  /** What a Python has for measuring a source in the real SQLAlchemy; with none named, the one that is found. */
  lookAtPython(place: string, source: string, asynchronous: boolean): Promise<PythonView>;
  /** Makes a virtual environment with SQLAlchemy, its drivers and FastAPI. */
  preparePython(
    source: string,
    asynchronous: boolean,
    onProgress: (progress: OpenProgress) => void,
  ): Promise<PythonView>;
  /** Stops making an environment. */
  cancelPrepare(): Promise<void>;
  /** Ends the run; what was measured is still answered by `run`. */
  cancelRun(): Promise<void>;
  /** The two charts of a run. */
  draw(request: DrawRequest): Promise<ChartPair>;
  /** A further chart of a run, with what it says. */
  drawFigure(request: FigureRequest): Promise<FigureView>;
  /** The native save dialog; null when it was closed without a choice. */
  chooseExport(name: string): Promise<string | null>;
  /** Writes a report of a run. */
  exportRun(run: string, path: string): Promise<ExportView>;
  /** The runs in which every word of the search occurs, newest first. */
  listHistory(search: string): Promise<HistoryEntry[]>;
  /** A run of the past as it was shown when it had ended. */
  openRun(run: string): Promise<RunView>;
  /** Two runs of the past beside each other, the earlier one first. */
  compareRuns(one: string, other: string): Promise<BetweenView>;
  renameRun(run: string, name: string): Promise<HistoryEntry>;
  tagRun(run: string, tags: string[]): Promise<HistoryEntry>;
  /** Deletes a run; it can be brought back for a day. */
  deleteRun(run: string): Promise<void>;
  restoreRun(run: string): Promise<HistoryEntry>;
  /** Every lesson there is. */
  lessons(): Promise<LessonsView>;
  /** Measures a lesson and reveals it. */
  runLesson(name: string, onEvent: (event: RunEvent) => void): Promise<RevealView>;
  /** Reveals a lesson by the run that measured it. */
  revealLesson(name: string, run: string): Promise<RevealView>;
  /** Keeps the settings for the next start. */
  saveSettings(settings: Settings): Promise<void>;
  /** Data is on screen. */
  ready(): Promise<void>;
}
