// How the window looks, and the settings as they are kept between starts.
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';
import type { Settings } from '../host/bindings/Settings';
import type { ThemeChoice } from '../host/bindings/ThemeChoice';

const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

export class Preferences {
  theme = $state<ThemeChoice>('system');
  presenter = $state(false);
  /** Width of the left panel in px at the usual size; 0 for the default. */
  leftWidth = $state(0);
  /** Height of the charts in px at the usual size; 0 for the default. */
  chartsHeight = $state(0);
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

  nextTheme(): void {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] ?? 'system';
  }

  restore(settings: Settings): void {
    this.theme = settings.theme;
    this.presenter = settings.presenter;
    this.leftWidth = settings.left_width;
    this.chartsHeight = settings.charts_height;
    this.#version = settings.version || 1;
  }

  settings(experiment: ExperimentDoc | null): Settings {
    return {
      version: this.#version,
      theme: this.theme,
      presenter: this.presenter,
      left_width: Math.round(this.leftWidth),
      charts_height: Math.round(this.chartsHeight),
      experiment,
    };
  }
}
