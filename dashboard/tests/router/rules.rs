//! Groups, areas, schedules, holidays and rules: pages, forms, the preview, and the API.

use crate::support::{Answer, Bench, Browser, EVIL, actor, door};
use access::calendar::Schedule;
use access::time::Window;
use axum::http::{Method, StatusCode};
use db::site::{Effect, LockdownScope, NewEmployment, NewRule, PersonId, RuleEdit};

mod api;

/// A site with a group of one, two areas, a schedule and a rule.
struct Rules {
    bench: Bench,
    browser: Browser,
}

impl Rules {
    async fn new() -> Self {
        let bench = Bench::new().await;
        let site = &bench.site;
        let group = site.add_group(&actor(), "Hoitajat").unwrap();
        let person = site.people(&Default::default(), page()).unwrap()[0].id;
        let work = NewEmployment::always("Leikkaus", "Hoitaja");
        site.add_employment(&actor(), PersonId(2), &work).unwrap();
        let member = RuleEdit::SetMember { group, person, window: Window::ALWAYS };
        site.edit_rules(&actor(), &member).unwrap();
        let area = site.add_area(&actor(), "Osastot", &[door(1)]).unwrap();
        site.add_area(&actor(), "Kellari", &[door(2)]).unwrap();
        let mut body = Schedule::default();
        for day in body.days.iter_mut().take(5) {
            day.push(access::calendar::DayWindow { from_min: 420, until_min: 960 });
        }
        let schedule = site.add_schedule(&actor(), "Virka-aika", body).unwrap();
        let effect = Effect::Allow;
        let rule = NewRule { group, area, schedule, effect, window: Window::ALWAYS, note: "arki".to_owned() };
        site.add_rule(&actor(), rule).unwrap();
        let browser = bench.signed_in().await;
        Self { bench, browser }
    }

    fn change(&self) -> u64 {
        self.bench.site.latest().unwrap().0
    }

    /// Sends a form, then what the preview would send; returns the preview and the answer to the confirmation.
    async fn confirm(&mut self, path: &str, form: &str) -> (Answer, Answer) {
        let before = self.change();
        let preview = self.browser.post(path, form).await;
        assert_eq!(preview.status, StatusCode::OK, "{path} {form}: {}", preview.text());
        assert_eq!(self.change(), before, "a preview saves nothing");
        let seen = format!("name=\"seen\" value=\"{before}\"");
        assert!(preview.text().contains(&seen), "{path}: {}", preview.text());
        let saved = self.browser.post(path, &format!("{form}&seen={before}")).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{path}: {}", saved.text());
        (preview, saved)
    }
}

fn page() -> db::site::Page {
    db::site::Page { after: None, limit: 10 }
}

const PAGES: [&str; 16] = [
    "/rules",
    "/rules?group=hoit&area=osas&door=ward-3&person=maija",
    "/rules?areas_after=1",
    "/rules/new",
    "/rules/new?group=1&area=1",
    "/rules/1",
    "/rules/groups",
    "/rules/groups/1",
    "/rules/groups/1?who=m",
    "/rules/areas",
    "/rules/areas/1",
    "/rules/areas/1?text=osa",
    "/rules/schedules",
    "/rules/schedules/new",
    "/rules/schedules/1",
    "/rules/holidays?year=2026",
];

#[tokio::test]
async fn every_page_is_whole_and_points_at_what_is_there_in_every_language() {
    let mut rules = Rules::new().await;
    for language in ["fi", "sv", "en"] {
        rules.browser.language = language;
        for path in PAGES {
            let answer = rules.browser.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            whole(path, &answer.text());
        }
    }
}

