// The desktop shell. Nothing outside this file imports Tauri.
import { Channel, invoke } from '@tauri-apps/api/core';
import type { InvokeArgs } from '@tauri-apps/api/core';
import type { OpenProgress } from './bindings/OpenProgress';
import type { RunEvent } from './bindings/RunEvent';
import { asWireError } from './failure';
import type { Host } from './host';

async function call<T>(command: string, args?: InvokeArgs): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw asWireError(thrown);
  }
}

export const host: Host = {
  start: () => call('start'),
  openSource: (source, onProgress) => {
    const events = new Channel<OpenProgress>();
    events.onmessage = onProgress;
    return call('open_source', { source, events });
  },
  openServer: (form, onProgress) => {
    const events = new Channel<OpenProgress>();
    events.onmessage = onProgress;
    return call('open_server', { form, events });
  },
  testServer: (form) => call('test_server', { form }),
  forgetPassword: (form) => call('forget_password', { form }),
  cancelOpen: () => call('cancel_open'),
  chooseFile: () => call('choose_file'),
  openFile: (path) => call('open_file', { path }),
  watchDrops: (dropped) => {
    const paths = new Channel<string>();
    paths.onmessage = dropped;
    return call('watch_drops', { paths });
  },
  trace: (request) => call('trace', { request }),
  statements: (variant, serial, from, count) => call('statements', { variant, serial, from, count }),
  predict: (request) => call('predict', { request }),
  code: (request) => call('code', { request }),
  explain: (request, statement) => call('explain', { request, statement }),
  viewSource: (experiment) => call('view_source', { experiment }),
  editMapping: (experiment, edit) => call('edit_mapping', { experiment, edit }),
  resetMapping: (experiment) => call('reset_mapping', { experiment }),
  exportMapping: (experiment, path) => call('export_mapping', { experiment, path }),
  applyPreset: (experiment, variant, preset) => call('apply_preset', { experiment, variant, preset }),
  run: (experiment, onEvent) => {
    const events = new Channel<RunEvent>();
    events.onmessage = onEvent;
    return call('run', { experiment, events });
  },
  lookAtPython: (place, source, asynchronous) => call('look_at_python', { place, source, asynchronous }),
  preparePython: (source, asynchronous, onProgress) => {
    const events = new Channel<OpenProgress>();
    events.onmessage = onProgress;
    return call('prepare_python', { source, asynchronous, events });
  },
  cancelPrepare: () => call('cancel_prepare'),
  cancelRun: () => call('cancel_run'),
  draw: (request) => call('draw', { request }),
  drawFigure: (request) => call('draw_figure', { request }),
  chooseExport: (name) => call('choose_export', { name }),
  exportRun: (run, path) => call('export_run', { run, path }),
  listHistory: (search) => call('list_history', { search }),
  openRun: (run) => call('open_run', { run }),
  compareRuns: (one, other) => call('compare_runs', { one, other }),
  renameRun: (run, name) => call('rename_run', { run, name }),
  tagRun: (run, tags) => call('tag_run', { run, tags }),
  deleteRun: (run) => call('delete_run', { run }),
  restoreRun: (run) => call('restore_run', { run }),
  lessons: () => call('lessons'),
  runLesson: (name, onEvent) => {
    const events = new Channel<RunEvent>();
    events.onmessage = onEvent;
    return call('run_lesson', { name, events });
  },
  revealLesson: (name, run) => call('reveal_lesson', { name, run }),
  saveSettings: (settings) => call('save_settings', { settings }),
  ready: () => call('ready'),
};
