//! An explanation in the words of a language. What is read out to the person at the door names no rule and no group.

use access::entry::Condition;
use access::reason::Reason;
use access::time::Window;
use chrono_tz::Tz;
use db::site::{
    Absent, CardKind, Concern, Effect, EventView, Explained, ExplainedCertificate, GroupMatch, LockdownView,
    Membership, RightView,
};

use super::{Case, Finding, Part};
use crate::hex;
use crate::language::Lang;
use crate::page::Page;
use crate::when;

/// A language and the zone in which times are told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    pub(crate) lang: Lang,
    pub(crate) zone: Tz,
}

/// An explanation, ready to be shown.
pub(crate) struct Trace {
    pub(crate) granted: bool,
    /// The codes of the decision made again.
    pub(crate) codes: Vec<&'static str>,
    pub(crate) lines: Vec<Line>,
    pub(crate) rules: Vec<RuleLine>,
}

/// One condition.
pub(crate) struct Line {
    pub(crate) code: &'static str,
    pub(crate) title: String,
    pub(crate) finding: Finding,
    pub(crate) tone: &'static str,
    pub(crate) symbol: &'static str,
    pub(crate) word: String,
    pub(crate) sentences: Vec<String>,
    pub(crate) codes: Vec<&'static str>,
}

/// One rule that concerns the holder.
pub(crate) struct RuleLine {
    pub(crate) id: i64,
    pub(crate) effect: Effect,
    /// Whether it held at that time.
    pub(crate) held: bool,
    pub(crate) group: String,
    pub(crate) membership: String,
    pub(crate) area: String,
    pub(crate) hours: String,
    pub(crate) window: String,
    pub(crate) note: String,
}

impl From<&Page> for Words {
    fn from(page: &Page) -> Self {
        Self { lang: page.lang, zone: page.zone }
    }
}

impl Words {
    fn tr(&self, key: &str) -> String {
        self.lang.say(key)
    }

    fn tr1(&self, key: &str, name: &'static str, value: &str) -> String {
        self.lang.say_with(key, &[(name, value.to_owned().into())])
    }

    fn code(&self, prefix: &str, code: &str) -> String {
        self.lang.try_say(&format!("{prefix}-{code}")).unwrap_or_else(|| code.to_owned())
    }

    fn window(&self, window: Window) -> String {
        when::window(window, self.zone, self.lang)
    }
}

impl Trace {
    pub(crate) fn new(words: &Words, case: &Case) -> Self {
        let decision = case.decision();
        Self {
            granted: decision.granted(),
            codes: decision.reasons.iter().map(Reason::code).collect(),
            lines: Part::ALL.into_iter().map(|part| line(words, case, part)).collect(),
            rules: case.concerns().into_iter().map(|(concern, held)| rule(words, concern, held)).collect(),
        }
    }
}

/// What can be read out to the person: when, where, what failed, and what they can do about it.
pub(crate) fn say(words: &Words, case: &Case) -> String {
    let recorded = case.recorded.unwrap_or_else(|| case.decision());
    let at = when::shown(case.at, words.zone, words.lang);
    let variables = [("at", at.into()), ("door", case.door_names.in_language(words.lang.into()).into())];
    if recorded.granted() {
        return words.lang.say_with("say-granted", &variables);
    }
    let mut parts = vec![words.lang.say_with("say-denied", &variables)];
    let mut told: Vec<Part> = Vec::new();
    for reason in case.told(recorded).iter() {
        parts.push(words.code("reason", reason.code()));
        let part = Part::of(reason);
        if !told.contains(&part) {
            told.push(part);
        }
    }
    if told.is_empty() {
        parts.push(words.tr("reason-of-newer-version"));
    }
    parts.extend(told.iter().map(|part| words.code("say-do", part.code())));
    parts.join(" ")
}

