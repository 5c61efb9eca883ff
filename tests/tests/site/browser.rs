//! What an admin and a security officer do, in a real browser.

use std::future::Future;
use std::process::Command;

use site::people::invent;
use site::process::{Process, free_port};
use site::wait;
use site::whole::{Broker, OPERATOR, Whole, people};
use thirtyfour::prelude::*;

const HOLD_MS: u32 = 60;

/// A browser without a window, and the program that drives it.
pub(crate) struct Browser {
    _driver: Process,
    _folder: tempfile::TempDir,
    pub(crate) page: WebDriver,
}

impl Browser {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port().unwrap();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}"));
        let driver = Process::start_silent(&mut command, &folder.path().join("chromedriver.log")).unwrap();
        wait::until("the browser's driver", || std::net::TcpStream::connect(("127.0.0.1", port)).ok()).unwrap();
        let mut wanted = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            // The tests run as root in CI, where Chromium has no sandbox.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--lang=en",
            "--window-size=1280,900",
        ] {
            wanted.add_arg(argument).unwrap();
        }
        wanted.add_arg(&format!("--user-data-dir={}", folder.path().display())).unwrap();
        let page = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await.unwrap();
        Self { _driver: driver, _folder: folder, page }
    }

    pub(crate) async fn sign_in(&self, site: &Whole) {
        self.page.goto(&site.dashboard).await.unwrap();
        self.fill("name", OPERATOR.0).await;
        self.fill("password", OPERATOR.1).await;
        self.click("main form button").await;
        self.see("nav").await;
    }

    async fn fill(&self, id: &str, text: &str) {
        self.page.query(By::Id(id)).first().await.unwrap().send_keys(text).await.unwrap();
    }

    pub(crate) async fn click(&self, css: &str) {
        let element = self.page.query(By::Css(css)).and_clickable().first().await.unwrap();
        element.click().await.unwrap();
    }

    pub(crate) async fn see(&self, css: &str) -> WebElement {
        self.page.query(By::Css(css)).wait(wait::PATIENCE, std::time::Duration::from_millis(50)).first().await.unwrap()
    }
}

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
        let browser = Browser::open().await;
        browser.sign_in(&site).await;
        browser.page.goto(format!("{}/events", site.dashboard)).await.unwrap();
        browser.see("#live:not([hidden])").await;
        assert!(browser.page.find_all(By::Css("tr[data-code=granted]")).await.unwrap().is_empty());
        let door = site.doors[0].control.clone();
        let card = uid.clone();
        let seen = tokio::task::spawn_blocking(move || door.tap(&card, HOLD_MS)).await.unwrap().unwrap();
        assert_eq!(seen.signal, "granted");
        let row = browser.see("tr[data-code=granted]").await.text().await.unwrap();
        assert!(row.contains(&uid) && row.contains(&invent(1)[0].name), "{row}");
        browser.page.clone().quit().await.unwrap();
    });
    site.stop().unwrap();
}

#[test]
fn a_card_blocked_on_its_page_is_refused_at_the_door() {
    let (site, uid) = site_of();
    in_browser(|| async {
        let browser = Browser::open().await;
        browser.sign_in(&site).await;
        browser.page.goto(format!("{}/cards/{uid}", site.dashboard)).await.unwrap();
        browser.click("#life details:has(input[value=block]) summary").await;
        browser.click("#life form:has(input[value=block]) button").await;
        browser.see("#life form:has(input[value=reinstate])").await;
        browser.page.clone().quit().await.unwrap();
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
        let browser = Browser::open().await;
        browser.page.goto(format!("{}/cards", site.dashboard)).await.unwrap();
        browser.fill("name", OPERATOR.0).await;
        browser.fill("password", "guessed").await;
        browser.click("main form button").await;
        browser.see("[role=alert]").await;
        assert!(browser.page.current_url().await.unwrap().path().starts_with("/sign-in"));
        browser.page.clone().quit().await.unwrap();
    });
    site.stop().unwrap();
}
