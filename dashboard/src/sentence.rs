//! Events, reasons, blocks and commands in the words of the reader's language.

use access::command::{Action, Refusal};
use access::credential::block::Token;
use access::decide::{Credential, Decision, Presented};
use access::encode::{ChipClass, Outcome};
use access::entry::{Block, Blocks};
use access::event::{EventKind, ModeCause, Rolling};
use access::mode::Mode;
use access::passage::Side;
use access::reason::Reasons;
use access::time::ClockTrust;
use db::site::{CommandState, EventView};

use crate::page::Page;

/// A row of an event table, as every page and the live tail show it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) at: String,
    pub(crate) iso: String,
    pub(crate) door: String,
    pub(crate) door_name: String,
    pub(crate) code: &'static str,
    /// `good`, `bad`, `warn` or `plain`. Never shown by colour alone: see `symbol` and `word`.
    pub(crate) tone: &'static str,
    pub(crate) symbol: &'static str,
    pub(crate) word: String,
    pub(crate) details: Vec<String>,
    pub(crate) card: Option<String>,
    pub(crate) holder: Option<(i64, String)>,
}

impl Row {
    pub(crate) fn new(page: &Page, view: &EventView) -> Self {
        let code = view.event.kind.code();
        let (tone, symbol) = tone(code);
        Self {
            id: view.id,
            at: page.instant(&view.event.utc),
            iso: page.iso(&view.event.utc),
            door: view.door.to_string(),
            door_name: view.door_name.clone(),
            code,
            tone,
            symbol,
            word: page.code("event", code),
            details: details(page, view),
            card: view.event.subject.map(|subject| subject.uid.hex()),
            holder: view.holder.as_ref().map(|(person, name)| (person.0, page.name(name))),
        }
    }

    pub(crate) fn all(page: &Page, views: &[EventView]) -> Vec<Self> {
        views.iter().map(|view| Self::new(page, view)).collect()
    }
}

fn tone(code: &str) -> (&'static str, &'static str) {
    match code {
        "granted" | "command-followed" | "encoded" => ("good", "✓"),
        "denied" | "command-refused" => ("bad", "✕"),
        "opened-unreleased" | "journal-slow" | "reader-blind" | "messages-refused" | "encoding-failed"
        | "held-warning" | "held-open" | "forced-open" | "tamper" | "mains-lost" | "battery-low" | "fire"
        | "exit-button-stuck" | "contact-fault" | "locked-out" | "epoch-began" | "events-dropped" | "clock-stepped"
        | "list-too-old" | "file-rebuilt" | "disk-refuses" => ("warn", "▲"),
        _ => ("plain", "•"),
    }
}

fn details(page: &Page, view: &EventView) -> Vec<String> {
    let mut details = of_kind(page, &view.event.kind, view.event.mode);
    if matches!(view.event.kind, EventKind::LockedOut { .. }) && view.event.subject.is_none() {
        details.push(page.tr("note-unlisted"));
    }
    if view.event.trust == ClockTrust::Unknown {
        details.push(page.tr("note-clock-unknown"));
    }
    if view.erased {
        details.push(page.tr("note-card-erased"));
    }
    if !view.link_ok {
        details.push(page.tr("note-chain-broken"));
    }
    details
}

fn of_kind(page: &Page, kind: &EventKind, mode: Mode) -> Vec<String> {
    match kind {
        EventKind::Tap { side, presented, credential, decision, noted, rolling } => {
            let mut all: Vec<String> =
                decision.reasons.iter().map(|reason| page.code("reason", reason.code())).collect();
            if all.is_empty() && !decision.granted() {
                all.push(page.tr("reason-of-newer-version"));
            }
            all.extend(noted_as(page, *noted));
            all.extend(presented_as(page, *presented));
            all.extend(credential_as(page, *credential, decision));
            all.extend(rolling.map(|rolling| step(page, &rolling)));
            all.extend(inside(page, *side));
            all
        }
        EventKind::Entered { side } | EventKind::NotEntered { side } => inside(page, *side).into_iter().collect(),
        EventKind::ModeChanged { from, cause } => {
            let word = |mode: Mode| page.code("mode", mode.code());
            let moved = page.lang.say_with("note-mode", &[("from", word(*from).into()), ("to", word(mode).into())]);
            vec![moved, page.code("mode-cause", mode_cause_code(*cause))]
        }
        EventKind::LockedOut { for_s } => vec![page.tr1("note-locked-out", "seconds", &for_s.to_string())],
        EventKind::Encoded { outcome, chip: class, .. } => {
            let mut all: Vec<String> = Vec::new();
            if *outcome != Outcome::Done {
                all.push(page.code("encoding", outcome.code()));
            }
            all.push(chip(page, *class));
            all
        }
        EventKind::Command { action, refused, .. } => {
            let mut all = vec![page.code("action", action.code())];
            all.extend(refused.map(|refusal| page.code("refusal", refusal_code(refusal))));
            all
        }
        EventKind::ClockStepped { by_ms, by } => {
            let seconds = format!(
                "{}{}.{:03}",
                if *by_ms < 0 { "−" } else { "+" },
                by_ms.unsigned_abs() / 1_000,
                by_ms.unsigned_abs() % 1_000
            );
            vec![page.tr1(
                &format!("note-clock-{}", by.code()),
                "seconds",
                &seconds.replace('.', &page.tr("decimal-mark")),
            )]
        }
        EventKind::JournalSlow { waited_ms } => {
            vec![page.tr1("note-waited", "ms", &waited_ms.to_string())]
        }
        EventKind::MessagesRefused { count } => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            vec![page.number("note-refused", "count", &count)]
        }
        _ => Vec::new(),
    }
}

