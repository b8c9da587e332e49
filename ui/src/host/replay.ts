// Answers recorded once: for component tests, and for looking at the window in a plain browser.
import type { BetweenView } from './bindings/BetweenView';
import type { ChartPair } from './bindings/ChartPair';
import type { ChartView } from './bindings/ChartView';
import type { ExperimentDoc } from './bindings/ExperimentDoc';
import type { Figure } from './bindings/Figure';
import type { FigureView } from './bindings/FigureView';
import type { HistoryEntry } from './bindings/HistoryEntry';
import type { LessonsView } from './bindings/LessonsView';
import type { PredictionView } from './bindings/PredictionView';
import type { RevealView } from './bindings/RevealView';
import type { RunEvent } from './bindings/RunEvent';
import type { RunView } from './bindings/RunView';
import type { SourceView } from './bindings/SourceView';
import type { StartView } from './bindings/StartView';
import type { TraceView } from './bindings/TraceView';
import type { VariantDoc } from './bindings/VariantDoc';
import type { WireError } from './bindings/WireError';
import type { WireStrategy } from './bindings/WireStrategy';
import charts from './recorded/charts.json';
import figures from './recorded/figures.json';
import history from './recorded/history.json';
import lessons from './recorded/lessons.json';
import run from './recorded/run.json';
import source from './recorded/source.json';
import start from './recorded/start.json';
import traces from './recorded/traces.json';
import type { Host } from './host';
import { dottedPaths } from '../edit/paths';

interface RecordedTrace {
  strategies: Record<string, WireStrategy>;
  unread: string[];
  view: TraceView;
}

export interface ReplayOptions {
  /** Milliseconds between the events of a run; 0 sends them at once. */
  stepMs?: number;
}

const recordedTraces = traces as unknown as RecordedTrace[];
const recordedRun = run as unknown as { events: RunEvent[]; view: RunView };
type RecordedFigures = Partial<Record<Figure, FigureView>>;

const recordedFigures = figures as unknown as { light: RecordedFigures; dark: RecordedFigures };
const recordedCharts = charts as unknown as { light: ChartPair[]; dark: ChartPair[] };

const recordedHistory = history as unknown as { entries: HistoryEntry[]; between: BetweenView };

const recordedLessons = lessons as unknown as { all: LessonsView; reveal: RevealView };

function failure(message: string): WireError {
  return { code: 'unusable_input', message };
}

function strategyOf(variant: VariantDoc | undefined, path: string): WireStrategy {
  return variant?.strategies[path] ?? 'select';
}

function findTrace(experiment: ExperimentDoc, id: string): TraceView {
  const variant = experiment.variants.find((candidate) => candidate.id === id);
  const paths = dottedPaths(experiment.endpoint.relationships);
  const unread = paths.filter((path) => !path.accessed).map((path) => path.path);
  const found = recordedTraces.find(
    (recorded) =>
      Object.keys(recorded.strategies).length === paths.length &&
      paths.every(({ path }) => recorded.strategies[path] === strategyOf(variant, path)) &&
      recorded.unread.join() === unread.join(),
  );
  if (!found) throw failure('No answer was recorded for this plan. Undo the change, or open the desktop window.');
  return { ...found.view, variant: id };
}

/** The recorded counts as if they had been known before. */
function predicted(view: TraceView, root: string, paths: string[]): PredictionView {
  const shares = paths.map((path) => ({
    path,
    share: view.shapes.find((shape) => shape.path === `${root}.${path}`)?.times ?? 0,
  }));
  const said = shares.filter(({ share }) => share > 0).map(({ path, share }) => `${share} for ${path}`);
  return {
    variant: view.variant,
    statements: view.query_count,
    rows: view.row_count,
    exact: true,
    formula: said.length > 0 ? `1 + ${said.join(' + ')} = ${view.query_count.text}` : view.query_count.text,
    terms: shares.map(({ path, share }) => ({
      path,
      share: `+${share}`,
      explanation: `Predicted: ${share} for ${path}`,
    })),
    ends_at: view.error?.path ?? null,
  };
}

