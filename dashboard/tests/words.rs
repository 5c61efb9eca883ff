//! Every sentence exists in all three languages, and every sentence that is used exists.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test that cannot go on must fail it"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use access::calendar::{FinnishHoliday, HolidaySet, Weekday};
use access::command::Action;
use access::decide::Credential;
use access::encode::ChipClass;
use access::event::{EventKind, Watched};
use access::message::Leaf;
use access::mode::Mode;
use access::reason::Reason;
use access::settings::{Beyond, Reading, UnknownTime};
use access::signal::Signal;
use dashboard::Right;
use dashboard::figures::Measure;
use dashboard::import::FileKind;
use db::site::{
    AlarmKind, CardKind, Cause, CertificateState, CredentialState, DifferenceKind, Document, Effect, EncodeState,
    EncodeWork, HandOutCause, ImportTable, Life, RequestState, Retained, RevocationReason, Role, Severity, Transition,
    WhyOver,
};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// Key to the variables in its sentence.
type Words = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_three_languages_have_the_same_keys_with_the_same_variables() {
    let english = words("en");
    assert!(english.len() > 200, "{}", english.len());
    for language in ["fi", "sv"] {
        let other = words(language);
        for (key, variables) in &english {
            assert_eq!(other.get(key), Some(variables), "{language}: {key}");
        }
        for key in other.keys() {
            assert!(english.contains_key(key), "{language}: {key} is not English");
        }
    }
}

#[test]
fn every_key_that_is_used_exists_and_every_key_that_exists_is_used() {
    let known = words("en");
    let mut texts = String::new();
    for folder in ["templates", "src"] {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut texts);
    }
    for call in [".tr(\"", ".tr1(\"", ".number(\"", ".say(\"", ".say_with(\""] {
        for used in texts.split(call).skip(1) {
            let key = used.split('"').next().unwrap_or_default();
            assert!(known.contains_key(key), "{call}{key} has no sentence");
        }
    }
    let composed = composed();
    for key in &composed {
        assert!(known.contains_key(key), "{key} has no sentence");
    }
    let unused: Vec<_> = known
        .keys()
        .filter(|key| !composed.contains(*key) && !texts.contains(&format!("\"{key}\"")))
        .filter(|key| !OPEN_ENDED.iter().any(|prefix| key.starts_with(prefix)))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn templates_hold_no_text_of_their_own() {
    let mut texts = String::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut texts);
    let mut inside_tag = false;
    let mut bare = String::new();
    for part in split_askama(&texts) {
        for character in part.chars() {
            match character {
                '<' => inside_tag = true,
                '>' => inside_tag = false,
                other if !inside_tag => bare.push(other),
                _ => {}
            }
        }
    }
    let words: Vec<_> =
        bare.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty() && *word != "Kulku").collect();
    assert!(words.is_empty(), "{words:?}");
}

/// Keys made of a prefix and a code that other crates own: alarms and the operator log.
const OPEN_ENDED: &[&str] = &[
    "alarm-",
    "change-",
    "told-",
    "field-",
    "bulk-kind-",
    "error-t",
    "done-",
    "problem-",
    "lock-",
    "advice-",
    "refusal-site-",
    "restore-concern-",
    "restore-decided-",
    "restore-short-",
];

const READINGS: [Reading; 4] = [Reading::UidOnly, Reading::Sector, Reading::RollingLenient, Reading::RollingStrict];

const UNKNOWN_TIME: [UnknownTime; 2] = [UnknownTime::Denies, UnknownTime::Allows];

/// All that a door may say of a credential that it asked for.
const CREDENTIALS: [Credential; 7] = [
    Credential::Unreadable,
    Credential::Verified,
    Credential::Invalid,
    Credential::Damaged,
    Credential::Cloned,
    Credential::NotWritten,
    Credential::NotEncoded,
];

/// What may be in a card's way.
const BLOCKS: &[&str] = &[
    "blocked",
    "suspended",
    "revoked",
    "retired",
    "returned",
    "not-delivered",
    "cloned",
    "revocation-unknown",
    "inactive",
    "other",
];

/// What a decision looks at, as explanations name it.
const CONDITIONS: &[&str] = &[
    "reading",
    "listed",
    "credential",
    "block",
    "card",
    "certificate",
    "holding",
    "right-to-practise",
    "employment",
    "rules",
    "mode",
    "passage",
    "company",
    "chamber",
    "attempts",
    "age",
    "time",
];

/// The reports, by their codes.
const REPORTS: [&str; 6] = ["taps", "denials", "holds", "unused", "doors", "unreturned"];

/// What can happen to an alarm.
const STEPS: [&str; 8] = ["raised", "reopened", "reminded", "acknowledged", "owner", "over", "again", "closed"];

