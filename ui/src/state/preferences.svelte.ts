// How the window looks, and the settings as they are kept between starts.
import tokens from '../../tokens.json';
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { RecentSource } from '../host/bindings/RecentSource';
import type { Settings } from '../host/bindings/Settings';
import type { ThemeChoice } from '../host/bindings/ThemeChoice';
import type { TypeSize } from '../host/bindings/TypeSize';
import type { WorkDefaults } from '../host/bindings/WorkDefaults';

/** Sources remembered. */
const RECENT = 8;

const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

export class Preferences {
  theme = $state<ThemeChoice>('system');
  presenter = $state(false);
  typeSize = $state<TypeSize>('usual');
  defaults = $state.raw<WorkDefaults>({ concurrency: null, requests: null, rtt_ms: null });
  /** Sources that were opened, the last one first. */
  recent = $state.raw<RecentSource[]>([]);
  /** Width of the left panel in px at the usual size; 0 for the default. */
  leftWidth = $state(0);
  /** Height of the charts in px at the usual size; 0 for the default. */
  chartsHeight = $state(0);
  /** Whether SQL is laid out for reading; forgotten with the window. */
  formatted = $state(false);
  /** The interpreter or virtual environment with SQLAlchemy; empty for the one that is found. */
  python = $state('');
  #systemDark = $state(false);
  #version = 1;

  constructor() {
    const query = window.matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = query.matches;
    query.addEventListener('change', (event) => (this.#systemDark = event.matches));
  }

  /** Light or dark, whatever was chosen. */
  get shownTheme(): 'light' | 'dark' {
    if (this.theme === 'system') return this.#systemDark ? 'dark' : 'light';
    return this.theme;
  }

  /** How much larger everything is than designed. */
  get scale(): number {
    const { root, largeRoot, largerRoot, presenterRoot } = tokens.font;
    if (this.presenter) return presenterRoot / root;
    return { usual: 1, large: largeRoot / root, larger: largerRoot / root }[this.typeSize];
  }

  /** Remembers a source as the last one that was opened. */
  opened(one: RecentSource): void {
    this.recent = [one, ...this.recent.filter(({ source }) => source !== one.source)].slice(0, RECENT);
  }

  nextTheme(): void {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] ?? 'system';
  }

  restore(settings: Settings): void {
    this.theme = settings.theme;
    this.presenter = settings.presenter;
    this.typeSize = settings.type_size;
    this.defaults = settings.defaults;
    this.recent = settings.recent;
    this.leftWidth = settings.left_width;
    this.chartsHeight = settings.charts_height;
    this.python = settings.python;
    this.#version = settings.version || 1;
  }

  settings(experiment: ExperimentDoc | null): Omit<Settings, 'lessons'> {
    return {
      version: this.#version,
      theme: this.theme,
      presenter: this.presenter,
      type_size: this.typeSize,
      defaults: this.defaults,
      recent: this.recent,
      left_width: Math.round(this.leftWidth),
      charts_height: Math.round(this.chartsHeight),
      python: this.python,
      experiment,
    };
  }
}