/// Complete, with every sentence, no style of its own, each id once and every pointer at one.
pub(crate) fn whole(path: &str, text: &str) {
    assert!(text.trim_end().ends_with("</html>"), "{path}");
    for bad in ["Unknown localization", " style=", "http://", "https://", "onclick"] {
        assert!(!text.contains(bad), "{path}: {bad}");
    }
    assert!(text.len() < 45_000, "{path}: {} bytes", text.len());
    let found = |name: &str| -> Vec<String> {
        text.split(name).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = found(" id=\"");
    for id in &ids {
        assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{path}: {id} twice");
    }
    for target in [" for=\"", " aria-describedby=\"", " href=\"#"].iter().flat_map(|name| found(name)) {
        assert!(ids.contains(&target), "{path}: {target} is nowhere");
    }
}

#[tokio::test]
async fn the_matrix_shows_words_and_its_filters_hide_what_does_not_fit() {
    let mut rules = Rules::new().await;
    let text = rules.browser.get("/rules").await.text();
    for part in ["Hoitajat", "Osastot", "Kellari", "Virka-aika", "Lets in", "/rules/new?group=1&amp;area=2"] {
        assert!(text.contains(part), "{part}");
    }
    for (query, shown, hidden) in [
        ("area=kell", "/rules/areas/2", "/rules/areas/1"),
        ("door=ward-3", "/rules/areas/1", "/rules/areas/2"),
        ("group=x", "No rules to show", "/rules/groups/1"),
        ("person=maija", "/rules/groups/1", "No rules to show"),
        ("person=script", "No rules to show", "/rules/groups/1"),
    ] {
        let text = rules.browser.get(&format!("/rules?{query}")).await.text();
        assert!(text.contains(&format!("{shown}\"")) || text.contains(shown), "{query}: {shown}");
        assert!(!text.contains(&format!("{hidden}\"")), "{query}: {hidden}");
    }
}

#[tokio::test]
async fn a_matrix_of_many_groups_and_areas_is_shown_in_pages() {
    let mut rules = Rules::new().await;
    for number in 0..20 {
        rules.bench.site.add_group(&actor(), &format!("Ryhmä {number}")).unwrap();
        rules.bench.site.add_area(&actor(), &format!("Alue {number}"), &[]).unwrap();
    }
    let text = rules.browser.get("/rules").await.text();
    whole("/rules", &text);
    assert!(text.contains("groups_after=12") && text.contains("areas_after=6"), "{text}");
    let next = rules.browser.get("/rules?groups_after=12&areas_after=6").await.text();
    assert!(next.contains("Ryhmä 11<") && !next.contains("Hoitajat") && !next.contains("Osastot"), "{next}");
}

#[tokio::test]
async fn a_rule_is_previewed_saved_changed_and_removed() {
    let mut rules = Rules::new().await;
    let form = "effect=allow&group=1&area=2&schedule=0&from=&until=&note=";
    let (preview, saved) = rules.confirm("/rules/new", form).await;
    assert_eq!(saved.header("location"), "/rules/2?done=rule-added");
    let text = preview.text();
    for part in
        ["1 permission gained", "Maija Meik", "Pääovi", "Nobody loses a door", "Hoitajat – Kellari: Lets in, Always"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    whole("/rules/new", &text);
    let (preview, saved) = rules.confirm("/rules/2", &form.replace("allow", "deny")).await;
    assert!(preview.text().contains("1 permission lost"), "{}", preview.text());
    assert_eq!(saved.header("location"), "/rules/2?done=rule-changed");
    assert!(rules.browser.get("/rules").await.text().contains("Keeps out"));
    let (_, saved) = rules.confirm("/rules/2/remove", "x=").await;
    assert_eq!(saved.header("location"), "/rules?done=rule-removed");
    assert_eq!(rules.browser.get("/rules/2").await.status, StatusCode::NOT_FOUND);
    let log = rules.browser.get("/log").await.text();
    assert!(log.contains("Rule added") && log.contains("Rule removed"));
}

#[tokio::test]
async fn a_rule_of_a_late_group_still_names_it_in_its_form() {
    let mut rules = Rules::new().await;
    let site = &rules.bench.site;
    let mut group = db::site::GroupId(1);
    for number in 0..1_001 {
        group = site.add_group(&actor(), &format!("Ryhmä {number}")).unwrap();
    }
    let rule = NewRule { group, ..site.rule(db::site::RuleId(1)).unwrap().rule };
    site.edit_rules(&actor(), &RuleEdit::ChangeRule { rule: db::site::RuleId(1), to: rule }).unwrap();
    let text = rules.browser.get("/rules/1").await.text();
    assert!(text.contains(&format!("<option value=\"{}\" selected>Ryhmä 1000", group.0)), "{text}");
}

#[tokio::test]
async fn what_was_previewed_is_not_saved_if_something_has_changed_since() {
    let mut rules = Rules::new().await;
    let form = "effect=allow&group=1&area=2&schedule=0&from=&until=&note=";
    let seen = rules.change();
    rules.bench.site.add_group(&actor(), "Muut").unwrap();
    let answer = rules.browser.post("/rules/new", &format!("{form}&seen={seen}")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let now = rules.change();
    assert!(answer.text().contains("Nothing was saved"));
    assert!(answer.text().contains(&format!("name=\"seen\" value=\"{now}\"")), "it can be confirmed anew");
    assert_eq!(rules.bench.site.rules(&Default::default(), page()).unwrap().len(), 1);
    let saved = rules.browser.post("/rules/new", &format!("{form}&seen={now}")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn members_come_and_go_by_name_and_by_rule() {
    let mut rules = Rules::new().await;
    let (preview, _) = rules.confirm("/rules/groups/1/member", "who=&person=2&from=&until=2027-01-01T00%3A00").await;
    assert!(!preview.text().contains(EVIL) && preview.text().contains("&#60;script&#62;"));
    let text = rules.browser.get("/rules/groups/1").await.text();
    assert!(text.contains("2 members by name") && text.contains("1 Jan 2027"), "{text}");
    rules.confirm("/rules/groups/1/leave", "person=2").await;
    rules.confirm("/rules/groups/1/match", "unit=Leikkaus&title=&kind=staff").await;
    let text = rules.browser.get("/rules/groups/1").await.text();
    assert!(text.contains("unit Leikkaus, card:"), "{text}");
    let matrix = rules.browser.get("/rules?person=script").await.text();
    assert!(matrix.contains("/rules/groups/1\""), "who is a member by rule is found too");
    let again = rules.browser.post("/rules/groups/1/match", "unit=Leikkaus&title=&kind=staff").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    rules.confirm("/rules/groups/1/unmatch", "unit=Leikkaus&title=&kind=staff").await;
    assert!(rules.bench.site.group(db::site::GroupId(1)).unwrap().matches.is_empty());
}

#[tokio::test]
async fn groups_and_areas_are_added_renamed_and_removed_if_no_rule_names_them() {
    let mut rules = Rules::new().await;
    for (path, kind) in [("/rules/groups", "group"), ("/rules/areas", "area")] {
        let added = rules.browser.post(path, "name=Uusi").await;
        let place = added.header("location").split('?').next().unwrap().to_owned();
        assert!(place.starts_with(path), "{place}");
        let renamed = rules.browser.post(&format!("{place}/rename"), "name=Uudempi").await;
        assert_eq!(renamed.header("location"), format!("{place}?done={kind}-changed"));
        assert!(rules.browser.get(path).await.text().contains("Uudempi"));
        let removed = rules.browser.post(&format!("{place}/remove"), "").await;
        assert_eq!(removed.header("location"), format!("{path}?done={kind}-removed"));
        let refused = rules.browser.post(&format!("{path}/1/remove"), "").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("A rule names this"));
    }
}

#[tokio::test]
async fn only_the_doors_that_were_shown_change_in_an_area() {
    let mut rules = Rules::new().await;
    let (preview, _) = rules.confirm("/rules/areas/1", "shown=pharmacy&shown=main&door=main").await;
    assert!(preview.text().contains("1 permission gained"), "{}", preview.text());
    let doors = rules.bench.site.area(db::site::AreaId(1)).unwrap().doors;
    assert_eq!(doors.iter().map(|(door, _)| door.as_str()).collect::<Vec<_>>(), ["main", "ward-3"]);
    let (preview, _) = rules.confirm("/rules/areas/1", "shown=main&shown=ward-3").await;
    assert!(preview.text().contains("2 permissions lost"), "{}", preview.text());
}

const WEEK: &str = "name=Y%C3%B6vuoro&monday=22%3A00-06%3A00&tuesday=07.00-12.00%2C13.00-16.30&wednesday=&thursday=\
    &friday=&saturday=&sunday=&holiday=own&holiday_hours=10%3A00-14%3A00&exceptions=2026-12-24+08%3A00-12%3A00%0D%0A\
    2026-12-31";

#[tokio::test]
async fn a_schedule_is_typed_drawn_and_told_for_this_week() {
    let mut rules = Rules::new().await;
    let added = rules.browser.post("/rules/schedules/new", WEEK).await;
    assert_eq!(added.header("location"), "/rules/schedules/2?done=schedule-added");
    let text = rules.browser.get("/rules/schedules/2").await.text();
    whole("/rules/schedules/2", &text);
    for part in [
        "22:00-06:00",
        "until 06:00 from the day before",
        "07:00-12:00, 13:00-16:30",
        "2026-12-24 08:00-12:00\n2026-12-31",
        "x=\"1320\" y=\"12\" width=\"120\"",
        "class=\"spill\" x=\"0\" y=\"12\" width=\"360\"",
        "today",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (_, saved) = rules.confirm("/rules/schedules/2", &WEEK.replace("2026-12-31", "2026-12-30")).await;
    assert_eq!(saved.header("location"), "/rules/schedules/2?done=schedule-changed");
    let removed = rules.browser.post("/rules/schedules/2/remove", "").await;
    assert_eq!(removed.header("location"), "/rules/schedules?done=schedule-removed");
    let refused = rules.browser.post("/rules/schedules/1/remove", "").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_week_with_a_holiday_says_so() {
    let mut rules = Rules::new().await;
    // To the week of Independence Day, which is a Sunday in 2026, and to that of Christmas.
    rules.bench.wait_ms(31 * 86_400_000);
    rules.browser = rules.bench.signed_in().await;
    let text = rules.browser.get("/rules/schedules/1").await.text();
    assert!(text.contains("Holiday: Christmas Day"), "{text}");
}

#[tokio::test]
async fn holidays_are_switched_off_added_and_named_in_every_language() {
    let mut rules = Rules::new().await;
    for (language, name) in [("fi", "Itsenäisyyspäivä"), ("sv", "Självständighetsdagen"), ("en", "Independence Day")]
    {
        rules.browser.language = language;
        let text = rules.browser.get("/rules/holidays?year=2026").await.text();
        assert!(text.contains(name) && text.contains("2026-12-06"), "{language}");
    }
    let form = "year=2026&shown=2026-12-06&shown=2026-12-25&shown=2026-12-24&on=2026-12-25&on=2026-12-24&set=finland\
        &zone=Europe%2FHelsinki&added=31.12.2026";
    // Something else is refused: what was ticked and what was not is as it was entered.
    let refused = rules.browser.post("/rules/holidays", &form.replace("31.12.2026", "tomorrow")).await.text();
    assert!(refused.contains(r#"value="2026-12-24" checked"#), "{refused}");
    assert!(refused.contains(r#"name="on" value="2026-12-06">"#), "{refused}");
    let (_, saved) = rules.confirm("/rules/holidays", form).await;
    assert_eq!(saved.header("location"), "/rules/holidays?done=holidays-changed");
    let changed = rules.bench.site.site_calendar().unwrap().holidays.changed;
    let changed: Vec<_> = changed.into_iter().map(|(date, is)| (date.to_string(), is)).collect();
    let expected = [("2026-12-06", false), ("2026-12-24", true), ("2026-12-31", true)];
    assert_eq!(changed, expected.map(|(date, is)| (date.to_owned(), is)));
    // Back to what is computed: the changes go away again.
    let form = "year=2026&shown=2026-12-06&shown=2026-12-24&shown=2026-12-31&on=2026-12-06&set=finland\
        &zone=Europe%2FHelsinki&added=";
    rules.confirm("/rules/holidays", form).await;
    assert!(rules.bench.site.site_calendar().unwrap().holidays.changed.is_empty());
}

#[tokio::test]
async fn bad_input_is_named_where_it_is_and_changes_nothing() {
    let mut rules = Rules::new().await;
    let week = |monday: &str| WEEK.replace("monday=22%3A00-06%3A00", &format!("monday={monday}"));
    let days = |lines: &str| format!("{}{lines}", WEEK.split("2026-12-24").next().unwrap());
    let rule = "effect=allow&group=1&area=1&schedule=0&from=&until=&note=";
    for (path, form, said) in [
        ("/rules/groups", "name=".to_owned(), "Enter a value"),
        ("/rules/groups", "name=Hoitajat".to_owned(), "exists already"),
        ("/rules/groups/1/rename", "name=".to_owned(), "Enter a value"),
        ("/rules/groups/1/member", "person=99&from=&until=".to_owned(), "no such person"),
        (
            "/rules/groups/1/member",
            "person=1&from=2027-01-01T00%3A00&until=2026-01-01T00%3A00".to_owned(),
            "end must be after",
        ),
        ("/rules/groups/1/match", "unit=&title=&kind=".to_owned(), "Enter a unit"),
        ("/rules/groups/1/match", "unit=&title=&kind=zeppelin".to_owned(), "Choose one"),
        ("/rules/areas", "name=Osastot".to_owned(), "exists already"),
        ("/rules/areas/1", "shown=none&door=none".to_owned(), "no such door"),
        ("/rules/areas/1", "shown=desk&door=desk".to_owned(), "no such door"),
        ("/rules/new", rule.replace("group=1", "group=99"), "no such group"),
        ("/rules/new", rule.replace("area=1", "area=99"), "no such area"),
        ("/rules/new", rule.replace("schedule=0", "schedule=99"), "no such schedule"),
        ("/rules/new", rule.replace("allow", "maybe"), "Choose one"),
        (
            "/rules/new",
            rule.replace("from=&until=", "from=2027-01-01T00%3A00&until=2026-01-01T00%3A00"),
            "end must be after",
        ),
        ("/rules/new", rule.replace("group=1", "group=99") + "&seen=1", "would do now"),
        ("/rules/schedules/new", week("07%3A00-25%3A00"), "Monday, window 1 “07:00-25:00”: there is no such time"),
        ("/rules/schedules/new", week("07%3A00-07%3A00"), "begins and ends at the same time"),
        (
            "/rules/schedules/new",
            week("07%3A00-12%3A00%2C11%3A00-13%3A00"),
            "Monday, window 2 “11:00-13:00”: it begins before",
        ),
        ("/rules/schedules/new", week("%3Cb%3E"), "Monday, window 1 “&#60;b&#62;”"),
        ("/rules/schedules/new", WEEK.replace("holiday=own", "holiday=x"), "Choose one"),
        ("/rules/schedules/new", days("24.12.2026"), "is not a date"),
        ("/rules/schedules/new", days("2026-12-24%0A2026-12-24"), "2026-12-24 is listed twice"),
        ("/rules/schedules/new", days("2026-12-24+8-12"), "2026-12-24, window 1 “8-12”"),
        ("/rules/schedules/new", WEEK.replace("name=Y%C3%B6vuoro", "name=Virka-aika"), "exists already"),
        ("/rules/holidays", "year=2026&set=finland&zone=Mars&added=".to_owned(), "not known"),
        ("/rules/holidays", "year=2026&set=finland&zone=UTC&added=tomorrow".to_owned(), "“tomorrow” is not a date"),
    ] {
        let before = rules.change();
        let answer = rules.browser.post(path, &form).await;
        let text = answer.text();
        if form.contains("seen=") {
            // What was confirmed long ago is refused first.
            assert!([StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY].contains(&answer.status), "{path} {form}");
        } else {
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {form}: {text}");
            assert!(text.contains(said), "{path} {form}: {said}: {text}");
            whole(path, &text);
        }
        assert_eq!(rules.change(), before, "{path} {form}");
    }
}

#[tokio::test]
async fn what_was_deleted_meanwhile_is_gone() {
    let mut rules = Rules::new().await;
    let rule = "effect=allow&group=1&area=1&schedule=0&from=&until=&note=";
    for (path, form) in [
        ("/rules/99", rule),
        ("/rules/99/remove", ""),
        ("/rules/groups/99/rename", "name=x"),
        ("/rules/groups/99/member", "person=1&from=&until="),
        ("/rules/areas/99", "shown=main&door=main"),
        ("/rules/schedules/99", WEEK),
        ("/rules/schedules/99999999", WEEK),
    ] {
        assert_eq!(rules.browser.post(path, form).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/rules/99", "/rules/groups/x", "/rules/areas/99", "/rules/schedules/99", "/rules/groups/99"] {
        assert_eq!(rules.browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn an_area_that_is_locked_down_stays_and_the_page_says_why() {
    let rules = Rules::new().await;
    let area = rules.bench.site.add_area(&actor(), "Yläkerta", &[]).unwrap();
    rules.bench.site.lock_down(&actor(), &LockdownScope::Area(area.0), None, "A threat").unwrap();
    let gone = rules.bench.api(Method::DELETE, &format!("/areas/{}", area.0), "").await;
    assert_eq!((gone.status, gone.json()["code"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("locked-down")));
    let mut browser = rules.bench.signed_in().await;
    let refused = browser.post(&format!("/rules/areas/{}/remove", area.0), "").await;
    assert!(refused.text().contains("This area is locked down. Lift the lockdown first."), "{}", refused.text());
}
