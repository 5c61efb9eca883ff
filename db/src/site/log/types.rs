//! What checking the logs says.

use std::fmt;

/// One of the things that are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogPart {
    /// The central log.
    Events,
    /// The operator log.
    Changes,
    /// The seals.
    Seals,
}

/// What was done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// The row is not what was chained.
    Changed {
        /// The column that gives it away; none if it can be any that only the head covers.
        column: Option<&'static str>,
    },
    /// The rows from this one through that one are gone.
    Removed {
        /// The last of them, as far as can be told.
        through: u64,
    },
    /// The rows from this one through that one were not there.
    Added {
        /// The last of them, as far as can be told.
        through: u64,
    },
    /// What belongs here stands there.
    Moved {
        /// Where.
        to: u64,
    },
    /// The seal was not made by a key that is trusted here, or not for this.
    Unsigned,
    /// The seal speaks of a row with another head: the log was written anew after it had been sealed.
    Rewritten,
}

/// The first thing that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// With what.
    pub part: LogPart,
    /// Number of the row, the change or the seal.
    pub row: u64,
    /// What.
    pub harm: Harm,
}

/// What was checked and is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogSummary {
    /// Rows of the central log.
    pub rows: u64,
    /// Changes in the operator log.
    pub changes: u64,
    /// Seals.
    pub seals: u64,
}

/// How far a check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Rows that are done, of all.
    More {
        /// Done.
        rows: u64,
        /// Of so many.
        of: u64,
    },
    /// All is whole.
    Whole(LogSummary),
    /// This is the first thing that is not. There may be more.
    Damaged(Damage),
}

impl fmt::Display for LogPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Events => "row",
            Self::Changes => "change",
            Self::Seals => "seal",
        })
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, row, harm } = self;
        let span = |f: &mut fmt::Formatter<'_>, through: u64, was: &str, were: &str| {
            if through > *row {
                write!(f, "{part}s {row} to {through} {were}")
            } else {
                write!(f, "{part} {row} {was}")
            }
        };
        match harm {
            Harm::Changed { column: Some(column) } => write!(f, "{part} {row} was changed: its {column} does not fit"),
            Harm::Changed { column: None } => write!(f, "{part} {row} was changed: it does not fit its head"),
            Harm::Removed { through } => span(f, *through, "was removed", "were removed"),
            Harm::Added { through } => span(f, *through, "was added", "were added"),
            Harm::Moved { to } => write!(f, "{part} {row} was moved: what belongs there stands at {to}"),
            Harm::Unsigned => write!(f, "{part} {row} is not signed by a key that is trusted here"),
            Harm::Rewritten => write!(f, "{part} {row} speaks of another log: rows before it were written anew"),
        }
    }
}
