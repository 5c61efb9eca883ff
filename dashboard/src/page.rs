//! What every template has at hand: the language, the zone, who looks, and where.

use access::time::{UtcMs, UtcS, Window};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use chrono_tz::Tz;
use db::site::{LockdownScope, LockdownView, Operator};
use fluent_templates::fluent_bundle::FluentValue;

use crate::app::App;
use crate::assets;
use crate::language::Lang;
use crate::names::Names;
use crate::purpose::{self, Asker};
use crate::rights::{Access, Right};
use crate::theme::Theme;
use crate::when;

/// The cookie that remembers the language of somebody who has not signed in.
pub(crate) const LANGUAGE_COOKIE: &str = "kulku-language";

/// Lockdowns that the line on every page names; of more it says that there are more.
const SCOPES_TOLD: usize = 3;

/// What the page says about what was just done. The code comes from the URL after a redirect, so only
/// these are listened to.
pub(crate) const DONE: &[&str] = &[
    "card-added",
    "card-given",
    "card-unblocked",
    "card-listed",
    "card-unlisted",
    "person-added",
    "alarm-acknowledged",
    "alarm-closed",
    "alarm-given",
    "alarm-muted",
    "alarm-unmuted",
    "letter-retried",
    "letter-dropped",
    "door-set",
    "names-set",
    "order-set",
    "order-ended",
    "lockdown-started",
    "lockdown-lifted",
    "group-added",
    "group-changed",
    "group-removed",
    "area-added",
    "area-changed",
    "area-removed",
    "schedule-added",
    "schedule-changed",
    "schedule-removed",
    "holidays-changed",
    "rule-added",
    "rule-changed",
    "rule-removed",
    "card-moved",
    "certificate-attached",
    "certificate-detached",
    "employment-saved",
    "employment-ended",
    "employment-removed",
    "right-saved",
    "right-ended",
    "right-removed",
    "right-checked",
    "backup-handed-out",
    "backup-returned",
    "backup-missing",
    "imported",
    "signals-set",
    "passback-set",
    "card-forgiven",
    "comfort-set",
    "site-set",
    "bulk-done",
    "bulk-nothing",
    "bulk-undone",
    "restore-decided",
    "operator-changed",
    "password-set",
    "theme-set",
    "second-step-ended",
    "session-ended",
    "token-revoked",
    "review-signed",
    "review-days-set",
    "retention-set",
    "request-asked",
    "request-approved",
    "request-refused",
    "request-withdrawn",
    "hold-set",
    "hold-lifted",
    "name-kept-back",
    "name-shown-again",
    "signed-out",
];

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) lang: Lang,
    /// How light the page is.
    pub(crate) theme: Theme,
    pub(crate) zone: Tz,
    pub(crate) now: UtcMs,
    /// The name of who is signed in.
    pub(crate) operator: Option<String>,
    /// What they may.
    pub(crate) access: Access,
    /// Whether they are limited to a part of the site.
    pub(crate) limited: bool,
    /// When they will be signed out if they ask for nothing more.
    pub(crate) ends: Option<UtcMs>,
    /// Path and query, to come back to after the language was switched.
    pub(crate) here: String,
    /// Whether the demo's page exists.
    pub(crate) demo: bool,
    pub(crate) done: Option<&'static str>,
    /// The newest change when the page was asked for: forms carry it, so that nobody overwrites what they have not seen.
    pub(crate) seen: u64,
    /// What every page says while a lockdown holds.
    pub(crate) lockdown: Option<String>,
    /// What every page says while doors are left alone since a backup was put back.
    pub(crate) restored: Option<String>,
    /// Whose reasons to look for somebody count.
    pub(crate) asker: Asker,
    /// Names that are kept back and shown to the reader.
    pub(crate) names: Names,
}

