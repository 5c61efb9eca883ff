//! Doors: how they are, how they are set up, what is ordered of them, and commands to them.

use access::chain::Link;
use access::command::Action;
use access::envelope::Header;
use access::event::{Faults, Watched};
use access::message::{Leaf, Status};
use access::mode::Mode;
use access::settings::{Age, Beyond, DoorSettings, ExitButton, UnknownTime};
use access::time::ClockTrust;
use access::whitelist::{Digest, Generation, WhitelistId};
use axum::http::{Method, StatusCode};
use db::site::CommandState;
use serde_json::{Value, json};

use crate::support::{Bench, actor, command, door};

impl Bench {
    /// A door says how it is; all else is as it should be.
    pub(crate) fn tell(&self, number: usize, mode: Mode, leaf: Leaf, faults: Faults) {
        let view = self.site.door(&door(number)).unwrap();
        let sequence = u64::try_from(self.now().0).unwrap() + self.site.latest().unwrap().0;
        let header = Header {
            site: "hospital".parse().unwrap(),
            door: door(number),
            key_id: 1,
            epoch: 1,
            boot: 1,
            sequence,
            link: Link::START,
        };
        let none = WhitelistId { generation: Generation(0), digest: Digest::default(), entries: 0 };
        let status = Status {
            utc: self.now(),
            trust: ClockTrust::Synchronised,
            whitelist: view.wanted.unwrap_or(none),
            state_generation: view.wanted_state,
            mode,
            confirmed_age_s: Some(0),
            leaf,
            faults,
            ..Status::of_new_box("0.1.0")
        };
        self.site.record_status(&door(number), &header, &status, self.now()).unwrap();
    }
}

fn faults(of: &[Watched]) -> Faults {
    let mut faults = Faults::NONE;
    of.iter().for_each(|one| faults.set(*one, true));
    faults
}

#[tokio::test]
async fn the_list_tells_how_each_door_is_and_is_cut_to_what_is_asked() {
    let bench = Bench::new().await;
    bench.tell(0, Mode::Unlocked, Leaf::HeldOpen, faults(&[Watched::Fire]));
    bench.tell(1, Mode::Normal, Leaf::Closed, Faults::NONE);
    let mut browser = bench.signed_in().await;
    for (language, unlocked, held, fault) in [
        ("en", "Unlocked: everybody passes", "Held open: alarm", "Fire alarm"),
        ("fi", "Lukitsematta: kaikki pääsevät", "hälytys", "Palo"),
        ("sv", "Olåst: alla kommer in", "larm", "Brandlarm"),
    ] {
        let mut browser = bench.signed_in().await;
        browser.language = language;
        let text = browser.get("/doors").await.text();
        for part in [unlocked, held, fault, "Apteekki", "Osasto 3"] {
            assert!(text.contains(part), "{language}: {part}");
        }
    }
    for (query, shown) in [
        ("mode=unlocked", ["pharmacy"].as_slice()),
        ("mode=normal", &["ward-3"]),
        ("mode=locked-down", &[]),
        ("show=held", &["pharmacy"]),
        ("show=open", &["pharmacy"]),
        ("show=fault", &["pharmacy"]),
        ("show=offline", &["main"]),
        ("show=fault&mode=normal", &[]),
    ] {
        let text = browser.get(&format!("/doors?{query}")).await.text();
        for id in ["pharmacy", "ward-3", "main"] {
            assert_eq!(text.contains(&format!("\"/doors/{id}\"")), shown.contains(&id), "{query}: {id}");
        }
    }
}

