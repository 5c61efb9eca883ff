//! `doctor`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use crate::doctor::look;

pub(super) fn doctor(config: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let report = look(config);
    report.print(json).context("standard output cannot be written to")?;
    Ok(ExitCode::from(report.exit_code()))
}