impl Page {
    /// For whoever asks, before it is known who that is.
    pub(crate) fn anonymous(app: &App, parts: &Parts) -> Self {
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let cookie = header(COOKIE)
            .and_then(|cookies| {
                cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(LANGUAGE_COOKIE)?.strip_prefix('='))
            })
            .and_then(Lang::from_code);
        Self {
            lang: cookie.or_else(|| header(ACCEPT_LANGUAGE).and_then(Lang::from_accept)).unwrap_or(Lang::En),
            theme: Theme::of(&parts.headers),
            zone: app.context.zone,
            now: app.now(),
            operator: None,
            access: Access::NONE,
            limited: false,
            ends: None,
            here: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            demo: app.context.demo.is_some(),
            done: done(parts.uri.query()),
            seen: 0,
            lockdown: None,
            restored: None,
            asker: purpose::of_session(None),
            names: Names::default(),
        }
    }

    /// From now on for this operator, in the operator's language.
    pub(crate) fn is_of(&mut self, operator: &Operator) {
        if let Some(lang) = operator.language.as_deref().and_then(Lang::from_code) {
            self.lang = lang;
        }
        self.operator = Some(operator.name.clone());
        self.access = Access::of(operator.role);
    }

    /// Whether whoever looks may look at what asks for the right of this code.
    pub(crate) fn sees(&self, right: &str) -> bool {
        Right::from_code(right).is_some_and(|right| self.access.may(right))
    }

    /// Whether they may change something by it.
    pub(crate) fn can(&self, right: &str) -> bool {
        Right::from_code(right).is_some_and(|right| self.access.may_change(right))
    }

    /// Whether somebody may be added here: they would belong to nobody's part yet.
    pub(crate) fn adds(&self, right: &str) -> bool {
        self.can(right) && !self.limited
    }

    /// Whether whoever looks may look at what asks for this right.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.access.may(right)
    }

    /// What is missing to whoever was refused.
    pub(crate) fn forbidden(&self, right: Right) -> String {
        self.tr1("forbidden-text", "right", &self.code("may", right.code()))
    }

    /// A sentence.
    pub(crate) fn tr(&self, key: &str) -> String {
        self.lang.say(key)
    }

    /// A sentence with one text in it.
    pub(crate) fn tr1(&self, key: &str, name: &'static str, value: &str) -> String {
        self.lang.say_with(key, &[(name, value.to_owned().into())])
    }

    /// A sentence with a number in it, which may be plural.
    pub(crate) fn number(&self, key: &str, name: &'static str, value: &usize) -> String {
        self.lang.say_with(key, &[(name, FluentValue::from(*value))])
    }

    /// Where to say why one looks for the person or card of this page.
    pub(crate) fn ask_purpose(&self) -> String {
        purpose::ask(self.path())
    }

    /// A person's name as the reader may see it, of what the database says.
    pub(crate) fn name(&self, stored: &str) -> String {
        self.names.shown(self.lang, stored)
    }

    /// The sentence of a code, or the code itself if it is of a newer version.
    pub(crate) fn code(&self, prefix: &str, code: &str) -> String {
        self.lang.try_say(&format!("{prefix}-{code}")).unwrap_or_else(|| code.to_owned())
    }

    pub(crate) fn instant(&self, at: &UtcMs) -> String {
        when::shown(*at, self.zone, self.lang)
    }

    /// The time of the day alone, to the minute.
    pub(crate) fn clock(&self, at: &UtcMs) -> String {
        when::shown_clock(*at, self.zone, self.lang)
    }

    pub(crate) fn iso(&self, at: &UtcMs) -> String {
        when::rfc3339(*at)
    }

    pub(crate) fn minute(&self, at: &UtcS) -> String {
        when::shown_minute(*at, self.zone, self.lang)
    }

    pub(crate) fn window(&self, window: &Window) -> String {
        when::window(*window, self.zone, self.lang)
    }

    /// A window whose ends are days.
    pub(crate) fn days(&self, window: &Window) -> String {
        when::days(*window, self.zone, self.lang)
    }

    /// The last day before an end.
    pub(crate) fn last_day(&self, until: &UtcS) -> String {
        when::last_day_shown(*until, self.zone, self.lang)
    }

    /// Says, from now on, that these lockdowns hold.
    pub(crate) fn tell_lockdowns(&mut self, on: &[LockdownView]) {
        let mut scopes: Vec<String> = on.iter().map(|lockdown| self.scope(lockdown)).collect();
        scopes.dedup();
        let more = scopes.len() > SCOPES_TOLD;
        scopes.truncate(SCOPES_TOLD);
        let told = scopes.join(", ");
        let told = if more { self.tr1("lockdown-banner-more", "scopes", &told) } else { told };
        let words = [("count", on.len().into()), ("scopes", told.into())];
        self.lockdown = (!on.is_empty()).then(|| self.lang.say_with("lockdown-banner", &words));
    }

    /// Says, from now on, that doors are left alone: all of them until somebody decides, or so many until they have told.
    pub(crate) fn tell_restored(&mut self, (waits, held): (bool, u32)) {
        let held = usize::try_from(held).unwrap_or(usize::MAX);
        self.restored = match (waits, held) {
            (true, _) => Some(self.tr("restore-banner")),
            (false, 0) => None,
            (false, held) => Some(self.number("restore-banner-held", "count", &held)),
        };
    }

    /// What a lockdown reaches.
    pub(crate) fn scope(&self, view: &LockdownView) -> String {
        self.scope_named(&view.scope, &view.name)
    }

    /// The same of one that is not there yet.
    pub(crate) fn scope_named(&self, scope: &LockdownScope, name: &str) -> String {
        match scope {
            LockdownScope::Site => self.tr("lockdown-scope-site"),
            LockdownScope::Area(_) => self.tr1("lockdown-scope-area", "name", name),
            LockdownScope::Door(_) => self.tr1("lockdown-scope-door", "name", name),
        }
    }

    /// Why a card is where it is in its life, since when, and who put it there.
    pub(crate) fn say_life(&self, cause: &str, since: &str, by: &str) -> String {
        let text = |text: &str| text.to_owned().into();
        self.lang.say_with("life-line", &[("cause", text(cause)), ("since", text(since)), ("operator", text(by))])
    }

    /// Whether the page lies below this place of the navigation.
    pub(crate) fn below(&self, place: &str) -> bool {
        let path = self.path();
        path == place || (place != "/" && path.starts_with(&format!("{place}/")))
    }

    /// Whether the page lies below this tab and below no tab that lies deeper.
    pub(crate) fn tab(&self, place: &str) -> bool {
        let deeper = |path: &str| ["groups", "areas", "schedules", "holidays"].contains(&path);
        match self.path().strip_prefix("/rules/").and_then(|rest| rest.split('/').next()) {
            Some(of) if deeper(of) => place.strip_prefix("/rules/") == Some(of),
            _ => place == "/rules",
        }
    }

    /// Whether this is the page.
    pub(crate) fn is(&self, path: &str) -> bool {
        self.path() == path
    }

    pub(crate) fn path(&self) -> &str {
        self.here.split('?').next().unwrap_or("/")
    }

    pub(crate) fn languages(&self) -> [Lang; 3] {
        Lang::ALL
    }

    pub(crate) fn themes(&self) -> [Theme; 3] {
        Theme::ALL
    }

    /// The same page seen from another path: a form that was sent in is corrected where it was shown.
    pub(crate) fn at(mut self, path: &str) -> Self {
        if self.path() != path {
            self.here = path.to_owned();
        }
        self
    }

    /// Whether this version knows the block, so that somebody may remove it.
    pub(crate) fn by_hand(&self, block: &str) -> bool {
        block != "other"
    }

    /// What is wrong with an entry, by its code; behind a `|` stands which part of it.
    pub(crate) fn problem(&self, code: &str) -> String {
        let (code, what) = code.split_once('|').unwrap_or((code, ""));
        let key = format!("problem-{code}");
        self.lang.try_say_with(&key, &[("what", what.into())]).unwrap_or_else(|| self.tr("problem-other"))
    }

    pub(crate) fn css(&self) -> &'static str {
        assets::css_path()
    }

    pub(crate) fn js(&self) -> &'static str {
        assets::js_path()
    }

    pub(crate) fn icon(&self) -> &'static str {
        assets::icon_path()
    }
}

fn done(query: Option<&str>) -> Option<&'static str> {
    let code = query?.split('&').find_map(|pair| pair.strip_prefix("done="))?;
    DONE.iter().copied().find(|known| *known == code)
}
