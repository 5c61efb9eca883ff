//! What is asked of the command line of each program. The programs' own tests take this file in by its path, beside `mod.rs`.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Command;

use super::commands::{refused, understood};

/// Where the table of commands stands.
const TABLE: &str = "docs/OPERATE.md";

/// Exit codes of a command, and whether it knows `--json`.
type Told = (Vec<u8>, bool);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// What the parser says against a command line. Whoever asks for help is understood.
fn against(command: &Command) -> impl Fn(&[String]) -> Option<String> + '_ {
    |words| {
        let parsed = command.clone().try_get_matches_from(words);
        parsed.err().filter(clap::Error::use_stderr).map(|error| error.to_string())
    }
}

/// All command lines of the documents are understood, and these documents have some.
pub(crate) fn understands(command: &Command, with_commands: &[&str]) {
    let documents = understood(root(), command.get_name(), &against(command));
    for document in with_commands {
        assert!(documents.contains(*document), "{document} has commands");
    }
}

/// These, in a document, would be noticed.
pub(crate) fn refuses(command: &Command, wrong: &[&str]) {
    let program = command.get_name();
    for wrong in wrong {
        let text = format!("```sh\nsudo -u kulku {program} {wrong} | cat # no\n```\n");
        let (refused, found) = refused(&text, program, &against(command));
        assert_eq!((refused.len(), found), (1, 1), "{wrong}");
    }
}

/// The table of commands has each command that help shows, with its exit codes, and no other.
pub(crate) fn is_in_the_table(command: &Command) {
    let text = std::fs::read_to_string(root().join(TABLE)).unwrap();
    let start = format!("| `{} ", command.get_name());
    let rows = text.lines().filter_map(|line| line.strip_prefix(&start)).map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let codes = cells[1].split(", ").map(|code| code.parse().unwrap()).collect();
        (cells[0].trim_end_matches('`').to_owned(), (codes, cells[2] == "yes"))
    });
    let written: BTreeMap<String, Told> = rows.collect();
    let mut known = BTreeMap::new();
    leaves(command, "", &mut known);
    assert_eq!(written, known, "{TABLE} and the parser");
}

fn leaves(command: &Command, before: &str, into: &mut BTreeMap<String, Told>) {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        let name = format!("{before}{}", below.get_name());
        if below.has_subcommands() {
            leaves(below, &format!("{name} "), into);
            continue;
        }
        let help = below.get_after_help().map(ToString::to_string).unwrap_or_default();
        let (_, codes) = help.split_once("Exit codes: ").unwrap_or_else(|| panic!("{name} tells of no exit codes"));
        let codes = codes.split(", ").filter_map(|code| code.split(' ').next().unwrap().parse().ok()).collect();
        let json = below.get_arguments().any(|argument| argument.get_long() == Some("json"));
        into.insert(name, (codes, json));
    }
}

/// The package has every man page, and completions that are made of this command line under the names that it takes them by.
pub(crate) fn is_packaged(command: Command) {
    let name = command.get_name().to_owned();
    let folder = tempfile::tempdir().unwrap();
    service::manual::write(command, folder.path()).unwrap();
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let manual = format!("\"target/release/manual/{name}/");
    let taken: Vec<&str> = manifest.split(&manual).skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let mut completions = std::fs::read_dir(folder.path().join("completions")).unwrap();
    assert!(
        completions
            .all(|made| taken.contains(&format!("completions/{}", made.unwrap().file_name().display()).as_str()))
    );
    assert!(taken.contains(&"man/*") && folder.path().join(format!("man/{name}.1")).exists());
}
