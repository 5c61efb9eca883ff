//! The command line is what documents and packages say of it.

#[path = "../../service/tests/commands/mod.rs"]
mod commands;
#[path = "../../service/tests/commands/program.rs"]
mod program;

use clap::CommandFactory as _;

use super::Cli;

#[test]
fn every_command_of_the_documents_is_understood() {
    program::understands(&Cli::command(), &["README.md", "docs/INSTALL.md", "docs/OPERATE.md"]);
}

#[test]
fn a_command_of_a_document_that_the_program_does_not_know_is_refused() {
    program::refuses(&Cli::command(), &["enrol CODE", "rest --now", "doctor CODE", "enrol CODE --controller a:b"]);
}

#[test]
fn the_table_of_commands_has_each_of_them_with_its_exit_codes() {
    program::is_in_the_table(&Cli::command());
}

#[test]
fn man_pages_and_completions_are_made_and_packaged() {
    program::is_packaged(Cli::command());
}
