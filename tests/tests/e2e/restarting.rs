//! The end nobody planned.

use crate::stage::play;
use fetchscope_tests::window::Fault;

#[test]
fn killing_it_during_a_run_leaves_the_sample_and_the_settings_usable() -> Result<(), Fault> {
    play("restarting", |stage| {
        stage.await_queries(111)?;
        stage.set_theme("dark")?;
        stage.await_saved("\"dark\"")?;
        stage.begin_run()?;
        stage.crash_and_reopen()?;
        stage.select('A')?;
        stage.await_queries(111)?;
        stage.select('B')?;
        stage.await_queries(1)?;
        assert!(!stage.has("error")?, "it came back with an error");
        assert_eq!(stage.theme()?, "dark", "the settings are gone");
        Ok(())
    })
}
