//! What kinds of alarms there are. `docs/ALARMS.md` is this table in words.

use access::event::EventKind;

/// How an alarm comes to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmClass {
    /// Something does not work. It closes by itself when it works again.
    Technical,
    /// Somebody may be doing something. That it is over is noted, and it closes once it is over and somebody has
    /// acknowledged it.
    Security,
    /// It was a moment, and a person closes it.
    Point,
}

/// How much it matters. Channels choose by it what they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look within days.
    Notice,
    /// Worth a look within the day.
    Warning,
    /// Look now.
    Urgent,
}

/// A kind of alarm.
#[derive(Debug, PartialEq, Eq)]
pub struct AlarmKind {
    /// Stable code.
    pub code: &'static str,
    /// How it comes to its end.
    pub class: AlarmClass,
    /// How much it matters.
    pub severity: Severity,
    /// How long until it is told again if nobody acknowledges it, in seconds; none if it is told once.
    pub remind_s: Option<u32>,
    /// Code of the event that raises it; none if the controller does.
    pub raised_by: Option<&'static str>,
    /// Code of the event that says that its cause is gone.
    pub cleared_by: Option<&'static str>,
    /// Its cause counts as gone when it was not raised for so long, in seconds; for causes of which nothing tells
    /// that they are gone.
    pub quiet_s: Option<u32>,
}

impl AlarmClass {
    /// The stable code, for the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Technical => "technical",
            Self::Security => "security",
            Self::Point => "point",
        }
    }
}

impl Severity {
    /// From the least to the most.
    pub const ALL: [Self; 3] = [Self::Notice, Self::Warning, Self::Urgent];

    /// The stable code, for the configuration, the API and the sentences.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Urgent => "urgent",
        }
    }

    /// The severity of this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.code() == code)
    }
}

impl AlarmKind {
    /// The kind of this code; none for one of another version of Kulku.
    #[must_use]
    pub fn find(code: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.code == code)
    }

    /// All kinds, in the order of the document.
    #[must_use]
    pub fn all() -> &'static [Self] {
        KINDS
    }

    /// The kind that this event raises.
    #[must_use]
    pub fn raised_by(event: &EventKind) -> Option<&'static Self> {
        let code = event.code();
        KINDS.iter().find(|kind| kind.raised_by == Some(code))
    }

    /// The kind whose cause is gone by this event.
    #[must_use]
    pub fn cleared_by(event: &EventKind) -> Option<&'static Self> {
        let code = event.code();
        KINDS.iter().find(|kind| kind.cleared_by == Some(code))
    }
}

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;

use AlarmClass::{Point, Security, Technical};
use Severity::{Notice, Urgent, Warning};

const KINDS: &[AlarmKind] = &[
    // At the door.
    event("forced-open", Security, Urgent, 5 * MINUTE, "forced-open", Some("forced-cleared")),
    event("held-open", Security, Warning, 15 * MINUTE, "held-open", Some("held-cleared")),
    event("tamper", Security, Urgent, 5 * MINUTE, "tamper", Some("tamper-cleared")),
    event("fire", Security, Urgent, 5 * MINUTE, "fire", Some("fire-cleared")),
    event("exit-button-stuck", Security, Warning, HOUR, "exit-button-stuck", Some("exit-button-freed")),
    event("contact-fault", Security, Warning, HOUR, "contact-fault", Some("contact-mended")),
    event("mains-lost", Technical, Warning, HOUR, "mains-lost", Some("mains-restored")),
    event("battery-low", Technical, Warning, 4 * HOUR, "battery-low", Some("battery-good")),
    event("reader-blind", Technical, Urgent, 30 * MINUTE, "reader-blind", Some("reader-recovered")),
    event("journal-slow", Technical, Warning, DAY, "journal-slow", None).quiet(HOUR),
    event("messages-refused", Point, Warning, 4 * HOUR, "messages-refused", None),
    event("disk-refuses", Technical, Urgent, 30 * MINUTE, "disk-refuses", Some("disk-mended")),
    event("events-dropped", Point, Urgent, HOUR, "events-dropped", None),
    event("file-rebuilt", Point, Warning, 4 * HOUR, "file-rebuilt", None),
    event("epoch-began", Point, Warning, 4 * HOUR, "epoch-began", None),
    event("clock-stepped", Point, Notice, 0, "clock-stepped", None),
    event("list-too-old", Technical, Urgent, HOUR, "list-too-old", Some("list-confirmed")),
    event("repeated-denials", Point, Warning, HOUR, "locked-out", None),
    // How a door is, as the controller sees it.
    other("door-offline", Technical, Warning, HOUR),
    other("clock-off", Technical, Warning, 4 * HOUR),
    other("whitelist-old", Technical, Warning, HOUR),
    other("list-ageing", Technical, Warning, 4 * HOUR),
    other("door-ahead", Technical, Urgent, HOUR),
    other("certificate-expiring", Technical, Warning, DAY),
    other("identity-refused", Point, Warning, 4 * HOUR),
    other("journal-full", Technical, Urgent, HOUR),
    // Cards.
    other("passback", Point, Warning, HOUR),
    other("clone-suspected", Point, Urgent, 15 * MINUTE),
    other("credential-damaged", Point, Notice, 0),
    other("lost-card-used", Point, Urgent, 15 * MINUTE),
    other("stolen-card-used", Point, Urgent, 15 * MINUTE),
    other("forgotten-card-used", Point, Notice, 0),
    other("backup-overdue", Point, Notice, 0),
    // The log and the messages.
    other("chain-broken", Point, Urgent, HOUR),
    other("chain-fork", Point, Urgent, HOUR),
    other("chain-gap", Technical, Warning, 4 * HOUR).quiet(HOUR),
    other("events-missing", Point, Urgent, HOUR),
    other("log-cut", Point, Urgent, HOUR),
    other("log-damaged", Point, Urgent, HOUR),
    other("forged-message", Point, Warning, 4 * HOUR),
    other("replayed-message", Point, Warning, 4 * HOUR),
    other("wire-version", Technical, Warning, DAY).quiet(HOUR),
    // Revocation lists.
    other("revocation-list-stale", Technical, Urgent, 4 * HOUR),
    other("revocation-list-unreachable", Technical, Warning, 4 * HOUR),
    other("revocation-list-unreadable", Technical, Warning, 4 * HOUR),
    other("revocation-list-too-large", Technical, Warning, 4 * HOUR),
    other("revocation-list-unknown-issuer", Technical, Warning, 4 * HOUR),
    other("revocation-list-refused", Technical, Warning, 4 * HOUR),
    other("revocation-list-delta", Technical, Warning, 4 * HOUR),
    other("revocation-list-not-stored", Technical, Warning, 4 * HOUR),
    other("revocation-list-forged", Security, Urgent, HOUR),
    other("revocation-list-untrusted", Security, Urgent, HOUR),
    other("revocation-list-differs", Security, Urgent, HOUR),
    other("revocation-list-older", Security, Warning, 4 * HOUR),
    // The register of rights to practise.
    other("rights-unreachable", Technical, Warning, 4 * HOUR),
    other("rights-unreadable", Technical, Warning, 4 * HOUR),
    other("rights-refused", Technical, Warning, 4 * HOUR),
    other("rights-mass-removal", Technical, Urgent, 4 * HOUR),
    other("rights-not-stored", Technical, Warning, 4 * HOUR),
    // Files of a register that are laid into a folder.
    other("import-refused", Technical, Warning, 4 * HOUR),
    // The receiver of what is logged.
    other("siem-waits", Technical, Warning, DAY),
    // The controller itself.
    other("site-restored", Technical, Urgent, HOUR),
    other("no-masters", Technical, Urgent, DAY),
    other("lists-stuck", Technical, Urgent, HOUR),
    other("notify-failed", Technical, Warning, 4 * HOUR),
    other("notify-full", Technical, Urgent, 4 * HOUR),
];

