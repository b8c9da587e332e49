//! Whose processes the server's are: PostgreSQL refuses to run as root.

use std::path::Path;

/// A user and its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) user: u32,
    pub(crate) group: u32,
}

impl Account {
    /// The account to change to, given the owner of a file just made: that of PostgreSQL's packages, or of nobody.
    pub(crate) fn for_owner(owner: u32) -> Option<Account> {
        (owner == 0).then(|| {
            let known = std::fs::read_to_string(Path::new("/etc/passwd")).unwrap_or_default();
            let nobody = Account { user: 65_534, group: 65_534 };
            find(&known, "postgres").or_else(|| find(&known, "nobody")).unwrap_or(nobody)
        })
    }
}

fn find(passwd: &str, name: &str) -> Option<Account> {
    let fields = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let found = fields.into_iter().find(|fields| fields.first() == Some(&name))?;
    Some(Account { user: found.get(2)?.parse().ok()?, group: found.get(3)?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_changes_its_account() {
        assert_eq!(Account::for_owner(1000), None);
        assert!(Account::for_owner(0).is_some_and(|account| account.user != 0));
        let passwd = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/var/lib/postgresql:/bin/bash\n";
        assert_eq!(find(passwd, "postgres"), Some(Account { user: 101, group: 104 }));
        assert_eq!(find(passwd, "nobody"), None);
    }
}