/** A recorded chart, enlarged to a width; the real one is drawn anew. */
function fitted(chart: ChartView, width: number): ChartView {
  const scale = width / chart.width;
  const height = Math.round(chart.height * scale);
  const svg = chart.svg.replace(/width="\d+" height="\d+"/, `width="${width}" height="${height}"`);
  const marks = chart.marks.map((mark) => ({
    ...mark,
    x: mark.x * scale,
    y: mark.y * scale,
    width: mark.width * scale,
    height: mark.height * scale,
  }));
  return { ...chart, svg, width, height, marks };
}

/** A host that answers from the recordings. */
export function replay(options: ReplayOptions = {}): Host {
  const stepMs = options.stepMs ?? 0;
  const counts = new Map<string, { queries: number; rows: number }>();
  let cancelled = false;
  let entries = structuredClone(recordedHistory.entries);
  const deleted: HistoryEntry[] = [];
  const change = (id: string, changes: Partial<HistoryEntry>): HistoryEntry => {
    const found = entries.find((entry) => entry.id === id);
    if (!found) throw failure(`There is no run ${id}.`);
    const changed = { ...found, ...changes };
    entries = entries.map((entry) => (entry.id === id ? changed : entry));
    return changed;
  };

  const pause = async () => {
    if (stepMs > 0) await new Promise((resolve) => setTimeout(resolve, stepMs));
  };

  return {
    start: async () => structuredClone(start) as unknown as StartView,
    openSource: async (name) => {
      const recorded = structuredClone(source) as unknown as SourceView;
      if (name !== recorded.source)
        throw failure(`Only ${recorded.title} was recorded; ${name} needs the desktop window.`);
      return recorded;
    },
    openServer: async () => {
      throw failure('No server was recorded. Open the desktop window.');
    },
    testServer: async () => ({ database: 'PostgreSQL 15.18', encrypted: false, free_connections: 96 }),
    forgetPassword: async () => 'No password was remembered.',
    cancelOpen: async () => undefined,
    chooseFile: async () => null,
    openFile: async (path) => {
      throw failure(`${path} was not recorded; it needs the desktop window.`);
    },
    watchDrops: async () => undefined,
    trace: async ({ experiment, variant }) => {
      const view = findTrace(experiment, variant);
      const before = counts.get(variant);
      counts.set(variant, { queries: view.query_count.value, rows: view.row_count.value });
      if (!before) return view;
      const signed = (change: number, what: string) => `${change < 0 ? '−' : '+'}${Math.abs(change)} ${what}`;
      const queries = view.query_count.value - before.queries;
      const rows = view.row_count.value - before.rows;
      const shapes = view.shapes.map((shape) => ({ ...shape, changed: shape.path !== null }));
      return { ...view, shapes, delta: `${signed(queries, 'statements')}, ${signed(rows, 'rows')}` };
    },
    statements: async () => [],
    predict: async ({ experiment, variant }) => {
      const paths = dottedPaths(experiment.endpoint.relationships).map(({ path }) => path);
      return predicted(findTrace(experiment, variant), experiment.endpoint.root, paths);
    },
    code: async ({ experiment, variant }) => {
      const { name } = experiment.variants.find((one) => one.id === variant) ?? { name: variant };
      const code = `# Recorded code of ${name}\nselect(${experiment.endpoint.root})`;
      return [
        { title: 'SQLAlchemy 2.1', exact: true, notes: [], code },
        { title: 'Django', exact: false, notes: ['Django joins no collections.'], code: 'User.objects' },
      ];
    },
    explain: async () => {
      throw failure('No plan was recorded. Open the desktop window.');
    },
    viewSource: async () => structuredClone(source) as unknown as SourceView,
    editMapping: async () => {
      throw failure('No change of the mapping was recorded. Open the desktop window.');
    },
    resetMapping: async (experiment) => ({ ...experiment, mapping: [] }),
    exportMapping: async (_experiment, path) => ({ path, size: '12 kB' }),
    applyPreset: async (experiment, id, preset) => {
      const variant = experiment.variants.find((candidate) => candidate.id === id);
      if (!variant) throw failure('That variant is gone.');
      const strategy = preset.replace(/^all_/, '').replace('lazy', 'select') as WireStrategy;
      const paths = dottedPaths(experiment.endpoint.relationships);
      return { ...variant, strategies: Object.fromEntries(paths.map(({ path }) => [path, strategy])) };
    },
    run: async (experiment, onEvent) => {
      cancelled = false;
      if (experiment.workload.concurrency < 1 || experiment.workload.concurrency > 200) {
        const given = experiment.workload.concurrency;
        throw failure(`The workload asks for ${given} concurrent requests; it must be between 1 and 200.`);
      }
      for (const event of recordedRun.events) {
        if (cancelled) break;
        onEvent(event);
        await pause();
      }
      const swept = experiment.sweeps.map((sweep) => sweep.over as Figure);
      const drawable = recordedRun.view.figures.filter(
        (figure) => figure === 'time' || figure === 'frontier' || swept.includes(figure),
      );
      return {
        ...structuredClone(recordedRun.view),
        experiment,
        ended_early: cancelled ? 'cancelled' : null,
        figures: drawable,
      };
    },
    lookAtPython: async () => {
      throw failure('No Python was recorded. Open the desktop window.');
    },
    preparePython: async () => {
      throw failure('No Python was recorded. Open the desktop window.');
    },
    cancelPrepare: async () => {},
    cancelRun: async () => {
      cancelled = true;
    },
    draw: async ({ theme, width }) => {
      const pairs = theme === 'dark' ? recordedCharts.dark : recordedCharts.light;
      const far = (pair: ChartPair) => Math.abs(pair.queries.width - width);
      const nearest = pairs.toSorted((a, b) => far(a) - far(b))[0];
      if (!nearest) throw failure('No chart was recorded.');
      const { queries, latency } = nearest;
      return { queries: fitted(queries, width), latency: fitted(latency, width) };
    },
    drawFigure: async ({ figure, theme, width }) => {
      const found = (theme === 'dark' ? recordedFigures.dark : recordedFigures.light)[figure];
      if (!found) throw failure('That chart was not recorded.');
      return { ...found, chart: fitted(found.chart, width) };
    },
    chooseExport: async (name) => `/reports/${name}`,
    exportRun: async (_run, path) => ({ path, size: '412 kB' }),
    listHistory: async (search) => {
      const words = search.toLowerCase().split(/\s+/);
      return entries.filter((entry) => words.every((word) => JSON.stringify(entry).toLowerCase().includes(word)));
    },
    openRun: async (id) => {
      change(id, {});
      return { ...structuredClone(recordedRun.view), id };
    },
    compareRuns: async () => structuredClone(recordedHistory.between),
    renameRun: async (id, name) => change(id, { name }),
    tagRun: async (id, tags) => change(id, { tags: tags.toSorted() }),
    deleteRun: async (id) => {
      deleted.push(change(id, {}));
      entries = entries.filter((entry) => entry.id !== id);
    },
    restoreRun: async (id) => {
      const found = deleted.find((entry) => entry.id === id);
      if (!found) throw failure(`There is no run ${id}.`);
      entries = [...entries, found].toSorted((a, b) => Number(b.id) - Number(a.id));
      return found;
    },
    lessons: async () => structuredClone(recordedLessons.all),
    runLesson: async (_name, onEvent) => {
      cancelled = false;
      for (const event of recordedRun.events) {
        if (cancelled) throw { code: 'cancelled', message: 'Cancelled.' } satisfies WireError;
        onEvent(event);
        await pause();
      }
      return structuredClone(recordedLessons.reveal);
    },
    revealLesson: async () => structuredClone(recordedLessons.reveal),
    saveSettings: async () => {},
    ready: async () => {},
  };
}