/// A kind that an event raises.
const fn event(
    code: &'static str,
    class: AlarmClass,
    severity: Severity,
    remind_s: u32,
    raised_by: &'static str,
    cleared_by: Option<&'static str>,
) -> AlarmKind {
    AlarmKind { raised_by: Some(raised_by), cleared_by, ..other(code, class, severity, remind_s) }
}

/// A kind that the intake or the controller raises; no reminder if `remind_s` is 0.
const fn other(code: &'static str, class: AlarmClass, severity: Severity, remind_s: u32) -> AlarmKind {
    let remind_s = if remind_s == 0 { None } else { Some(remind_s) };
    AlarmKind { code, class, severity, remind_s, raised_by: None, cleared_by: None, quiet_s: None }
}

impl AlarmKind {
    const fn quiet(self, quiet_s: u32) -> Self {
        Self { quiet_s: Some(quiet_s), ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_code_stands_once_and_every_event_raises_and_clears_one_kind() {
        let unique = |codes: Vec<&str>| codes.len() == codes.iter().collect::<HashSet<_>>().len();
        assert!(unique(KINDS.iter().map(|kind| kind.code).collect()));
        assert!(unique(KINDS.iter().filter_map(|kind| kind.raised_by).collect()));
        assert!(unique(KINDS.iter().filter_map(|kind| kind.cleared_by).collect()));
        for kind in KINDS {
            assert_eq!(AlarmKind::find(kind.code), Some(kind));
            assert!(kind.class == Technical || kind.quiet_s.is_none(), "{}: only what closes by itself", kind.code);
            assert!(kind.class != Point || kind.cleared_by.is_none(), "{}: a moment has no end", kind.code);
        }
    }

    #[test]
    fn what_a_door_watches_raises_an_alarm_and_clears_it() {
        use access::event::Watched;
        for watched in Watched::ALL {
            let raised = AlarmKind::raised_by(&EventKind::Raised(watched)).unwrap();
            let cleared = AlarmKind::cleared_by(&EventKind::Cleared(watched)).unwrap();
            assert_eq!(raised, cleared, "{watched:?}");
        }
        assert_eq!(AlarmKind::raised_by(&EventKind::ForcedOpen), AlarmKind::cleared_by(&EventKind::ForcedCleared));
        assert_eq!(AlarmKind::raised_by(&EventKind::HeldOpen), AlarmKind::cleared_by(&EventKind::HeldCleared));
        assert_eq!(AlarmKind::raised_by(&EventKind::LockedOut { for_s: 1 }).unwrap().code, "repeated-denials");
        assert_eq!(AlarmKind::raised_by(&EventKind::Opened { released: false }), None);
    }
}