#[tokio::test]
async fn a_door_is_ordered_unlocked_until_a_time_and_shows_whether_it_has_it() {
    let bench = Bench::new().await;
    bench.tell(0, Mode::Normal, Leaf::Closed, Faults::NONE);
    let mut browser = bench.signed_in().await;
    let form = "mode=unlocked&until=2026-11-24T18%3A00&reason=Open+house";
    let set = browser.post("/doors/pharmacy/order", form).await;
    assert_eq!(set.header("location"), "/doors/pharmacy?done=order-set#order", "{}", set.text());
    let waits = browser.get("/doors/pharmacy").await.text();
    for part in ["Unlocked until 24 Nov 2026, 18:00", "has not confirmed", "maija", "Open house", "not in force yet"] {
        assert!(waits.contains(part), "{part}");
    }
    bench.tell(0, Mode::Unlocked, Leaf::Closed, Faults::NONE);
    let has = browser.get("/doors/pharmacy").await.text();
    assert!(has.contains("In force") && !has.contains("has not confirmed") && !has.contains("not in force yet"));
    bench.wait_ms(4 * 3_600_000);
    // Nobody has used the session for so long that it is over as well.
    let mut browser = bench.signed_in().await;
    assert!(browser.get("/doors/pharmacy").await.text().contains("Nothing is ordered"), "its time is over");

    let ended = browser.post("/doors/pharmacy/order/end", "reason=Too+cold").await;
    assert_eq!(ended.header("location"), "/doors/pharmacy?done=order-ended#order");
    assert_eq!(bench.site.door(&door(0)).unwrap().order, None);
}