fn line(words: &Words, case: &Case, part: Part) -> Line {
    let (finding, reasons) = case.finding(part);
    let (tone, symbol) = match finding {
        Finding::Holds => ("good", "✓"),
        Finding::Fails => ("bad", "✕"),
        Finding::Unchecked => ("plain", "–"),
    };
    let mut sentences: Vec<String> = reasons.iter().map(|reason| words.code("reason", reason.code())).collect();
    sentences.extend(facts(words, case, part));
    if sentences.is_empty() {
        sentences.push(match finding {
            Finding::Holds => words.code("explain-holds", part.code()),
            _ => words.tr("explain-unchecked-text"),
        });
    }
    Line {
        code: part.code(),
        title: words.code("explain-part", part.code()),
        word: words.code("explain", finding.code()),
        codes: reasons.into_iter().map(Reason::code).collect(),
        finding,
        tone,
        symbol,
        sentences,
    }
}

/// What the condition came from.
fn facts(words: &Words, case: &Case, part: Part) -> Vec<String> {
    let local = testimony(words, case, part);
    let Some(explained) = &case.explained else { return local };
    let term = case.term().map(|(_, term)| term);
    match part {
        Part::Listed => explained.absent.iter().map(|absent| absence(words, absent)).collect(),
        Part::Block => life(words, explained).into_iter().chain(unused(words, case)).collect(),
        Part::Card => case.entry().map(|entry| words.window(entry.card)).into_iter().collect(),
        Part::Certificate => explained.certificates.iter().map(|one| certificate(words, one)).collect(),
        Part::Holding => holding(words, case, explained),
        Part::Right => {
            let windows = term.map_or_else(Vec::new, |term| condition(words, &term.right_to_practise));
            windows.into_iter().chain(case.rights.iter().map(|right| source(words, right))).collect()
        }
        Part::Employment => term.map_or_else(Vec::new, |term| condition(words, &term.employment)),
        Part::Rules => explained
            .listing
            .map(|window| words.tr1("explain-listing", "window", &words.window(window)))
            .into_iter()
            .collect(),
        Part::Reading | Part::Credential | Part::Time => Vec::new(),
        Part::Mode | Part::Passage | Part::Company | Part::Chamber | Part::Attempts | Part::Age => local,
    }
}

/// What the log and the orders say of what the door knew.
fn testimony(words: &Words, case: &Case, part: Part) -> Vec<String> {
    let evidence = &case.evidence;
    let told = |reason: Reason, key: &str| -> Vec<String> {
        let of = evidence.events.iter().filter(|(other, _)| *other == reason);
        of.flat_map(|(_, events)| events).map(|event| seen(words, key, event)).collect()
    };
    match part {
        Part::Mode => evidence.lockdowns.iter().map(|lockdown| ordered(words, lockdown)).collect(),
        Part::Passage => {
            let noted = case.noted.contains(Reason::Passback).then(|| words.tr("evidence-noted"));
            noted.into_iter().chain(told(Reason::Passback, "evidence-entered")).collect()
        }
        Part::Company => {
            let visitor = case.term().is_some_and(|(_, term)| term.visitor).then(|| words.tr("evidence-visitor"));
            let first = evidence.company.as_ref().map(|event| seen(words, "evidence-first", event));
            visitor.into_iter().chain(first).collect()
        }
        Part::Attempts => told(Reason::LockedOut, "evidence-denied"),
        Part::Age => told(Reason::ListTooOld, "evidence-too-old"),
        _ => Vec::new(),
    }
}

/// An event of the log, with whose card it was.
fn seen(words: &Words, key: &str, event: &EventView) -> String {
    let card = event.event.subject.map_or_else(String::new, |subject| subject.uid.hex());
    let who = event.holder.as_ref().map_or(card, |(_, name)| name.clone());
    let at = when::shown(event.event.utc, words.zone, words.lang);
    let variables = [("at", at.into()), ("door", event.door_name.clone().into()), ("who", who.into())];
    words.lang.say_with(key, &variables)
}

fn ordered(words: &Words, lockdown: &LockdownView) -> String {
    let at = when::shown(lockdown.at, words.zone, words.lang);
    let variables = [
        ("scope", lockdown.name.clone().into()),
        ("operator", lockdown.operator.clone().into()),
        ("at", at.into()),
        ("reason", lockdown.reason.clone().into()),
    ];
    words.lang.say_with("evidence-lockdown", &variables)
}

