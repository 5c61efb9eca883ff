//! A forced door, a lockdown and a door that is held open, as a security officer and an admin see them in a real
//! browser.

use serde_json::{Value, json};
use site::browser::Browser;
use site::wait;
use site::whole::{OPERATOR, Whole};
use thirtyfour::prelude::*;

use crate::browser::{in_browser, site_of};

const HOLD_MS: u32 = 60;

/// Loads a page again and again until what it shows in one place has these words.
async fn see_words(browser: &Browser, url: &str, css: &str, words: &str) {
    let end = std::time::Instant::now() + wait::PATIENCE;
    loop {
        browser.page.goto(url).await.unwrap();
        let text = match browser.page.find(By::Css(css)).await {
            Ok(element) => element.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        if text.contains(words) {
            return;
        }
        assert!(std::time::Instant::now() < end, "{words:?} is not at {url}: {text}");
    }
}

fn contact(site: &Whole, open: bool) -> Value {
    site.doors[0].control.act("/contact", &json!({"open": open})).unwrap()
}

fn door_shows(site: &Whole, key: &str, value: &str) {
    let so = || (site.doors[0].control.read::<Value>("/state").ok()?[key] == value).then_some(());
    wait::until(value, so).unwrap();
}

#[test]
fn a_forced_door_appears_among_the_alarms_and_is_acknowledged_and_closed() {
    let (site, _) = site_of();
    assert_eq!(contact(&site, true)["leaf"], "forced");
    in_browser(|| async {
        let browser = Browser::open().await.unwrap();
        browser.sign_in(&site.dashboard, OPERATOR).await.unwrap();
        see_words(&browser, &format!("{}/doors/door-1", site.dashboard), "#now", "Forced open").await;
        see_words(&browser, &format!("{}/alarms", site.dashboard), "table.rows tbody", "Door forced open").await;
        browser.click("tr[id^=alarm-] th a").await.unwrap();
        browser.fill("#acknowledge-comment", "I am on my way").await.unwrap();
        browser.click("form[action$='/acknowledge'] button").await.unwrap();
        browser.see("#history").await.unwrap();
        browser.see("details[open] form[action$='/close']").await.unwrap();
        browser.fill("#close-comment", "The mover had a key").await.unwrap();
        browser.click("form[action$='/close'] button").await.unwrap();
        let url = format!("{}/alarms?state=closed", site.dashboard);
        see_words(&browser, &url, "table.rows tbody", "Door forced open").await;
        browser.close().await.unwrap();
    });
    let alarms: Value = site.api.read("/api/v1/alarms?state=closed&kind=forced-open").unwrap();
    let alarm = &alarms["items"][0];
    assert_eq!(alarm["acknowledged"]["comment"], "I am on my way", "{alarm}");
    assert_eq!((&alarm["closed"]["operator"], alarm["count"].as_i64()), (&json!(OPERATOR.0), Some(1)), "{alarm}");
    site.stop().unwrap();
}

#[test]
fn a_lockdown_from_its_page_is_in_force_at_the_door_until_it_is_lifted() {
    let (site, uid) = site_of();
    in_browser(|| async {
        let browser = Browser::open().await.unwrap();
        browser.sign_in(&site.dashboard, OPERATOR).await.unwrap();
        let (door, lockdown) = (format!("{}/doors/door-1", site.dashboard), format!("{}/lockdown", site.dashboard));
        browser.page.goto(&door).await.unwrap();
        browser.click("a[href^='/lockdown?where=door']").await.unwrap();
        browser.fill("#start #reason", "A stranger in the ward").await.unwrap();
        browser.click("#start form > .buttons button").await.unwrap();
        browser.see("button.danger").await.unwrap();
        let untouched: Value = site.doors[0].control.read("/state").unwrap();
        assert_eq!(untouched["mode"], "normal", "it began before anybody confirmed it");
        browser.click("button.danger").await.unwrap();
        browser.see("section.lockdown .facts").await.unwrap();
        door_shows(&site, "mode", "locked-down");
        see_words(&browser, &door, "#now", "■ Locked down").await;
        see_words(&browser, &lockdown, "section.lockdown", "A stranger in the ward").await;
        let seen = site.doors[0].control.tap(&uid, HOLD_MS).unwrap();
        assert_eq!((seen.lock.as_str(), seen.reasons), ("locked", vec!["locked-down".to_owned()]));

        browser.click("section.lockdown details.confirm summary").await.unwrap();
        browser.fill("section.lockdown input[name=lifted]", "All clear").await.unwrap();
        browser.click("section.lockdown details button").await.unwrap();
        door_shows(&site, "mode", "normal");
        see_words(&browser, &door, "#now", "Normal: cards decide").await;
        browser.close().await.unwrap();
    });
    assert_eq!(site.doors[0].control.tap(&uid, HOLD_MS).unwrap().signal, "granted");
    site.stop().unwrap();
}

#[test]
fn a_door_that_is_held_open_says_so_on_its_page_until_it_closes() {
    let (site, uid) = site_of();
    site.api.set_up("door-1", &json!({"held_warning_ms": 1_000, "held_alarm_ms": 1_500})).unwrap();
    site.settle().unwrap();
    assert_eq!(site.doors[0].control.tap(&uid, HOLD_MS).unwrap().signal, "granted");
    assert_eq!(contact(&site, true)["leaf"], "open");
    in_browser(|| async {
        let browser = Browser::open().await.unwrap();
        browser.sign_in(&site.dashboard, OPERATOR).await.unwrap();
        let door = format!("{}/doors/door-1", site.dashboard);
        see_words(&browser, &door, "#now", "Held open: alarm").await;
        assert_eq!(contact(&site, false)["leaf"], "closed");
        see_words(&browser, &door, "#now", "Closed").await;
        browser.close().await.unwrap();
    });
    site.stop().unwrap();
}