#[tokio::test]
async fn an_order_that_cannot_be_is_refused_beside_its_field_and_changes_nothing() {
    let bench = Bench::new().await;
    bench.add_desk();
    let mut browser = bench.signed_in().await;
    let before = bench.site.latest().unwrap();
    for (form, said) in [
        ("mode=unlocked&until=2026-11-24T14%3A00&reason=x", "This time is over"),
        ("mode=unlocked&until=2026-11-30T15%3A00&reason=x", "At most five days"),
        ("mode=unlocked&until=&reason=x", "Enter a value"),
        ("mode=locked-down&until=2026-11-24T18%3A00&reason=x", "one of the values"),
        ("mode=locked&until=2026-11-24T18%3A00&reason=+", "order-reason-problem"),
    ] {
        let answer = browser.post("/doors/pharmacy/order", form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(answer.text().contains(said), "{form}: {said}");
    }
    let desk = browser.post("/doors/desk/order", "mode=locked&until=2026-11-24T18%3A00&reason=x").await;
    assert_eq!(desk.status, StatusCode::NOT_FOUND);
    assert_eq!(bench.site.latest().unwrap(), before);
}

#[tokio::test]
async fn a_command_needs_a_reason_and_shows_what_became_of_it() {
    let bench = Bench::new().await;
    let mut browser = bench.signed_in().await;
    let silent = browser.post("/doors/pharmacy/command", "action=unlock-once&reason=").await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(silent.text().contains("unlock-once-reason-problem"));
    assert!(bench.site.commands_requested().unwrap().is_empty());
    let asked = browser.post("/doors/pharmacy/command", "action=unlock-once&reason=A+courier").await;
    let place = asked.header("location").to_owned();
    assert!(place.starts_with("/doors/pharmacy?command="), "{place}");
    let pending = browser.get(&place).await.text();
    assert!(pending.contains("data-pending") && pending.contains("waiting to be sent"));
    let id = place.rsplit('=').next().unwrap().parse().unwrap();
    bench.site.set_command_state(id, CommandState::DoorAway, bench.now()).unwrap();
    let away = browser.get(&place).await.text();
    assert!(!away.contains("data-pending"));
    for part in ["the door is not connected", "maija", "A courier"] {
        assert!(away.contains(part), "{part}");
    }
    // A command to another door is nobody's business here.
    let other = command(&bench.site, 1);
    let text = browser.get(&format!("/doors/pharmacy?command={other}")).await.text();
    assert!(!text.contains("id=\"command\""));
    let test = browser.post("/doors/main/command", "action=test-signal&reason=Maintenance").await;
    assert_eq!(test.status, StatusCode::SEE_OTHER);
    assert_eq!(bench.site.commands_of(&door(2), 1).unwrap()[0].action, Action::TestSignal);
    let what = browser.post("/doors/main/command", "action=explode&reason=x").await;
    assert_eq!(what.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_doors_page_tells_how_old_its_list_is_and_what_holds_beyond() {
    let bench = Bench::new().await;
    bench.tell(0, Mode::Normal, Leaf::Closed, Faults::NONE);
    let mut browser = bench.signed_in().await;
    let page = browser.get("/doors/pharmacy").await.text();
    for part in ["Whitelist confirmed", "0 s ago", "At most 72 h old. After that: The door goes on"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let told = bench.api(Method::GET, "/doors/pharmacy", "").await.json()["list_confirmed"].clone();
    assert_eq!(told, "2026-11-24T13:00:00.000Z");
    bench.wait_ms(80 * 3_600_000);
    let mut browser = bench.signed_in().await;
    let page = browser.get("/doors/pharmacy").await.text();
    assert!(page.contains("80 h ago"), "{page}");
    let never = browser.get("/doors/main").await.text();
    assert!(never.contains("Not yet"), "{never}");
}

#[tokio::test]
async fn every_setting_goes_through_the_form_and_what_changes_is_shown_first() {
    let bench = Bench::new().await;
    let area = bench.site.add_area(&actor(), "Lääkehuolto", &[]).unwrap().0;
    let mut browser = bench.signed_in().await;
    let form = browser.get("/doors/pharmacy/settings").await.text();
    for part in ["0.5–120 seconds", "3–20.", "Leads into", "Lääkehuolto", "1 h (pharmacy)", "72 h (outer door)"] {
        assert!(form.contains(part), "{part}");
    }
    let query = format!(
        "reading=uid-only&release=6,5&held_warning=20&held_alarm=40&exit_button=shunts&two_person_s=15&escort_s=\
         &lockout_denials=8&leads_into={area}&age_limit_s=3600&age_beyond=denies&unknown_time=allows"
    );
    let look = browser.get(&format!("/doors/pharmacy/settings?{query}")).await.text();
    for part in [
        "6.5 s",
        "without power",
        "nobody gets in here alone",
        "15 s",
        "Lääkehuolto",
        "At most 1 h old",
        "nobody gets in here. Also",
    ] {
        assert!(look.contains(part), "{part}");
    }
    assert_eq!(bench.site.door(&door(0)).unwrap().settings, DoorSettings::default(), "looking changes nothing");
    let set = browser.post("/doors/pharmacy/settings", &query).await;
    assert_eq!(set.header("location"), "/doors/pharmacy?done=door-set", "{}", set.text());
    let settings = bench.site.door(&door(0)).unwrap().settings;
    assert_eq!((settings.times.release_ms, settings.two_person_s), (6_500, Some(15)));
    assert_eq!((settings.exit_button, settings.lockout.denials), (ExitButton::Shunts, 8));
    assert_eq!(settings.age, Some(Age { limit_s: 3_600, beyond: Beyond::Denies }));
    assert_eq!(settings.unknown_time, UnknownTime::Allows);
    let none = browser.post("/doors/pharmacy/settings", "reading=uid-only&age_limit_s=").await;
    assert_eq!(none.header("location"), "/doors/pharmacy?done=door-set", "{}", none.text());
    assert_eq!(bench.site.door(&door(0)).unwrap().settings.age, None);
    let short = browser.post("/doors/pharmacy/settings", "reading=uid-only&age_limit_s=60").await;
    assert!(short.text().contains("age_limit_s-problem"), "{}", short.text());
    assert_eq!(settings.long_times, DoorSettings::default().long_times, "what is not sent stays");
    let gone = browser.post("/doors/pharmacy/settings", "reading=uid-only&leads_out_of=999").await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(gone.text().contains("leads_out_of-problem"));
    let schedule = browser.post("/doors/pharmacy/settings", "reading=uid-only&unlock_schedule=99").await;
    assert!(schedule.text().contains("unlock_schedule-problem"), "{}", schedule.text());
}

#[tokio::test]
async fn the_api_gives_settings_and_takes_them_back_with_one_field_changed() {
    let bench = Bench::new().await;
    bench.add_desk();
    let mut settings = bench.api(Method::GET, "/doors/pharmacy", "").await.json()["settings"].clone();
    settings["release_ms"] = json!(4_000);
    settings["escort_s"] = json!(30);
    settings["age_limit_s"] = json!(5_400);
    settings["age_beyond"] = json!("exempt-only");
    settings["unknown_time"] = json!("allows");
    let set = bench.api(Method::PUT, "/doors/pharmacy/settings", &settings.to_string()).await;
    assert_eq!(set.json()["settings"], settings);
    let with = |field: &str, value: Value| {
        let mut changed = settings.clone();
        changed[field] = value;
        changed.to_string()
    };
    let without = |field: &str| {
        let mut changed = settings.clone();
        changed.as_object_mut().unwrap().remove(field);
        changed.to_string()
    };
    for (body, field) in [
        (with("reading", json!("x")), "reading"),
        (with("exit_button", json!("x")), "exit_button"),
        (with("release_ms", json!(400)), "release_ms"),
        (with("long_release_ms", json!(400)), "long_release_ms"),
        (with("held_alarm_ms", json!(15_000)), "held_alarm_ms"),
        (with("two_person_s", json!(2)), "two_person_s"),
        (with("lockout_denials", json!(2)), "lockout_denials"),
        (with("age_limit_s", json!(299)), "age_limit_s"),
        (with("age_beyond", json!("x")), "age_beyond"),
        (with("unknown_time", json!("x")), "unknown_time"),
        (with("leads_into", json!(77)), "leads_into"),
        (with("unlock_schedule", json!(77)), "unlock_schedule"),
    ] {
        let answer = bench.api(Method::PUT, "/doors/pharmacy/settings", &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.json()["field"], json!(field), "{body}");
        assert!(answer.json()["code"].is_string());
    }
    for body in [with("colour", json!("red")), without("two_person_s"), without("release_ms"), without("age_limit_s")] {
        let answer = bench.api(Method::PUT, "/doors/pharmacy/settings", &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
    for door in ["desk", "none"] {
        let answer = bench.api(Method::PUT, &format!("/doors/{door}/settings"), &settings.to_string()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{door}");
    }
}

#[tokio::test]
async fn the_api_orders_and_commands_with_a_reason() {
    let bench = Bench::new().await;
    bench.tell(0, Mode::Normal, Leaf::Forced, faults(&[Watched::Tamper]));
    let told = bench.api(Method::GET, "/doors/pharmacy", "").await.json();
    assert_eq!((&told["leaf"], &told["faults"]), (&json!("forced"), &json!(["tamper"])));
    assert_eq!((&told["order"], &told["lockdowns"]), (&Value::Null, &json!([])));
    let order = r#"{"mode":"locked","until":"2026-11-24T18:00:00+02:00","reason":"Works"}"#;
    let ordered = bench.api(Method::POST, "/doors/pharmacy/order", order).await.json();
    assert_eq!(ordered["mode_ordered"], json!("locked"));
    let shown = &ordered["order"];
    assert_eq!((&shown["until"], &shown["operator"]), (&json!("2026-11-24T16:00:00Z"), &json!("maija")));
    assert_eq!((&shown["reason"], &shown["in_force"]), (&json!("Works"), &json!(false)));
    for (path, body, field) in [
        ("/doors/main/order", r#"{"mode":"open","until":"2026-11-24T18:00:00Z","reason":"x"}"#, "mode"),
        ("/doors/main/order", r#"{"mode":"locked","until":"soon","reason":"x"}"#, "until"),
        ("/doors/main/order", r#"{"mode":"locked","until":"2026-12-24T18:00:00Z","reason":"x"}"#, "until"),
        ("/doors/main/order", r#"{"mode":"locked","until":"2026-11-24T18:00:00Z","reason":" "}"#, "reason"),
        ("/doors/main/commands", r#"{"action":"unlock-once","reason":""}"#, "reason"),
        ("/doors/main/commands", r#"{"action":"explode","reason":"x"}"#, "action"),
    ] {
        let answer = bench.api(Method::POST, path, body).await;
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)),
            "{body}"
        );
    }
    let unreasoned = bench.api(Method::POST, "/doors/main/commands", r#"{"action":"unlock-once"}"#).await;
    assert_eq!(unreasoned.status, StatusCode::UNPROCESSABLE_ENTITY);
    let ended = bench.api(Method::DELETE, "/doors/pharmacy/order", r#"{"reason":"Done"}"#).await.json();
    assert_eq!((&ended["order"], &ended["mode_ordered"]), (&Value::Null, &Value::Null));
    let asked = bench.api(Method::POST, "/doors/main/commands", r#"{"action":"unlock-once","reason":"Courier"}"#).await;
    assert_eq!((asked.status, &asked.json()["reason"]), (StatusCode::ACCEPTED, &json!("Courier")));
    let place = asked.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(bench.api(Method::GET, &place, "").await.json()["state"], json!("requested"));
}
