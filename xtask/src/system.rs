//! System packages: what the window and the tests need from Debian, Ubuntu and Fedora.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::process::Command;

/// What packages are wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Building and opening the window.
    Window,
    /// Driving the window on a display of its own.
    WindowTests,
    /// A server of the tests' own.
    Postgres,
    /// Running the real SQLAlchemy in an environment of its own.
    Reference,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Debian,
    Fedora,
}

impl Family {
    /// From the text of `/etc/os-release`.
    fn of(release: &str) -> Option<Family> {
        let names = release.lines().filter_map(|line| line.strip_prefix("ID=").or(line.strip_prefix("ID_LIKE=")));
        let names: Vec<&str> = names.flat_map(|value| value.trim_matches('"').split_whitespace()).collect();
        if names.iter().any(|name| matches!(*name, "debian" | "ubuntu")) {
            Some(Family::Debian)
        } else if names.contains(&"fedora") {
            Some(Family::Fedora)
        } else {
            None
        }
    }

    fn packages(self, purpose: Purpose) -> &'static [&'static str] {
        match (self, purpose) {
            (Family::Debian, Purpose::Window) => &["libwebkit2gtk-4.1-dev", "libgtk-3-dev", "pkg-config"],
            (Family::Debian, Purpose::WindowTests) => &["xvfb", "webkit2gtk-driver"],
            (Family::Debian, Purpose::Postgres) => &["postgresql"],
            (Family::Debian, Purpose::Reference) => &["python3", "python3-venv"],
            (Family::Fedora, Purpose::Window) => &["webkit2gtk4.1-devel", "gtk3-devel", "/usr/bin/pkg-config"],
            (Family::Fedora, Purpose::WindowTests) => &["/usr/bin/Xvfb", "/usr/bin/WebKitWebDriver"],
            (Family::Fedora, Purpose::Postgres) => &["postgresql-server", "postgresql-contrib"],
            (Family::Fedora, Purpose::Reference) => &["python3", "python3-pip"],
        }
    }

    fn has(self, package: &str) -> bool {
        match self {
            Family::Debian => {
                let state = shell::read(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]));
                // A stand-in that provides the name (pkgconf for pkg-config) has no state under it.
                state.as_deref() == Some("installed") || (package == "pkg-config" && shell::find(package).is_some())
            }
            Family::Fedora => shell::read(Command::new("rpm").args(["-q", "--whatprovides", package])).is_some(),
        }
    }

    fn commands(self, packages: &[&str]) -> Vec<Vec<String>> {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let named = packages.join(" ");
        match self {
            Family::Debian => {
                vec![words("apt-get update"), words(&format!("apt-get install --yes --no-install-recommends {named}"))]
            }
            Family::Fedora => vec![words(&format!("dnf install --assumeyes {named}"))],
        }
    }
}

/// Installs what is missing for `purposes`; an error names what it cannot install and the command that would.
pub(crate) fn provide(purposes: &[Purpose]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let Some(family) = Family::of(&release) else {
        eprintln!(
            "xtask: system packages are installed on Debian, Ubuntu and Fedora only; here, install WebKitGTK 4.1 and GTK 3 \
             with their development files, and for the tests Xvfb, WebKitWebDriver and PostgreSQL."
        );
        return Ok(());
    };
    let wanted = purposes.iter().flat_map(|purpose| family.packages(*purpose));
    let missing: Vec<&str> = wanted.copied().filter(|package| !family.has(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let commands = family.commands(&missing);
    let by_hand = commands.iter().map(|words| format!("sudo {}", words.join(" "))).collect::<Vec<_>>().join(" && ");
    let Some(rise) = rise() else {
        bail!(
            "these system packages are missing, and installing them needs root: {}.\nInstall: `{by_hand}`",
            missing.join(", ")
        );
    };
    eprintln!("xtask: installing system packages: {}", missing.join(", "));
    let mut last = Ok(());
    for words in &commands {
        let mut all = rise.iter().chain(words);
        let mut command = Command::new(all.next().map_or("false", String::as_str));
        command.args(all).env("DEBIAN_FRONTEND", "noninteractive");
        // A list that cannot be refreshed may still do; whether the packages can be installed decides.
        last = shell::run(&mut command);
    }
    last.with_context(|| {
        format!("these system packages could not be installed: {}. Try: `{by_hand}`", missing.join(", "))
    })
}

/// What has to stand before a command that needs root: nothing for root itself, `sudo` where it is; otherwise `None`.
fn rise() -> Option<Vec<String>> {
    let root = shell::read(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if root {
        return Some(Vec::new());
    }
    shell::find("sudo").map(|_| vec!["sudo".to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_family_is_read_from_the_release() {
        assert_eq!(Family::of("NAME=x\nID=debian\n"), Some(Family::Debian));
        assert_eq!(Family::of("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), Some(Family::Debian));
        assert_eq!(Family::of("ID=fedora\n"), Some(Family::Fedora));
        assert_eq!(Family::of("ID=arch\n"), None);
    }
}