/// Why a door does not follow a command.
const REFUSALS: [&str; 5] = ["expired", "other-boot", "other-session", "repeated", "interlocked"];

/// What becomes of a command.
const COMMANDS: [&str; 6] = ["requested", "sent", "followed", "refused", "door-away", "expired"];

fn composed() -> BTreeSet<String> {
    let alarms: Vec<_> = AlarmKind::all().iter().map(|kind| kind.code).collect();
    let reasons: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    [
        with("event", EventKind::CODES),
        with("reason", &reasons),
        with("refusal", &REFUSALS),
        with("command", &COMMANDS),
        with("block", BLOCKS),
        with("alarm", &alarms),
        with("advice", &alarms),
        with("alarm-state", &["open", "acknowledged", "closed", "all"]),
        with("alarm-step", &STEPS),
        with("mail", &["raised", "reopened", "reminded", "closed"]),
        with("alarms-end", &["technical", "security", "point"]),
        with("severity", &Severity::ALL.map(Severity::code)),
        with("side", &["in", "out"]),
        with("fault", &Watched::ALL.map(Watched::code)),
        with("leaf", &Leaf::ALL.map(Leaf::code)),
        with("signal", &Signal::ALL.map(Signal::code)),
        with("signal-means", &Signal::ALL.map(Signal::code)),
        with("signal-do", &Signal::ALL.map(Signal::code)),
        with("lamp", &["green", "red", "buzzer"]),
        with("passback", &["off", "told", "denied"]),
        with("theme", &["system", "light", "dark"]),
        with("health-measure", &Measure::ALL.map(Measure::code)),
        with("health-window", &["hour", "day"]),
        with("named-in", &["fi", "sv", "en"]),
        with("forgive", &["here", "everywhere"]),
        with("mode-cause", &["ordered", "time", "first-person", "start"]),
        with("kind", &CardKind::ALL.map(CardKind::code)),
        with("mode", &Mode::ALL.map(Mode::code)),
        with("reading", &READINGS.map(Reading::code)),
        with("reading-about", &READINGS.map(Reading::code)),
        with("credential", &CREDENTIALS.map(Credential::code)),
        with("credential-state", &[CredentialState::Pending, CredentialState::Active].map(CredentialState::code)),
        with("chip", &ChipClass::ALL.map(ChipClass::code)),
        with("encoding", &EncodeState::ALL.map(EncodeState::code)),
        with("work", &[EncodeWork::Encode, EncodeWork::EncodeElsewhere, EncodeWork::Wipe].map(EncodeWork::code)),
        with("action", &[Action::UnlockOnce.code(), Action::TestSignal.code()]),
        with("clock", &["unknown", "kept", "synchronised"]),
        with("note-clock", &["system", "controller"]),
        with("lock", &["released", "locked"]),
        with("signal", &["granted", "denied", "test", "none"]),
        with("doors-show", &["offline", "behind", "open", "held", "fault"]),
        with("order-choice", &[Mode::Unlocked, Mode::Locked].map(|mode| mode.code())),
        with("exit-button", &["releases", "shunts"]),
        with("exit-button-about", &["releases", "shunts"]),
        with("first-person-in", &["no", "yes"]),
        with("age-of", &["3600", "86400", "259200"]),
        with("age-beyond", &Beyond::ALL.map(Beyond::code)),
        with("age-about", &Beyond::ALL.map(Beyond::code)),
        with("age-warning", &Beyond::ALL.map(Beyond::code)),
        with("unknown-time", &UNKNOWN_TIME.map(UnknownTime::code)),
        with("unknown-time-about", &UNKNOWN_TIME.map(UnknownTime::code)),
        with("retained", &Retained::ALL.map(Retained::code)),
        with("hold-of", &["person", "card", "door", "all"]),
        with("hold-named", &["person", "card", "door"]),
        with("door-release", &["hint"]),
        with("settings-held-warning", &["hint"]),
        with("settings-held-alarm", &["hint"]),
    ]
    .into_iter()
    .flatten()
    .chain(with("may", &Right::ALL.map(Right::code)))
    .chain(with("role", &Role::ALL.map(Role::code)))
    .chain(with("role-about", &Role::ALL.map(Role::code)))
    .chain(with("scope", &["read", "all", "named"]))
    .chain(composed_of_rules())
    .chain(composed_of_holders())
    .collect()
}

