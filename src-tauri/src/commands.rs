//! The commands of the window: one-line adapters to the application, each off the thread that draws.

use crate::drops::Drops;
use crate::{dialogs, startup};
use fetchscope_app::App;
use fetchscope_app::wire::{
    BetweenView, ChartPair, CodeView, DrawRequest, ErrorCode, ExperimentDoc, ExportView, FigureRequest, FigureView,
    FileView, HistoryEntry, LessonsView, MappingEdit, OpenProgress, PlanView, PredictionView, PythonView, RevealView,
    RunEvent, RunView, ServerFields, ServerView, Settings, SourceView, StartView, StatementView, TraceRequest,
    TraceView, VariantDoc, WireError,
};
use std::path::PathBuf;
use std::sync::Arc;
use tauri::ipc::{Channel, Invoke};
use tauri::{AppHandle, State, Wry};

type Shared<'a> = State<'a, Arc<App>>;
type Answer<T> = Result<T, WireError>;

/// Every command, as the window finds it by name; `build.rs` and `capabilities/main.json` name the same ones.
pub(crate) fn all() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        apply_preset,
        cancel_open,
        cancel_prepare,
        cancel_run,
        choose_export,
        choose_file,
        code,
        compare_runs,
        delete_run,
        draw,
        draw_figure,
        edit_mapping,
        explain,
        export_mapping,
        export_run,
        forget_password,
        lessons,
        list_history,
        look_at_python,
        open_file,
        open_run,
        open_server,
        open_source,
        predict,
        prepare_python,
        ready,
        rename_run,
        reset_mapping,
        restore_run,
        reveal_lesson,
        run,
        run_lesson,
        save_settings,
        start,
        statements,
        tag_run,
        test_server,
        trace,
        view_source,
        watch_drops,
    ]
}

#[tauri::command]
async fn start(app: Shared<'_>) -> Answer<StartView> {
    aside(&app, App::start).await
}

#[tauri::command]
async fn open_source(app: Shared<'_>, source: String, events: Channel<OpenProgress>) -> Answer<SourceView> {
    aside(&app, move |app| app.open_source(&source, &mut |progress| drop(events.send(progress)))).await
}

#[tauri::command]
async fn open_server(app: Shared<'_>, form: ServerFields, events: Channel<OpenProgress>) -> Answer<SourceView> {
    aside(&app, move |app| app.open_server(&form, &mut |progress| drop(events.send(progress)))).await
}

#[tauri::command]
async fn test_server(app: Shared<'_>, form: ServerFields) -> Answer<ServerView> {
    aside(&app, move |app| app.test_server(&form)).await
}

#[tauri::command]
async fn forget_password(app: Shared<'_>, form: ServerFields) -> Answer<String> {
    aside(&app, move |app| app.forget_password(&form)).await
}

#[tauri::command]
async fn cancel_open(app: Shared<'_>) -> Answer<()> {
    app.cancel_open();
    Ok(())
}

#[tauri::command]
async fn choose_file(app: Shared<'_>, shell: AppHandle) -> Answer<Option<String>> {
    aside(&app, move |_| Ok(dialogs::choose_file(&shell))).await
}

#[tauri::command]
async fn open_file(app: Shared<'_>, path: PathBuf) -> Answer<FileView> {
    aside(&app, move |app| app.open_file(&path)).await
}

/// From now on the paths of files that are dropped on the window are sent to `paths`.
#[tauri::command]
fn watch_drops(drops: State<'_, Drops>, paths: Channel<String>) {
    drops.watch(paths);
}

#[tauri::command]
async fn trace(app: Shared<'_>, request: TraceRequest) -> Answer<TraceView> {
    aside(&app, move |app| app.trace(&request)).await
}

#[tauri::command]
async fn statements(
    app: Shared<'_>,
    variant: String,
    serial: u32,
    from: u32,
    count: u32,
) -> Answer<Vec<StatementView>> {
    aside(&app, move |app| app.statements(&variant, serial, from, count)).await
}

#[tauri::command]
async fn predict(app: Shared<'_>, request: TraceRequest) -> Answer<Option<PredictionView>> {
    aside(&app, move |app| app.predict(&request)).await
}

#[tauri::command]
async fn code(app: Shared<'_>, request: TraceRequest) -> Answer<Vec<CodeView>> {
    aside(&app, move |app| app.code(&request)).await
}

#[tauri::command]
async fn explain(app: Shared<'_>, request: TraceRequest, statement: u32) -> Answer<PlanView> {
    aside(&app, move |app| app.explain(&request, statement)).await
}

#[tauri::command]
async fn view_source(app: Shared<'_>, experiment: ExperimentDoc) -> Answer<SourceView> {
    aside(&app, move |app| app.view_source(&experiment)).await
}

#[tauri::command]
async fn edit_mapping(app: Shared<'_>, experiment: ExperimentDoc, edit: MappingEdit) -> Answer<ExperimentDoc> {
    aside(&app, move |app| app.edit_mapping(&experiment, &edit)).await
}

#[tauri::command]
async fn reset_mapping(app: Shared<'_>, experiment: ExperimentDoc) -> Answer<ExperimentDoc> {
    aside(&app, move |app| app.reset_mapping(&experiment)).await
}

