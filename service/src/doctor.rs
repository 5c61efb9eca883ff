//! What a program finds when it looks at the machine that it is to run on: one finding for each thing, and for whatever is
//! not well what to do about it.

use std::fmt::{self, Write as _};
use std::io::{Result, Write};

use serde_json::{Value, json};

/// What the exit codes of `doctor` mean, for `--help`.
pub const EXIT_CODES: &str = "Exit codes: 0 all is well, 1 it could not look (the reason is on standard error), 2 used wrongly, 3 something is \
     wrong, 4 nothing is wrong but something needs attention.";

/// Exit code if something is wrong.
const WRONG: u8 = 3;
/// Exit code if something needs attention.
const ATTENTION: u8 = 4;

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Well,
    /// It works, and will not for ever or not as well as it should.
    Attention,
    /// It does not work.
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at: a stable word for scripts.
    pub check: &'static str,
    /// How well it is.
    pub health: Health,
    /// What was found, as a sentence without its full stop.
    pub found: String,
    /// What to do; nothing if it is well.
    pub remedy: Option<String>,
}

impl Finding {
    /// Something that is as it should be.
    pub fn well(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, health: Health::Well, found: found.into(), remedy: None }
    }

    /// Something that works, and needs attention.
    pub fn attention(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, health: Health::Attention, found: found.into(), remedy: Some(remedy.into()) }
    }

    /// Something that does not work.
    pub fn wrong(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, health: Health::Wrong, found: found.into(), remedy: Some(remedy.into()) }
    }
}

/// Everything that was found, in the order in which it was looked at.
#[derive(Debug, Default)]
pub struct Report {
    /// Each finding.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The worst of it; well if nothing was looked at.
    #[must_use]
    pub fn health(&self) -> Health {
        self.findings.iter().map(|finding| finding.health).max().unwrap_or(Health::Well)
    }

    /// The exit code of the program, as [`EXIT_CODES`] says.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.health() {
            Health::Well => 0,
            Health::Attention => ATTENTION,
            Health::Wrong => WRONG,
        }
    }

    /// The same for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let one = |finding: &Finding| {
            json!({
                "check": finding.check,
                "health": word(finding.health),
                "found": finding.found,
                "remedy": finding.remedy,
            })
        };
        json!({ "health": word(self.health()), "findings": self.findings.iter().map(one).collect::<Vec<_>>() })
    }

    /// Writes it to standard output, as a text or as one line of JSON.
    ///
    /// # Errors
    /// If standard output cannot be written to.
    pub fn print(&self, json: bool) -> Result<()> {
        let text = if json { format!("{}\n", self.json()) } else { self.to_string() };
        std::io::stdout().write_all(text.as_bytes())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Finding { check, health, found, remedy } in &self.findings {
            writeln!(f, "{:<9} {check:<12} {found}", word(*health))?;
            if let Some(remedy) = remedy {
                writeln!(f, "{:<9} {:<12} -> {remedy}", "", "")?;
            }
        }
        let count = |health| self.findings.iter().filter(|finding| finding.health == health).count();
        let mut sum = format!("{} looked at", self.findings.len());
        for health in [Health::Wrong, Health::Attention] {
            write!(sum, ", {} {}", count(health), word(health))?;
        }
        writeln!(f, "{sum}")
    }
}

const fn word(health: Health) -> &'static str {
    match health {
        Health::Well => "well",
        Health::Attention => "attention",
        Health::Wrong => "wrong",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_finding_is_the_exit_code_and_each_that_is_not_well_has_a_remedy() {
        let mut report = Report::default();
        assert_eq!(report.exit_code(), 0);
        report.findings.push(Finding::well("disk", "12 GB are free"));
        assert_eq!(report.exit_code(), 0);
        report.findings.push(Finding::attention("clock", "it is 3 s off", "switch NTP on"));
        assert_eq!(report.exit_code(), 4);
        report.findings.push(Finding::wrong("reader", "nothing answers", "check its wiring"));
        report.findings.push(Finding::well("broker", "it answers"));
        assert_eq!(report.exit_code(), 3);
        let json = report.json();
        assert_eq!((&json["health"], &json["findings"][1]["remedy"]), (&"wrong".into(), &"switch NTP on".into()));
        assert_eq!(json["findings"][0]["remedy"], Value::Null);
        let text = report.to_string();
        for part in ["well      disk", "-> check its wiring", "4 looked at, 1 wrong, 1 attention"] {
            assert!(text.contains(part), "{part:?} is not in:\n{text}");
        }
    }
}