/// Since when a card that is paused for that has not been used.
fn unused(words: &Words, case: &Case) -> Option<String> {
    case.decision().reasons.contains(Reason::CardInactive).then(|| match case.evidence.last_used {
        Some(at) => words.tr1("evidence-last-used", "at", &when::shown(at, words.zone, words.lang)),
        None => words.tr("evidence-never-used"),
    })
}

fn absence(words: &Words, absent: &Absent) -> String {
    let code = match absent {
        Absent::UnknownCard => "unknown-card",
        Absent::Retired => "retired",
        Absent::NobodyHolds => "nobody-holds",
        Absent::NoRule => "no-rule",
        Absent::NeverPossible(_) => "never-possible",
    };
    words.code("absent", code)
}

fn life(words: &Words, explained: &Explained) -> Vec<String> {
    let Some((life, cause)) = &explained.life else { return Vec::new() };
    let life = words.code("explain-life", life);
    // Those who keep cards name the causes.
    let cause = words.lang.try_say(&format!("cause-{cause}"));
    vec![cause.map_or_else(|| life.clone(), |cause| format!("{life} ({cause})"))]
}

fn certificate(words: &Words, one: &ExplainedCertificate) -> String {
    let mut text = words.lang.say_with(
        "explain-certificate",
        &[
            ("serial", hex(&one.serial).into()),
            ("issuer", one.issuer.clone().into()),
            ("window", words.window(one.window).into()),
            ("state", words.code("explain-certificate", &one.state).into()),
        ],
    );
    if let Some(number) = &one.list_number {
        text = format!("{text} {}", words.tr1("explain-list-number", "number", number));
    }
    if let Some(reason) = &one.reason {
        text = format!("{text} ({})", words.code("revocation", reason));
    }
    text
}

fn holding(words: &Words, case: &Case, explained: &Explained) -> Vec<String> {
    let Some((place, term)) = case.term() else { return Vec::new() };
    let mut all = vec![words.window(term.holding)];
    if let Some(of) = explained.terms.get(place) {
        all.push(words.tr1("explain-as-kind", "kind", &words.code("kind", of.kind.code())));
    }
    all
}

fn condition(words: &Words, condition: &Condition) -> Vec<String> {
    match condition {
        Condition::NotNeeded => vec![words.tr("explain-not-needed")],
        Condition::Needed(windows) => windows.iter().map(|window| words.window(*window)).collect(),
    }
}

/// Where a right to practise was looked up, and when.
fn source(words: &Words, right: &RightView) -> String {
    let checked = when::shown(right.checked, words.zone, words.lang);
    let variables = [
        ("profession", right.profession.clone().into()),
        ("source", right.source.clone().into()),
        ("checked", checked.into()),
    ];
    words.lang.say_with("explain-right", &variables)
}

fn rule(words: &Words, concern: &Concern, held: bool) -> RuleLine {
    RuleLine {
        id: concern.rule.0,
        effect: concern.effect,
        held,
        group: concern.group_name.clone(),
        membership: membership(words, &concern.membership, concern.member),
        area: concern.area_name.clone(),
        hours: concern.hours.as_ref().map_or_else(|| words.tr("schedule-always"), |(name, _)| name.clone()),
        window: if concern.window == Window::ALWAYS { String::new() } else { words.window(concern.window) },
        note: concern.note.clone(),
    }
}

fn membership(words: &Words, membership: &Membership, window: Window) -> String {
    let how = match membership {
        Membership::Named => words.tr("member-named"),
        Membership::Matched(line) => matched(words, line),
    };
    if window == Window::ALWAYS { how } else { format!("{how}, {}", words.window(window)) }
}

/// Members by rule in words.
pub(crate) fn matched(words: &Words, line: &GroupMatch) -> String {
    let mut parts = Vec::new();
    parts.extend(line.unit.as_ref().map(|unit| words.tr1("match-unit", "unit", unit)));
    parts.extend(line.title.as_ref().map(|title| words.tr1("match-title", "title", title)));
    let kind = |kind: CardKind| words.tr1("match-kind", "kind", &words.code("kind", kind.code()));
    parts.extend(line.kind.map(kind));
    parts.join(", ")
}
