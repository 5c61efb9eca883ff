//! What documents name is there.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::path::Path;

/// Folders of the repository that a document speaks of by path.
const FOLDERS: [&str; 11] = [
    "access/",
    "certificates/",
    "controller/",
    "dashboard/",
    "db/",
    "docs/",
    "door-agent/",
    "link/",
    "packaging/",
    "systemd/",
    "tests/",
];

/// Every file or folder in backticks, such as `access/tests/decide/` or `docs/{LOG,API}.md`.
fn paths(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for quoted in text.split('`').skip(1).step_by(2) {
        let word = quoted.split_whitespace().next().unwrap_or_default();
        if !FOLDERS.iter().any(|folder| word.starts_with(folder)) {
            continue;
        }
        match (word.split_once('{'), word.split_once('}')) {
            (Some((before, _)), Some((middle, after))) => {
                let middle = middle.split_once('{').unwrap().1;
                paths.extend(middle.split(',').map(|name| format!("{before}{name}{after}")));
            }
            _ => paths.push(word.to_owned()),
        }
    }
    paths
}

#[test]
fn every_test_and_file_that_the_grade_and_the_installation_name_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for document in ["docs/GRADE.md", "docs/INSTALL.md"] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        let paths = paths(&text);
        assert!(!paths.is_empty(), "{document} names something");
        for path in paths {
            assert!(root.join(&path).exists(), "{document} names {path}, which is not there");
        }
    }
}
