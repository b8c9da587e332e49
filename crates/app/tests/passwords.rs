//! Where the password of a server comes from, and where it goes: with a keyring of the test's own, and with none.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use fetchscope_app::passwords::{Keyring, KeyringError, Passwords};
use fetchscope_app::wire::{ServerFields, Settings};
use fetchscope_app::{App, Paths};
use fetchscope_drivers::postgres::Password;
use fetchscope_test_postgres::server;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

const SHOP: &str = "CREATE TABLE item (id int PRIMARY KEY, name text);";

/// A keyring in memory.
#[derive(Debug, Clone, Default)]
struct Drawer(Arc<Mutex<HashMap<String, Password>>>);

impl Keyring for Drawer {
    fn password(&self, entry: &str) -> Result<Option<Password>, KeyringError> {
        Ok(self.0.lock().unwrap().get(entry).cloned())
    }

    fn remember(&self, entry: &str, password: &Password) -> Result<(), KeyringError> {
        self.0.lock().unwrap().insert(entry.to_owned(), password.clone());
        Ok(())
    }

    fn forget(&self, entry: &str) -> Result<bool, KeyringError> {
        Ok(self.0.lock().unwrap().remove(entry).is_some())
    }
}

/// A machine without a keyring.
#[derive(Debug)]
struct Missing;

impl Keyring for Missing {
    fn password(&self, _: &str) -> Result<Option<Password>, KeyringError> {
        Err(KeyringError("nobody is there".to_owned()))
    }

    fn remember(&self, _: &str, _: &Password) -> Result<(), KeyringError> {
        Err(KeyringError("nobody is there".to_owned()))
    }

    fn forget(&self, _: &str) -> Result<bool, KeyringError> {
        Err(KeyringError("nobody is there".to_owned()))
    }
}

/// The form of a server, and its password, which does not stand in it.
fn form() -> (ServerFields, String) {
    let address = server().unwrap().database(SHOP).unwrap();
    let (before, place) = address.split_once('@').unwrap();
    let (user, password) = before.trim_start_matches("postgres://").split_once(':').unwrap();
    let address = format!("postgres://{user}@{place}");
    (ServerFields { address, ssl_mode: "prefer".to_owned(), ..ServerFields::default() }, password.to_owned())
}

#[test]
fn a_password_is_remembered_only_when_asked_and_forgotten_again() {
    let folder = tempfile::tempdir().unwrap();
    let drawer = Drawer::default();
    let app = || App::with_passwords(Paths::under(folder.path()), Passwords::of(drawer.clone()));
    let (form, password) = form();
    let with = |remember| ServerFields { password: password.clone(), remember, ..form.clone() };

    app().open_server(&with(false), &mut |_| {}).unwrap();
    assert!(drawer.0.lock().unwrap().is_empty());
    let refused = app().open_server(&form, &mut |_| {}).unwrap_err().message;
    assert!(refused.contains("asks for the password") && !refused.contains(&password), "{refused}");

    let view = app().open_server(&with(true), &mut |_| {}).unwrap();
    assert!(!view.source.contains(&password) && view.notices.is_empty(), "{view:?}");
    assert_eq!(drawer.0.lock().unwrap().len(), 1);
    // From now on the address is enough, in the form and in the work that was kept.
    app().open_server(&form, &mut |_| {}).unwrap();
    app().open_source(&view.source, &mut |_| {}).unwrap();
    app().test_server(&form).unwrap();

    assert!(app().forget_password(&form).unwrap().contains("is forgotten"));
    assert!(app().forget_password(&form).unwrap().contains("was remembered"));
    app().open_source(&view.source, &mut |_| {}).unwrap_err();
}

#[test]
fn a_remembered_password_that_is_wrong_by_now_is_asked_for_again() {
    let drawer = Drawer::default();
    let (form, password) = form();
    let app = |passwords| App::with_passwords(Paths::under(tempfile::tempdir().unwrap().path()), passwords);
    let right = ServerFields { password, remember: true, ..form.clone() };
    app(Passwords::of(drawer.clone())).open_server(&right, &mut |_| {}).unwrap();
    for kept in drawer.0.lock().unwrap().values_mut() {
        *kept = Password::new("of last year");
    }
    let refused = app(Passwords::of(drawer.clone())).open_server(&form, &mut |_| {}).unwrap_err().message;
    assert!(refused.contains("does not accept the password"), "{refused}");
    let asked = Passwords::of(drawer.clone())
        .or_ask(|question| question.contains("Password of").then(|| "throwaway".to_owned()));
    app(asked).open_server(&form, &mut |_| {}).unwrap();
    // One that was typed and is wrong stays wrong.
    let mistyped = ServerFields { password: "mistyped".to_owned(), ..form };
    let asked = Passwords::of(drawer).or_ask(|_| Some("throwaway".to_owned()));
    app(asked).open_server(&mistyped, &mut |_| {}).unwrap_err();
}

#[test]
fn without_a_keyring_the_connection_works_and_one_sentence_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::with_passwords(Paths::under(folder.path()), Passwords::of(Missing));
    let (form, password) = form();
    let view = app.open_server(&ServerFields { password, remember: true, ..form.clone() }, &mut |_| {}).unwrap();
    let [notice] = view.notices.as_slice() else { panic!("{:?}", view.notices) };
    assert!(notice.starts_with("The password was not remembered: no keyring of this system answers"), "{notice}");
    assert!(app.forget_password(&form).unwrap_err().message.contains("no keyring"));
}

#[test]
fn the_form_of_last_time_is_filled_but_for_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::with_passwords(Paths::under(folder.path()), Passwords::of(Drawer::default()));
    let (form, password) = form();
    let options = "-c search_path=public".to_owned();
    let view = app.open_server(&ServerFields { password, options, ..form }, &mut |_| {}).unwrap();
    let kept = Settings { experiment: Some(view.experiment), ..Settings::default() };
    app.save_settings(&kept).unwrap();
    let filled = app.start().unwrap().server.unwrap();
    assert_eq!((filled.user.as_str(), filled.password.as_str()), ("fetchscope", ""));
    assert_eq!((filled.address.as_str(), filled.options.as_str()), ("127.0.0.1", "-c search_path=public"));
    assert_eq!(filled.port, server().unwrap().port().to_string());
}
