//! Secrets that systemd hands over.
//!
//! They lie in [`STORE`], which root alone can read. systemd copies those that a unit names (`LoadCredential=NAME`) into a
//! folder that only the service reads, for as long as it runs. A configuration names the file in the store, so that root's
//! commands and the service read the same secret under one name.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Where systemd looks for the credentials of services.
pub const STORE: &str = "/etc/credstore";

/// Where to read a file from: what systemd has handed over if the file lies in the store, else the file itself.
#[must_use]
pub fn given(file: PathBuf) -> PathBuf {
    let handed = std::env::var_os("CREDENTIALS_DIRECTORY");
    handed.and_then(|folder| within(&file, &folder)).filter(|given| given.exists()).unwrap_or(file)
}

fn within(file: &Path, folder: &OsStr) -> Option<PathBuf> {
    let in_store = file.parent() == Some(Path::new(STORE));
    in_store.then(|| file.file_name().map(|name| Path::new(folder).join(name))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_of_the_store_is_looked_for_among_what_systemd_hands_over() {
        let folder = OsStr::new("/run/credentials/kulku");
        assert_eq!(
            within(Path::new("/etc/credstore/kulku-masters"), folder),
            Some(PathBuf::from("/run/credentials/kulku/kulku-masters"))
        );
        for other in ["/etc/kulku/kulku-masters", "kulku-masters", "/etc/credstore/below/kulku-masters", "/"] {
            assert_eq!(within(Path::new(other), folder), None, "{other}");
        }
    }

    #[test]
    fn a_file_that_was_not_handed_over_is_read_where_it_lies() {
        let file = PathBuf::from("/etc/credstore/kulku-nobody-has-this");
        assert_eq!(given(file.clone()), file);
    }
}
