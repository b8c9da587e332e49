//! Another strategy, another number of statements: at once, and as the recorded answers say.

use crate::stage::play;
use fetchscope_tests::window::Fault;

#[test]
fn reading_roles_costs_a_statement_a_user_until_they_are_joined() -> Result<(), Fault> {
    play("toggling", |stage| {
        stage.await_queries(111)?;
        stage.add_relationship("", "roles")?;
        // A thousand users, each with a statement for its roles.
        stage.await_queries(1111)?;
        stage.choose("strategy:roles", "joined")?;
        stage.await_queries(111)?;
        let delta = stage.text_of("delta")?;
        assert!(delta.replace(|letter: char| letter.is_whitespace(), "").contains("1000statements"), "{delta:?}");
        stage.choose("strategy:roles", "selectin")?;
        stage.await_queries(113)
    })
}
