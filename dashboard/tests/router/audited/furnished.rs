//! What a good request needs to be there.

use access::calendar::{DayWindow, Schedule};
use access::event::EventKind;
use access::passage::Side;
use access::settings::DoorSettings;
use access::time::{UtcMs, Window};
use axum::http::Method;
use db::site::{
    Actor, CardKind, Channel, Effect, GroupId, GroupMatch, LockdownScope, NewCard, NewRequest, NewRight, NewRule,
    NewToken, PersonId, ReviewOf, Role, RuleEdit, Severity,
};
use serde_json::json;

use crate::account::{bytes, code};
use crate::support::{Bench, Browser, OPERATOR, actor, door, uid};

/// The secret of a telephone.
const SECRET: &str = "3132333435363738393031323334353637383930";

/// A card of the authority that the tests have.
const CERTIFICATE: &str = include_str!("../data/card.pem");

impl Bench {
    /// Furnishes the site for a request, and puts what was made into its path and body.
    pub(crate) async fn furnished(&mut self, browser: &mut Browser, path: &str, body: &str) -> (String, String) {
        self.rules();
        self.add_desk();
        let mut made = [path.to_owned(), body.to_owned()];
        let named: Vec<String> = format!("{path} {body}")
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name.to_owned())
            .filter(|name| name.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()))
            .collect();
        // What was made last is what has been seen.
        let (seen, others): (Vec<_>, Vec<_>) = named.into_iter().partition(|name| name == "seen");
        for name in others.into_iter().chain(seen) {
            let value = self.make(browser, &name).await;
            made = made.map(|text| text.replace(&format!("{{{name}}}"), &value));
        }
        let [path, body] = made;
        (path, body)
    }

    async fn make(&mut self, browser: &mut Browser, name: &str) -> String {
        match name {
            "seen" => self.site.latest().unwrap().0.to_string(),
            "certificate" => browser_field(CERTIFICATE),
            "pem" => json!(CERTIFICATE).to_string(),
            "issuer" => self.attached().await,
            "alarm" | "letter" | "mute" => self.alarmed(name).await,
            "lockdown" => {
                self.site.lock_down(&actor(), &LockdownScope::Door(door(2)), None, "Drill").unwrap().to_string()
            }
            "order" => {
                let order = r#"{"mode":"locked","until":"2026-11-24T18:00:00Z","reason":"x"}"#;
                self.called("/doors/pharmacy/order", order).await;
                String::new()
            }
            "paused" => {
                self.made_bulk().await;
                String::new()
            }
            "file" => super::forms::FILE.to_owned(),
            "welcome" => {
                let (link, id) = (dashboard::invitation::link(self.now()).unwrap(), self.someone(Role::Desk));
                self.site.reset_operator(&actor(), id, (link.sha256, link.expires)).unwrap();
                link.path.rsplit('/').next().unwrap().to_owned()
            }
            "pending" => self.pending(browser).await,
            "inside" => self.go_in(),
            "handout" => self.handed_out().await,
            "backup" => self.backup(0xB1),
            "spare" => self.backup(0xB0),
            "hold" => {
                self.called("/privacy/holds", r#"{"scope":"all","ends":"2027-06-30T00:00:00Z","reason":"x"}"#).await
            }
            "request" | "own-request" => self.requested(name == "own-request"),
            "bulk" => self.made_bulk().await,
            "operator" => self.someone(Role::Desk).to_string(),
            "session" | "own-session" => self.session(if name == "session" { Role::Desk } else { Role::Admin }).await,
            "token" | "own-token" => self.token(name == "token").to_string(),
            "totp" => {
                let secret = bytes(SECRET);
                format!("secret={SECRET}&code={}", code(&secret, self.now().0))
            }
            "step" => {
                self.second_step();
                String::new()
            }
            "hidden" => {
                let reason = "reason=x&reader=maija";
                assert!(browser.post("/people/2/secret", reason).await.status.is_redirection());
                String::new()
            }
            "review-group" => self.reviewed(ReviewOf::Group(GroupId(1))),
            "review-person" => self.reviewed(ReviewOf::Person(PersonId(1))),
            "plan" => plan(browser).await,
            "settings" => self.settings().await,
            other => panic!("{other}: what is that?"),
        }
    }

    /// A group of one that a rule names, in an area behind the second door, and one more of each that no rule names.
    fn rules(&self) {
        let site = &self.site;
        let (group, area) =
            (site.add_group(&actor(), "Hoitajat").unwrap(), site.add_area(&actor(), "Osastot", &[door(1)]));
        let area = area.unwrap();
        let member = RuleEdit::SetMember { group, person: PersonId(1), window: Window::ALWAYS };
        site.edit_rules(&actor(), &member).unwrap();
        let line = GroupMatch { unit: Some("Leikkaus".to_owned()), title: None, kind: Some(CardKind::Staff) };
        site.edit_rules(&actor(), &RuleEdit::SetMatches { group, matches: vec![line] }).unwrap();
        let mut week = Schedule::default();
        week.days.iter_mut().take(5).for_each(|day| day.push(DayWindow { from_min: 420, until_min: 960 }));
        let schedule = site.add_schedule(&actor(), "Virka-aika", week.clone()).unwrap();
        let (window, note) = (Window::ALWAYS, String::new());
        site.add_rule(&actor(), NewRule { group, area, schedule, effect: Effect::Allow, window, note }).unwrap();
        site.add_group(&actor(), "Muut").unwrap();
        site.add_area(&actor(), "Kellari", &[]).unwrap();
        site.add_schedule(&actor(), "Viikonloppu", week).unwrap();
        site.add_right(&actor(), PersonId(1), &NewRight::always("Sairaanhoitaja", "terhikki", UtcMs(10))).unwrap();
    }

    /// Calls the API, which makes something with a number.
    async fn called(&self, path: &str, body: &str) -> String {
        let answer = self.api(Method::POST, path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text());
        answer.json()["id"].to_string().trim_matches('"').to_owned()
    }

    async fn attached(&self) -> String {
        let body = json!({ "certificate": CERTIFICATE }).to_string();
        let answer = self.api(Method::POST, "/cards/04A1B201/certificates", &body).await;
        answer.json()["issuer"].as_str().unwrap().to_owned()
    }

    /// An alarm, the letter about it that could not be delivered, or a mute.
    async fn alarmed(&self, what: &str) -> String {
        if what == "mute" {
            let mute = r#"{"kind":"held-open","until":"2026-11-24T18:00:00Z","reason":"Works"}"#;
            return self.called("/alarms/mutes", mute).await;
        }
        let channel = Channel { name: "duty".to_owned(), severity: Severity::Notice };
        self.site.set_channels(&[channel], self.now()).unwrap();
        self.site.raise_alarm("chain-fork", Some(&door(0)), None, self.now()).unwrap();
        let waiting = self.site.notifications_due("duty", self.now(), 5).unwrap();
        if what == "alarm" {
            return self.site.alarms(&Default::default(), self.now(), 1).unwrap()[0].id.to_string();
        }
        let ids: Vec<i64> = waiting.iter().map(|one| one.id).collect();
        while self.site.dead_letters(self.now(), 1).unwrap().is_empty() {
            self.site.notifications_failed(&ids, "connection refused", self.now()).unwrap();
        }
        ids[0].to_string()
    }

    /// The first card goes in through the second door.
    fn go_in(&mut self) -> String {
        let leads_into = Some(access::passage::AreaId(1));
        self.site.set_settings(&actor(), &door(1), DoorSettings { leads_into, ..DoorSettings::default() }).unwrap();
        let state = (self.site.latest().unwrap(), access::mode::Mode::Normal);
        self.happen_in(1, state, EventKind::Entered { side: Side::In }, Some(uid(1)));
        assert_eq!(self.site.presence(db::site::AreaId(1), None, 10).unwrap().len(), 1);
        String::new()
    }

    /// Access that somebody asks for, who is not the one that decides; or is.
    fn requested(&self, own: bool) -> String {
        let operator = if own { OPERATOR } else { "ward" };
        let reason = "Fetches medicines".to_owned();
        let new = NewRequest { person: PersonId(2), group: GroupId(1), window: Window::ALWAYS, reason };
        self.site.ask_access(&Actor { operator, at: self.now() }, &new).unwrap().to_string()
    }

    fn backup(&self, number: u8) -> String {
        self.site.add_card(&actor(), NewCard::new(uid(number), CardKind::Backup, Window::ALWAYS)).unwrap();
        uid(number).hex()
    }

    async fn handed_out(&self) -> String {
        let backup = self.backup(0xB0);
        let body = json!({"backup": backup, "person": 1, "original": "04A1B201", "cause": "forgotten",
            "document": "passport", "place": "Aula"});
        self.called("/handouts", &body.to_string()).await;
        backup
    }

    async fn made_bulk(&self) -> String {
        let wish = json!({"whom": {"people": [1]}, "act": {"suspend": {"cause": "absence"}}}).to_string();
        let seen = self.site.latest().unwrap().0;
        let done = self.api(Method::POST, &format!("/bulk?seen={seen}"), &wish).await;
        done.json()["change"].to_string()
    }

    fn second_step(&self) {
        let id = self.site.operator(OPERATOR).unwrap().unwrap().id;
        self.site.set_second_step(&actor(), id, (&bytes(SECRET), 0), &[]).unwrap();
    }

    /// The password was entered, and the code is asked for.
    async fn pending(&self, browser: &mut Browser) -> String {
        self.second_step();
        browser.post("/sign-out", "").await;
        browser.post("/sign-in", "name=maija&password=correct+horse&next=%2F").await;
        code(&bytes(SECRET), self.now().0)
    }

    fn someone(&self, role: Role) -> i64 {
        self.token_of(role, "read");
        self.site.operator(role.code()).unwrap().unwrap().id
    }

    async fn session(&self, role: Role) -> String {
        let _elsewhere = if role == Role::Admin { self.signed_in().await } else { self.signed_in_as(role).await };
        let name = if role == Role::Admin { OPERATOR } else { role.code() };
        let sessions = self.site.sessions(Some(name), self.now()).unwrap();
        sessions[0].id.clone()
    }

    fn token(&self, of_another: bool) -> i64 {
        let name = if of_another { "desk" } else { OPERATOR };
        if of_another {
            self.someone(Role::Desk);
        }
        let operator = self.site.operator(name).unwrap().unwrap().id;
        let new = NewToken { operator, label: "spare", sha256: [9; 32], scope: "read", expires: None };
        self.site.add_token(&actor(), &new).unwrap()
    }

    fn reviewed(&self, of: ReviewOf) -> String {
        let digest = self.site.review(of).unwrap().digest;
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The settings of a door as they are, but for one.
    async fn settings(&self) -> String {
        let mut settings = self.api(Method::GET, "/doors/pharmacy", "").await.json()["settings"].clone();
        settings["release_ms"] = json!(7_000);
        settings.to_string()
    }
}

/// What the page says of a file that was looked at.
async fn plan(browser: &mut Browser) -> String {
    let looked = browser.post("/import", &format!("{}&step=look", super::forms::FILE)).await.text();
    let hidden = |name: &str| {
        let rest = looked.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    format!("digest={}&plan={}", hidden("digest"), hidden("plan"))
}

fn browser_field(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