/// Those of rules and explanations.
fn composed_of_rules() -> Vec<String> {
    [
        with("weekday", &Weekday::ALL.map(Weekday::code)),
        with("weekday", &["holiday_hours"]),
        with("holiday", &FinnishHoliday::ALL.map(FinnishHoliday::code)),
        with("holiday-plan", &["as-weekday", "closed", "own"]),
        with("holiday-set", &HolidaySet::ALL.map(HolidaySet::code)),
        with("effect", &Effect::ALL.map(Effect::code)),
        with("explain", &["holds", "fails", "unchecked"]),
        with("explain-part", CONDITIONS),
        with("explain-holds", CONDITIONS),
        with("say-do", CONDITIONS),
        with("absent", &["unknown-card", "retired", "nobody-holds", "no-rule", "never-possible"]),
        with("explain-life", &["ordered", "delivered", "active", "suspended", "blocked", "returned", "retired"]),
        with("explain-certificate", &["good", "revoked", "held", "unknown"]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Those of cards' lives, of what they need, of the desk and of imports.
fn composed_of_holders() -> Vec<String> {
    let by_hand: Vec<_> = Transition::ALL
        .into_iter()
        .filter(|transition| *transition != Transition::HandOut)
        .map(Transition::code)
        .collect();
    let usages = ["digital-signature", "non-repudiation", "key-encipherment", "data-encipherment", "key-agreement"];
    // Those of the files, and those of the database.
    let mut columns = vec!["external_id", "uid", "window"];
    columns.extend(FileKind::ALL.iter().flat_map(|kind| kind.columns()).map(|column| column.code()));
    let tables =
        [ImportTable::People, ImportTable::Employments, ImportTable::Rights, ImportTable::Cards].map(ImportTable::code);
    let differences =
        [DifferenceKind::Added, DifferenceKind::Changed, DifferenceKind::Removed].map(DifferenceKind::code);
    [
        with("request-state", &RequestState::ALL.map(RequestState::code)),
        with("request-state", &["all"]),
        with("life", &Life::ALL.map(Life::code)),
        with("cause", &Cause::ALL.map(Cause::code)),
        with("transition", &by_hand),
        with("transition-confirm", &by_hand),
        with("handout", &HandOutCause::ALL.map(HandOutCause::code)),
        with("handout-means", &HandOutCause::ALL.map(HandOutCause::code)),
        with("receipt-original", &HandOutCause::ALL.map(HandOutCause::code)),
        with("document", &Document::ALL.map(Document::code)),
        with("certificate-state", &CertificateState::ALL.map(CertificateState::code)),
        with("revocation", &RevocationReason::ALL.map(RevocationReason::code)),
        with("usage", &usages),
        with("ending-within", &["week", "month", "three-months"]),
        with("out", &["open", "overdue", "all"]),
        with("import-kind", &FileKind::ALL.map(FileKind::code)),
        with("import-column", &columns),
        with("import-table", &tables),
        with("import-difference", &differences),
        with("over", &WhyOver::ALL.map(WhyOver::code)),
        with("report-title", &REPORTS),
        with("report-about", &REPORTS),
        with("who-within", &["12h", "24h", "week", "all"]),
    ]
    .concat()
}

fn with(prefix: &str, codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| format!("{prefix}-{code}")).collect()
}

/// What stands outside of askama's marks.
fn split_askama(text: &str) -> Vec<&str> {
    let mut rest = text;
    let mut outside = Vec::new();
    while let Some(start) = rest.find('{') {
        outside.push(&rest[..start]);
        let end = ["%}", "}}", "#}"]
            .iter()
            .filter_map(|mark| rest[start..].find(mark))
            .min()
            .unwrap_or(rest.len() - start - 2);
        rest = &rest[start + end + 2..];
    }
    outside.push(rest);
    outside
}

fn words(language: &str) -> Words {
    let mut text = String::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language);
    read(&folder, &mut text);
    let resource =
        fluent_syntax::parser::parse(text.as_str()).unwrap_or_else(|(_, errors)| panic!("{language}: {errors:?}"));
    let mut words = Words::new();
    for entry in resource.body {
        if let Entry::Message(message) = entry {
            let mut variables = BTreeSet::new();
            let value = message.value.expect("a key without a sentence");
            variables_of(&value, &mut variables);
            let before = words.insert(message.id.name.to_owned(), variables);
            assert!(before.is_none(), "{language}: {} twice", message.id.name);
        }
    }
    words
}

fn variables_of(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => variable_of(inline, found),
                Expression::Select { selector, variants } => {
                    variable_of(selector, found);
                    for variant in variants {
                        variables_of(&variant.value, found);
                    }
                }
            }
        }
    }
}

fn variable_of(inline: &InlineExpression<&str>, found: &mut BTreeSet<String>) {
    if let InlineExpression::VariableReference { id } = inline {
        found.insert(id.name.to_owned());
    }
}

fn read(folder: &Path, into: &mut String) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read(&path, into);
        } else {
            into.push_str(&fs::read_to_string(&path).unwrap());
            into.push('\n');
        }
    }
}
