//! `import`: people, cards and rights from files, by hand or by a program that lays them into a folder.

use std::fs::File;
use std::io::{Read as _, stdin};
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use dashboard::console::{self, Language, Report, Wanted};
use dashboard::import::{FILE_BYTES_MAX, FileKind};
use serde_json::json;

use super::{ConfigPath, actor, language, open, say};

#[derive(Args)]
pub(super) struct Import {
    /// What the file holds: people, cards or rights.
    #[arg(value_name = "KIND", value_parser = kind)]
    kind: FileKind,
    /// The file, CSV with a row of names; - reads standard input.
    file: PathBuf,
    /// Applies it, all or nothing. Without, it is only said what it would change.
    #[arg(long)]
    apply: bool,
    /// The file is all there is: employments, or rights, that it leaves out end.
    #[arg(long)]
    end_absent: bool,
    /// Many may end: otherwise a file that ends more than usual is refused, since it may have been cut off.
    #[arg(long)]
    confirm_removals: bool,
    /// Columns that nobody knows are left out.
    #[arg(long)]
    ignore_unknown: bool,
    /// In which language errors are told: fi, sv or en.
    #[arg(long, value_name = "CODE", default_value = "en", value_parser = language)]
    language: Language,
    #[command(flatten)]
    config: ConfigPath,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

fn kind(text: &str) -> Result<FileKind, String> {
    FileKind::from_code(text).ok_or_else(|| "people, cards or rights".to_owned())
}

pub(super) fn import(asked: &Import) -> anyhow::Result<()> {
    let config = asked.config.read()?;
    let bytes = read(asked)?;
    let site = open(&config)?;
    let wanted = Wanted {
        kind: asked.kind,
        apply: asked.apply,
        ignore_unknown: asked.ignore_unknown,
        end_absent: asked.end_absent,
        confirm_removals: asked.confirm_removals,
        zone: config.zone,
    };
    let report = console::import(&site, &actor(), &bytes, wanted, asked.language)?
        .with_context(|| format!("nothing of {} was imported", asked.file.display()))?;
    say(&if asked.json { as_json(&report) } else { as_text(&report) })?;
    ensure!(
        report.error_count == 0,
        "nothing was imported: {} errors; correct them in the register",
        report.error_count
    );
    if asked.apply && !report.applied {
        bail!(
            "nothing was imported: {} would end, which is more than usual; --confirm-removals if that is so",
            report.removed
        );
    }
    Ok(())
}

fn read(asked: &Import) -> anyhow::Result<Vec<u8>> {
    let most = u64::try_from(FILE_BYTES_MAX)? + 1;
    let mut bytes = Vec::new();
    let read = if asked.file.as_os_str() == "-" {
        stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(&asked.file).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("{} cannot be read", asked.file.display()))?;
    Ok(bytes)
}

fn as_json(report: &Report) -> String {
    let errors: Vec<_> = report
        .errors
        .iter()
        .map(|(row, column, problem)| json!({ "row": row, "column": column, "problem": problem }))
        .collect();
    json!({
        "applied": report.applied,
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "needs_confirmation": report.needs_confirmation,
        "ignored": report.ignored,
        "error_count": report.error_count,
        "errors": errors,
    })
    .to_string()
}

fn as_text(report: &Report) -> String {
    let Report { added, changed, removed, unchanged, .. } = report;
    let what = if report.applied { "imported" } else { "not applied" };
    let ignored = match report.ignored.as_slice() {
        [] => String::new(),
        columns => format!("\ncolumns left out: {}", columns.join(", ")),
    };
    let errors = report
        .errors
        .iter()
        .map(|(row, column, problem)| format!("\nrow {row}, {column}: {problem}"))
        .collect::<String>();
    let many = if report.needs_confirmation && !report.applied {
        "\nmore would end than usual: it is applied with --confirm-removals only"
    } else {
        ""
    };
    format!("{what}: {added} new, {changed} changed, {removed} ended, {unchanged} as before{many}{ignored}{errors}")
}
