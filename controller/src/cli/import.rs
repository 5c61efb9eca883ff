//! `import`: people, cards and rights from files, by hand or by a program that lays them into a folder.
//!
//! Exit codes: as everywhere, and 5 if a file of a folder was refused.

use std::fs::File;
use std::io::{Read as _, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use chrono_tz::Tz;
use clap::Args;
use dashboard::console::{self, Language, Report, Wanted};
use dashboard::import::{FILE_BYTES_MAX, FileKind};
use serde_json::{Value, json};

use super::{Common, actor, answer, language, open};
use crate::config::Config;

mod folder;

pub(super) const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed (the reason is on standard error), 2 used wrongly, 5 a file of the folder was \
     refused.";

#[derive(Args)]
pub(super) struct Import {
    /// What the file holds: people, cards or rights.
    #[arg(value_name = "KIND", value_parser = kind, required_unless_present = "folder")]
    kind: Option<FileKind>,
    /// The file, CSV with a row of names; - reads standard input.
    #[arg(required_unless_present = "folder")]
    file: Option<PathBuf>,
    /// Takes files of people out of a folder that another program lays them into, NAME.csv each, and applies them in the order of
    /// their names; where they go then, and what is refused, is in OPERATE.md.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["kind", "file", "apply", "confirm_removals"])]
    folder: Option<PathBuf>,
    /// With --folder: so many hundredths of the running employments may be lost by one file. A file that was cut off must not lock a
    /// house out.
    #[arg(long, value_name = "PERCENT", requires = "folder", default_value_t = folder::LOST_PERCENT,
        value_parser = clap::value_parser!(u8).range(0..=folder::LOST_PERCENT_MAX))]
    lost_percent: u8,
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
    common: Common,
}

fn kind(text: &str) -> Result<FileKind, String> {
    FileKind::from_code(text).ok_or_else(|| "people, cards or rights".to_owned())
}

pub(super) fn import(asked: &Import) -> anyhow::Result<ExitCode> {
    let config = asked.common.config.read()?;
    match (&asked.folder, asked.kind, &asked.file) {
        (Some(folder), ..) => folder::import(asked, &config, folder),
        (None, Some(kind), Some(file)) => one(asked, &config, kind, file).map(|()| ExitCode::SUCCESS),
        // The parser asks for both.
        (None, ..) => bail!("which file, and what does it hold?"),
    }
}

fn one(asked: &Import, config: &Config, kind: FileKind, file: &Path) -> anyhow::Result<()> {
    let bytes = read(file)?;
    let site = open(config)?;
    let wanted =
        Wanted { apply: asked.apply, confirm_removals: asked.confirm_removals, ..asked.wanted(kind, config.zone) };
    let report = console::import(&site, &actor(), &bytes, wanted, asked.language)?
        .with_context(|| format!("nothing of {} was imported", file.display()))?;
    answer(asked.common.json, &as_json(&report), &as_text(&report))?;
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

impl Import {
    /// What holds for one file and for those of a folder.
    fn wanted(&self, kind: FileKind, zone: Tz) -> Wanted {
        Wanted {
            kind,
            apply: false,
            ignore_unknown: self.ignore_unknown,
            end_absent: self.end_absent,
            confirm_removals: false,
            lost_percent: None,
            zone,
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let most = u64::try_from(FILE_BYTES_MAX)? + 1;
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(bytes)
}

fn as_json(report: &Report) -> Value {
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