#[tauri::command]
async fn export_mapping(app: Shared<'_>, experiment: ExperimentDoc, path: PathBuf) -> Answer<ExportView> {
    aside(&app, move |app| app.export_mapping(&experiment, &path)).await
}

#[tauri::command]
async fn apply_preset(
    app: Shared<'_>,
    experiment: ExperimentDoc,
    variant: String,
    preset: String,
) -> Answer<VariantDoc> {
    aside(&app, move |app| app.apply_preset(&experiment, &variant, &preset)).await
}

#[tauri::command]
async fn run(app: Shared<'_>, experiment: ExperimentDoc, events: Channel<RunEvent>) -> Answer<RunView> {
    // An event that cannot be delivered, because the window is gone, changes nothing about the run.
    aside(&app, move |app| app.run(&experiment, &mut |event| drop(events.send(event)))).await
}

#[tauri::command]
async fn look_at_python(app: Shared<'_>, place: String, source: String, asynchronous: bool) -> Answer<PythonView> {
    aside(&app, move |app| app.look_at_python(&place, &source, asynchronous)).await
}

#[tauri::command]
async fn prepare_python(
    app: Shared<'_>,
    source: String,
    asynchronous: bool,
    events: Channel<OpenProgress>,
) -> Answer<PythonView> {
    let prepare =
        move |app: &App| app.prepare_python(&source, asynchronous, &mut |progress| drop(events.send(progress)));
    aside(&app, prepare).await
}

#[tauri::command]
async fn cancel_prepare(app: Shared<'_>) -> Answer<()> {
    app.cancel_prepare();
    Ok(())
}

#[tauri::command]
async fn cancel_run(app: Shared<'_>) -> Answer<()> {
    app.cancel_run();
    Ok(())
}

#[tauri::command]
async fn draw(app: Shared<'_>, request: DrawRequest) -> Answer<ChartPair> {
    aside(&app, move |app| app.draw(&request)).await
}

#[tauri::command]
async fn draw_figure(app: Shared<'_>, request: FigureRequest) -> Answer<FigureView> {
    aside(&app, move |app| app.draw_figure(&request)).await
}

#[tauri::command]
async fn choose_export(app: Shared<'_>, shell: AppHandle, name: String) -> Answer<Option<String>> {
    aside(&app, move |_| Ok(dialogs::choose_export(&shell, &name))).await
}

#[tauri::command]
async fn export_run(app: Shared<'_>, run: String, path: PathBuf) -> Answer<ExportView> {
    aside(&app, move |app| app.export_run(&run, &path)).await
}

#[tauri::command]
async fn list_history(app: Shared<'_>, search: String) -> Answer<Vec<HistoryEntry>> {
    aside(&app, move |app| app.list_history(&search)).await
}

#[tauri::command]
async fn open_run(app: Shared<'_>, run: String) -> Answer<RunView> {
    aside(&app, move |app| app.open_run(&run)).await
}

#[tauri::command]
async fn compare_runs(app: Shared<'_>, one: String, other: String) -> Answer<BetweenView> {
    aside(&app, move |app| app.compare_runs(&one, &other)).await
}

#[tauri::command]
async fn rename_run(app: Shared<'_>, run: String, name: String) -> Answer<HistoryEntry> {
    aside(&app, move |app| app.rename_run(&run, &name)).await
}

#[tauri::command]
async fn tag_run(app: Shared<'_>, run: String, tags: Vec<String>) -> Answer<HistoryEntry> {
    aside(&app, move |app| app.tag_run(&run, &tags)).await
}

#[tauri::command]
async fn delete_run(app: Shared<'_>, run: String) -> Answer<()> {
    aside(&app, move |app| app.delete_run(&run)).await
}

#[tauri::command]
async fn restore_run(app: Shared<'_>, run: String) -> Answer<HistoryEntry> {
    aside(&app, move |app| app.restore_run(&run)).await
}

#[tauri::command]
async fn lessons(app: Shared<'_>) -> Answer<LessonsView> {
    aside(&app, App::lessons).await
}

#[tauri::command]
async fn run_lesson(app: Shared<'_>, name: String, events: Channel<RunEvent>) -> Answer<RevealView> {
    aside(&app, move |app| app.run_lesson(&name, &mut |event| drop(events.send(event)))).await
}

#[tauri::command]
async fn reveal_lesson(app: Shared<'_>, name: String, run: String) -> Answer<RevealView> {
    aside(&app, move |app| app.reveal_lesson(&name, &run)).await
}

#[tauri::command]
async fn save_settings(app: Shared<'_>, settings: Settings) -> Answer<()> {
    aside(&app, move |app| app.save_settings(&settings)).await
}

#[tauri::command]
fn ready() {
    startup::report_ready();
}

/// Runs `work` on a thread that may block; a defect in it is an answer, and the window stays.
async fn aside<T: Send + 'static>(app: &Arc<App>, work: impl FnOnce(&App) -> Answer<T> + Send + 'static) -> Answer<T> {
    let app = Arc::clone(app);
    // In a thread of its own, with whose end the allocator gives back what a large request took.
    let done = tauri::async_runtime::spawn_blocking(move || std::thread::spawn(move || work(&app)).join()).await;
    done.ok().and_then(Result::ok).unwrap_or_else(|| {
        Err(WireError { code: ErrorCode::Internal, message: "A defect of Fetchscope stopped this.".to_owned() })
    })
}
