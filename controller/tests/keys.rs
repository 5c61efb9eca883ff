//! Masters come from one file, and whatever is wrong with it is said with its name and line, and no secret.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use access::id::SiteId;
use controller::keys::Keyring;

fn site() -> SiteId {
    "hospital".parse().unwrap()
}

fn file(folder: &Path, text: &str, mode: u32) -> PathBuf {
    let path = folder.join("masters");
    // A file of another test case would keep its permissions.
    let _ = std::fs::remove_file(&path);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn line(version: &str, byte: u8) -> String {
    format!("{version} {}\n", format!("{byte:02x}").repeat(128))
}

#[test]
fn each_flaw_is_named_with_the_file_and_the_line_and_shows_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let good = line("1", 0xab);
    let cases = [
        (format!("{good}{}", line("16", 0xcd)), "line 2", "0 to 15"),
        (format!("# ours\n\n{good}{}", line("x", 0xcd)), "line 4", "0 to 15"),
        (format!("{good}{}", line("1", 0xcd)), "line 2", "twice"),
        (format!("{good}2 abcd\n"), "line 2", "256"),
        (format!("{good}2\n"), "line 2", "256"),
        (format!("{good}2 {}\n", "g".repeat(256)), "line 2", "hexadecimal"),
        (good.trim_end().to_owned(), "line 1", "cut off"),
        ("# nothing\n".to_owned(), "masters", "no masters"),
        (String::new(), "masters", "no masters"),
    ];
    for (text, at, problem) in cases {
        let path = file(folder.path(), &text, 0o600);
        let error = Keyring::read(&path, &site()).err().unwrap_or_else(|| panic!("accepted: {problem}"));
        let said = error.to_string();
        assert!(said.contains("masters") && said.contains(at) && said.contains(problem), "{said}");
        for shown in [said, format!("{error:?}")] {
            assert!(!shown.contains("abab") && !shown.contains("cdcd"), "{shown}");
        }
    }
    let missing = Keyring::read(&folder.path().join("absent"), &site()).err().unwrap();
    assert!(missing.to_string().contains("absent"));
}

#[test]
fn a_file_that_everybody_may_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (mode, is_fine) in [(0o600, true), (0o400, true), (0o640, true), (0o644, false), (0o602, false)] {
        let path = file(folder.path(), &line("1", 7), mode);
        assert_eq!(Keyring::read(&path, &site()).is_ok(), is_fine, "{mode:o}");
    }
}

#[test]
fn the_highest_version_is_for_new_encodings_in_whatever_order_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("# of the year before\n{}{}{}", line("3", 1), line("9", 2), line("0", 3));
    let keyring = Keyring::read(&file(folder.path(), &text, 0o600), &site()).unwrap();
    assert_eq!(keyring.newest().number(), 9);
    assert_eq!(keyring.versions().map(|version| version.number()).collect::<Vec<_>>(), [9, 3, 0]);
    assert_eq!(format!("{keyring:?}"), "Keyring(versions [9, 3, 0], hidden)");
}
