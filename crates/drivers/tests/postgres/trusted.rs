//! Encryption, and whom it trusts: on a server of its own, since it is set up anew.

use crate::certificates::issued_for;
use crate::{open, value};
use fetchscope_drivers::postgres::{Encryption, PostgresError};
use fetchscope_test_postgres::{Server, server};
use std::path::Path;
use std::time::Duration;

/// Gives the server a file, as its own account would write it.
fn write(server: &Server, file: &str, text: &str) {
    let lines = text.lines().map(|line| format!("('{line}')")).collect::<Vec<_>>().join(", ");
    let script = format!("COPY (SELECT * FROM (VALUES {lines}) AS v) TO PROGRAM 'umask 077; cat > {file}'");
    server.execute("postgres", &script).unwrap();
}

/// A server that encrypts, with a role that it lets in only so, and one only otherwise.
fn encrypting(server_certificate: &str, key: &str) -> Server {
    let server = Server::start().unwrap();
    write(&server, "server.crt", server_certificate);
    write(&server, "server.key", key);
    write(
        &server,
        "pg_hba.conf",
        "local all all trust\nhostssl all sealed 127.0.0.1/32 scram-sha-256\n\
         hostnossl all clear 127.0.0.1/32 scram-sha-256\nhost all fetchscope 127.0.0.1/32 scram-sha-256",
    );
    let roles = "CREATE ROLE sealed LOGIN PASSWORD 'p'; CREATE ROLE clear LOGIN PASSWORD 'p'";
    server.execute("postgres", roles).unwrap();
    for setting in ["ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()"] {
        server.execute("postgres", setting).unwrap();
    }
    let ready = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        open(&format!("{}?sslmode=require", server.url("postgres"))).is_ok()
    });
    assert!(ready);
    server
}

struct Setup {
    server: Server,
    folder: tempfile::TempDir,
}

impl Setup {
    fn new(host: &str) -> Setup {
        let folder = tempfile::tempdir().unwrap();
        let certificates = issued_for(host);
        std::fs::write(folder.path().join("authority.pem"), &certificates.authority).unwrap();
        std::fs::write(folder.path().join("server.pem"), &certificates.server).unwrap();
        std::fs::write(folder.path().join("stranger.pem"), issued_for(host).authority).unwrap();
        Setup { server: encrypting(&certificates.server, &certificates.key), folder }
    }

    fn url(&self, role: &str, host: &str, mode: &str, root: Option<&str>) -> String {
        let root = root.map(|file| format!("&sslrootcert={}", self.folder.path().join(file).display()));
        let port = self.server.port();
        format!("postgres://{role}:p@{host}:{port}/postgres?sslmode={mode}{}", root.unwrap_or_default())
    }

    /// How it went: encrypted, in the clear, or why not.
    fn went(&self, role: &str, host: &str, mode: &str, root: Option<&str>) -> Result<Encryption, PostgresError> {
        let session = open(&self.url(role, host, mode, root))?.connect()?;
        let says = value(&session, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
        assert_eq!(says == "t", session.encryption() == Encryption::Tls);
        Ok(session.encryption())
    }
}

#[test]
fn each_sslmode_means_what_libpq_means_by_it() {
    let setup = Setup::new("localhost");
    let (tls, plain) = (Encryption::Tls, Encryption::Plain);

    // Whoever has a choice takes the other way where one is closed.
    for (role, mode, way) in
        [("sealed", "prefer", tls), ("sealed", "allow", tls), ("clear", "prefer", plain), ("clear", "allow", plain)]
    {
        assert_eq!(setup.went(role, "localhost", mode, None).unwrap(), way, "{role} {mode}");
    }
    let closed = setup.went("sealed", "localhost", "disable", None).unwrap_err();
    assert!(matches!(closed, PostgresError::NotAllowed { .. }), "{closed}");
    let closed = setup.went("clear", "localhost", "require", None).unwrap_err();
    assert!(matches!(closed, PostgresError::NotAllowed { .. }), "{closed}");

    // Nobody looks at the certificate, unless a file says what to trust.
    assert_eq!(setup.went("sealed", "127.0.0.1", "require", None).unwrap(), tls);
    assert_eq!(setup.went("sealed", "127.0.0.1", "require", Some("authority.pem")).unwrap(), tls);
    let error = setup.went("sealed", "127.0.0.1", "require", Some("stranger.pem")).unwrap_err();
    assert!(matches!(error, PostgresError::NotTrusted { .. }), "{error}");

    assert_eq!(setup.went("sealed", "127.0.0.1", "verify-ca", Some("authority.pem")).unwrap(), tls);
    assert_eq!(setup.went("sealed", "localhost", "verify-full", Some("authority.pem")).unwrap(), tls);
    // A server's own certificate may stand in the file, as where nobody runs an authority.
    assert_eq!(setup.went("sealed", "localhost", "verify-full", Some("server.pem")).unwrap(), tls);
    let error = setup.went("sealed", "127.0.0.1", "verify-full", Some("authority.pem")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the certificate of 127.0.0.1:{} is for localhost; use that name, or sslmode `verify-ca` to ignore it",
            setup.server.port()
        )
    );
    let error = setup.went("sealed", "localhost", "verify-full", Some("stranger.pem")).unwrap_err();
    assert!(matches!(error, PostgresError::NotTrusted { .. }), "{error}");
    let error = setup.went("sealed", "localhost", "verify-full", Some("missing.pem")).unwrap_err();
    assert!(matches!(error, PostgresError::RootCertificate { .. }) && error.is_input(), "{error}");

    // A statement is cancelled over an encrypted connection as over any other.
    let session =
        open(&setup.url("sealed", "localhost", "verify-full", Some("authority.pem"))).unwrap().connect().unwrap();
    let cancel = session.cancel_token();
    let canceller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        cancel.cancel().unwrap();
    });
    let stopped = session.ask("SELECT pg_sleep(30)").unwrap_err();
    canceller.join().unwrap();
    assert!(matches!(stopped, PostgresError::Cancelled), "{stopped}");
}

#[test]
fn a_server_that_does_not_encrypt_is_refused_only_by_those_who_insist() {
    let url = server().unwrap().url("postgres");
    for mode in ["require", "verify-ca", "verify-full"] {
        let root = issued_for("localhost").authority;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root.pem");
        std::fs::write(&file, root).unwrap();
        let error = open(&format!("{url}?sslmode={mode}&sslrootcert={}", shown(&file))).unwrap_err();
        assert!(matches!(error, PostgresError::NoTls { .. }), "{mode}: {error}");
    }
    for mode in ["disable", "allow", "prefer"] {
        open(&format!("{url}?sslmode={mode}")).unwrap();
    }
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}
