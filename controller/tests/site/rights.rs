//! Rights to practise from a register: all of an answer or nothing.

use std::time::Duration;

use controller::config::Register;
use db::site::{ImportPerson, NewRight, Page, PeopleFilter, RightView, Site};

use crate::lists::server::{Mode, Web};
use crate::support::{Bench, actor};

const SOURCE: &str = "register";

/// People E1 to E30.
async fn bench(web: &Web) -> Bench {
    let prepare = |site: &Site| {
        let person = |number| ImportPerson {
            name: format!("Person {number}"),
            external_id: Some(format!("E{number}")),
            // The register does not know of this one, and ends it never.
            rights: vec![NewRight::always("nurse", "by hand", actor().at)],
            ..ImportPerson::default()
        };
        let people: Vec<ImportPerson> = (1..=30).map(person).collect();
        site.import(&actor(), &people).unwrap();
    };
    Bench::with(&[], prepare, |config, _| {
        config.register = Some(Register {
            url: web.url.clone(),
            source: SOURCE.to_owned(),
            token: Some("a-secret".to_owned().into()),
            authority: None,
            every: Duration::from_millis(50),
            time_out: Duration::from_millis(500),
        });
    })
    .await
}

fn right(person: &str, until: &str) -> String {
    format!(
        r#"{{"person": "{person}", "profession": "physician", "from": "2020-01-01", "until": {until},
            "checked": "2026-01-02T03:04:05Z"}}"#
    )
}

fn answer(rights: &[String]) -> Vec<u8> {
    format!("[{}]", rights.join(",")).into_bytes()
}

/// What the register said of everybody.
fn rights(site: &Site) -> Vec<RightView> {
    let people = site.people(&PeopleFilter::default(), Page { after: None, limit: 100 }).unwrap();
    let all = people.iter().flat_map(|person| site.rights(person.id).unwrap());
    all.filter(|right| right.source == SOURCE).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_are_as_the_register_has_them_with_its_name_and_the_day_it_looked() {
    let two = [right("E1", "null"), right("E2", "\"2027-12-31\""), right("E99", "null")];
    let web = Web::start("\"one\"", answer(&two));
    let bench = bench(&web).await;
    bench.until_changed("both", |site| rights(site).len() == 2).await;
    assert!(rights(bench.site()).iter().all(|right| right.checked.0 == 1_767_323_045_000));
    assert!(web.asked().iter().all(|head| head.contains("authorization: bearer a-secret")));
    web.publish("\"two\"", answer(&two[..1]));
    let now = |site: &Site| rights(site).iter().filter(|right| right.window.until.is_some()).count() == 1;
    bench
        .until_changed("the second ends", |site| {
            now(site) && rights(site).iter().any(|right| right.window.until.is_none())
        })
        .await;
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_cannot_be_taken_whole_changes_nothing_and_raises_its_alarm() {
    let all: Vec<String> = (1..=30).map(|number| right(&format!("E{number}"), "null")).collect();
    let web = Web::start("\"one\"", answer(&all));
    let bench = bench(&web).await;
    bench.until_changed("all", |site| rights(site).len() == 30).await;
    let before = (bench.site().latest().unwrap(), rights(bench.site()));
    let backwards = [all[..29].to_vec(), vec![right("E30", "\"2019-12-31\"")]].concat();
    let typo = [all[..29].to_vec(), vec![all[29].replace("until", "untill")]].concat();
    for (code, mode, body) in [
        ("rights-refused", Mode::Serve, answer(&backwards)),
        ("rights-unreadable", Mode::Serve, answer(&typo)),
        ("rights-mass-removal", Mode::Serve, answer(&all[..10])),
        ("rights-unreachable", Mode::Redirect, answer(&all[..29])),
    ] {
        web.publish("\"other\"", body);
        web.set(mode);
        bench.until_alarm(code).await;
        assert_eq!((bench.site().latest().unwrap(), rights(bench.site())), before, "{code}");
    }
    assert!(web.asked().iter().all(|head| !head.contains("/moved")), "a secret is told to nobody else");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_answer_ends_the_last_rights_of_the_register() {
    let web = Web::start("\"one\"", answer(&[right("E1", "null"), right("E2", "null")]));
    let bench = bench(&web).await;
    bench.until_changed("both", |site| rights(site).len() == 2).await;
    web.publish("\"two\"", answer(&[]));
    let ended = |site: &Site| rights(site).iter().all(|right| right.window.until.is_some());
    bench.until_changed("both end", ended).await;
    bench.stop().await;
}
