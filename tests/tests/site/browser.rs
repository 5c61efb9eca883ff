//! What an admin and a security officer do, in a real browser.

use site::browser::Browser;
use site::people::invent;
use site::wait;
use site::whole::{Broker, OPERATOR, Whole, people};
use std::future::Future;
use thirtyfour::prelude::*;

const HOLD_MS: u32 = 60;

/// The site's calls block, so they are made outside the browser's runtime.
pub(crate) fn in_browser<F: Future<Output = ()>>(steps: impl FnOnce() -> F) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(steps());
}

pub(crate) fn site_of() -> (Whole, String) {
    let site = Whole::start(Broker::Embedded, 1, &people(3, 1).unwrap()).unwrap();
    let uid = invent(1)[0].uid.hex();
    site.doors[0].make_card(&uid, "classic-1k").unwrap();
    site.settle().unwrap();
    (site, uid)
}

#[test]
fn a_tap_appears_in_the_open_page_by_itself() {
    let (site, uid) = site_of();
    in_browser(|| async {
        let browser = Browser::open().await.unwrap();
        browser.sign_in(&site.dashboard, OPERATOR).await.unwrap();
        browser.page.goto(format!("{}/events", site.dashboard)).await.unwrap();
        browser.see("#live:not([hidden])").await.unwrap();
        assert!(browser.page.find_all(By::Css("tr[data-code=granted]")).await.unwrap().is_empty());
        let door = site.doors[0].control.clone();
        let card = uid.clone();
        let seen = tokio::task::spawn_blocking(move || door.tap(&card, HOLD_MS)).await.unwrap().unwrap();
        assert_eq!(seen.signal, "granted");
        let row = browser.see("tr[data-code=granted]").await.unwrap().text().await.unwrap();
        assert!(row.contains(&uid) && row.contains(&invent(1)[0].name), "{row}");
        browser.close().await.unwrap();
    });
    site.stop().unwrap();
}

#[test]
fn a_card_blocked_on_its_page_is_refused_at_the_door() {
    let (site, uid) = site_of();
    in_browser(|| async {
        let browser = Browser::open().await.unwrap();
        browser.sign_in(&site.dashboard, OPERATOR).await.unwrap();
        browser.page.goto(format!("{}/cards/{uid}", site.dashboard)).await.unwrap();
        browser.click("#life details:has(input[value=block]) summary").await.unwrap();
        browser.click("#life form:has(input[value=block]) button").await.unwrap();
        browser.see("#life form:has(input[value=reinstate])").await.unwrap();
        browser.close().await.unwrap();
    });
    let refused = || {
        let seen = site.doors[0].control.tap(&uid, HOLD_MS).ok()?;
        (seen.signal == "denied-for-good" && seen.lock == "locked").then_some(())
    };
    wait::until("the card refused", refused).unwrap();
    wait::until("the refusal in the log", || {
        let taps = site.taps("door-1").ok()?;
        taps.iter().any(|tap| tap.reasons == ["card-blocked"]).then_some(())
    })
    .unwrap();
    site.stop().unwrap();
}

#[test]
fn without_a_sign_in_there_is_nothing_to_see_and_a_wrong_password_says_so() {
    let (site, _) = site_of();
    in_browser(|| async {
        let browser = Browser::open().await.unwrap();
        browser.page.goto(format!("{}/cards", site.dashboard)).await.unwrap();
        browser.fill("#name", OPERATOR.0).await.unwrap();
        browser.fill("#password", "guessed").await.unwrap();
        browser.click("main form button").await.unwrap();
        browser.see("[role=alert]").await.unwrap();
        assert!(browser.page.current_url().await.unwrap().path().starts_with("/sign-in"));
        browser.close().await.unwrap();
    });
    site.stop().unwrap();
}
