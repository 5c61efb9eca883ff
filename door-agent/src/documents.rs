//! The commands that stand in documents are understood.

#[path = "../../service/tests/commands/mod.rs"]
mod commands;

use std::path::Path;

use clap::Parser as _;

use self::commands::{refused, understood};
use super::Cli;

const PROGRAM: &str = "kulku-door-agent";

/// What the parser says against it. Whoever asks for help is understood.
fn against(words: &[String]) -> Option<String> {
    Cli::try_parse_from(words).err().filter(clap::Error::use_stderr).map(|error| error.to_string())
}

#[test]
fn every_command_of_the_documents_is_understood() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let documents = understood(root, PROGRAM, &against);
    for document in ["README.md", "docs/INSTALL.md", "docs/OPERATE.md"] {
        assert!(documents.contains(document), "{document} has commands");
    }
}

#[test]
fn a_command_of_a_document_that_the_program_does_not_know_is_refused() {
    for wrong in ["enrol CODE", "rest --now", "doctor CODE", "enrol CODE --controller a:b"] {
        let (refused, found) = refused(&format!("```sh\nsudo {PROGRAM} {wrong} # no\n```\n"), PROGRAM, &against);
        assert_eq!((refused.len(), found), (1, 1), "{wrong}");
    }
}