/// What the door noticed and let pass.
fn noted_as(page: &Page, noted: Reasons) -> impl Iterator<Item = String> {
    noted.iter().map(|reason| page.tr1("note-noted", "reason", &page.code("reason", reason.code())))
}

/// At which reader, if not at the one that most doors have.
fn inside(page: &Page, side: Side) -> Option<String> {
    (side == Side::Out).then(|| page.code("side", side.code()))
}

fn presented_as(page: &Page, presented: Presented) -> Option<String> {
    match presented {
        Presented::Unsupported { sak: 0x09 } => Some(page.tr("note-mifare-mini")),
        Presented::Unsupported { sak: 0x18 } => Some(page.tr("note-mifare-4k")),
        Presented::Unsupported { sak } => Some(page.tr1("note-sak", "sak", &format!("{sak:02X}"))),
        _ => None,
    }
}

/// What was read of the credential, unless a reason of the denial says it already.
fn credential_as(page: &Page, credential: Credential, decision: &Decision) -> Option<String> {
    let told = credential.reason().is_some_and(|reason| decision.reasons.iter().any(|other| other == reason));
    (credential != Credential::NotAsked && !told).then(|| page.code("credential", credential.code()))
}

/// How the card's counter moved.
fn step(page: &Page, rolling: &Rolling) -> String {
    let number = |token: Token| token.counter.to_string();
    let found = rolling.found.map_or_else(|| page.tr("counter-none"), number);
    match rolling.written {
        Some(to) => {
            page.lang.say_with("note-counter-moved", &[("found", found.into()), ("written", number(to).into())])
        }
        None => page.tr1("note-counter-kept", "found", &found),
    }
}

/// What kind of chip it is.
pub(crate) fn chip(page: &Page, class: ChipClass) -> String {
    page.code("chip", class.code())
}

/// The stable code of how far a clock is trusted.
pub(crate) fn trust_code(trust: ClockTrust) -> &'static str {
    match trust {
        ClockTrust::Unknown => "unknown",
        ClockTrust::Kept => "kept",
        ClockTrust::Synchronised => "synchronised",
    }
}

/// The stable code of why a mode changed, for the API and the sentences.
pub(crate) fn mode_cause_code(cause: ModeCause) -> &'static str {
    match cause {
        ModeCause::Ordered => "ordered",
        ModeCause::Time => "time",
        ModeCause::FirstPerson => "first-person",
        ModeCause::Start => "start",
    }
}

/// The stable code of a refusal, for the API and the sentences.
pub(crate) fn refusal_code(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Expired => "expired",
        Refusal::OtherBoot => "other-boot",
        Refusal::OtherSession => "other-session",
        Refusal::Repeated => "repeated",
        Refusal::Interlocked => "interlocked",
    }
}

/// The stable code of a block, for the API and the sentences.
pub(crate) fn block_code(block: Block) -> &'static str {
    match block {
        Block::Blocked => "blocked",
        Block::Suspended => "suspended",
        Block::Revoked => "revoked",
        Block::Retired => "retired",
        Block::Returned => "returned",
        Block::NotDelivered => "not-delivered",
        Block::Cloned => "cloned",
        Block::RevocationUnknown => "revocation-unknown",
        Block::Inactive => "inactive",
    }
}

pub(crate) fn block_from_code(code: &str) -> Option<Block> {
    Block::ALL.into_iter().find(|block| block_code(*block) == code)
}

/// The codes of what is in a card's way. A bit of a newer version shows as `other`.
pub(crate) fn block_codes(blocks: Blocks) -> Vec<&'static str> {
    let known = Block::ALL.into_iter().filter(|block| blocks.contains(*block)).map(block_code);
    known.chain(blocks.has_unknown().then_some("other")).collect()
}

/// What a command asks, by its code.
pub(crate) fn action_from_code(code: &str) -> Option<Action> {
    [Action::UnlockOnce, Action::TestSignal].into_iter().find(|action| action.code() == code)
}

/// The stable code of what became of a command.
pub(crate) fn command_code(state: &CommandState) -> &'static str {
    match state {
        CommandState::Requested => "requested",
        CommandState::Sent => "sent",
        CommandState::Followed => "followed",
        CommandState::Refused(_) => "refused",
        CommandState::DoorAway => "door-away",
        CommandState::Expired => "expired",
    }
}

/// What became of a command, in words.
pub(crate) fn command(page: &Page, state: &CommandState) -> String {
    let outcome = page.code("command", command_code(state));
    let why = match state {
        CommandState::Refused(code) => format!(" {}", page.code("refusal", code)),
        _ => String::new(),
    };
    format!("{outcome}{why}")
}
