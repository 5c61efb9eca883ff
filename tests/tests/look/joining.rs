//! On the way in: what only whoever has not signed in comes by, and what a new operator does once.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use chrono::Utc;
use serde_json::json;
use site::browser::Browser;
use site::http::Client;
use site::scene::in_hospital;

use crate::axe::{self, looks};
use crate::pages::Page;
use crate::routes::BEFORE;

const NAME: &str = "Uusi Käyttäjä";
const PASSWORD: &str = "a quite long one";

/// Seconds for which a code of the second step is good.
const STEP_S: i64 = 30;

/// Somebody who looks at everything on the way.
struct Eyes<'a> {
    browser: &'a Browser,
    dashboard: &'a str,
    seen: Vec<String>,
    wrong: Vec<String>,
}

impl Eyes<'_> {
    /// A page in each language, in both themes, as narrow and as wide as can be.
    async fn look(&mut self, path: &str) -> Result<()> {
        let page = Page { path: path.to_owned(), is_first: true };
        for look in looks(self.seen.len(), &page) {
            self.browser.speak(look.language).await?;
            self.browser.resize(look.width, 900, look.dark).await?;
            self.browser.page.goto(format!("{}{path}", self.dashboard)).await?;
            let here = self.browser.page.current_url().await?;
            anyhow::ensure!(path.starts_with(here.path()), "{path} led to {here}");
            self.read(path).await?;
        }
        self.seen.push(path.to_owned());
        Ok(())
    }

    /// The answer to a form: it cannot be asked for again, so it is looked at as it stands.
    async fn answer(&mut self, what: &str) -> Result<()> {
        for (width, dark) in [(320, true), (1280, false)] {
            self.browser.resize(width, 900, dark).await?;
            self.read(what).await?;
        }
        Ok(())
    }

    async fn read(&mut self, what: &str) -> Result<()> {
        let found = axe::check_open(self.browser).await?;
        self.wrong.extend(found.into_iter().map(|fault| format!("{what}: {fault}")));
        Ok(())
    }

    async fn password(&mut self, password: &str) -> Result<()> {
        self.browser.page.goto(format!("{}/sign-in", self.dashboard)).await?;
        self.browser.fill("#name", NAME).await?;
        self.browser.fill("#password", password).await?;
        self.browser.click("main form button").await
    }

    async fn code(&mut self, code: &str) -> Result<()> {
        self.browser.fill("#code", code).await?;
        self.browser.click("main form button").await
    }
}

#[test]
fn whoever_joins_and_signs_in_meets_no_page_that_breaks_the_rules() {
    in_hospital(|browser, ready| async move {
        let api = Client::new(&ready.dashboard, Some(&ready.token));
        let invited = api.act("/api/v1/operators", &json!({"name": NAME, "role": "desk"}))?;
        let link = invited["link"].as_str().context("no link")?;
        browser.always(&axe::rules()?).await?;
        browser.page.delete_all_cookies().await?;
        browser.page.goto(format!("{}/accessibility", ready.dashboard)).await?;
        let mut eyes = Eyes { browser: &browser, dashboard: &ready.dashboard, seen: Vec::new(), wrong: Vec::new() };
        for path in ["/accessibility", "/sign-in", "/sign-in?done=signed-out", "/welcome/nobody", link] {
            eyes.look(path).await?;
        }
        joins(&mut eyes).await?;
        let recovery = second_step(&mut eyes).await?;
        signs_in(&mut eyes, &recovery).await?;
        for route in BEFORE {
            let start = route.split('{').next().unwrap_or_default();
            assert!(eyes.seen.iter().any(|path| path.starts_with(start)), "{route} was not looked at");
        }
        assert!(eyes.wrong.is_empty(), "{} faults:\n{}", eyes.wrong.len(), eyes.wrong.join("\n"));
        browser.close().await
    })
    .unwrap();
}

/// Sets a password, not at the first try.
async fn joins(eyes: &mut Eyes<'_>) -> Result<()> {
    for (again, then) in [("another one", "[aria-invalid=true]"), (PASSWORD, ".note.good[role=status]")] {
        eyes.browser.fill("#new-password", PASSWORD).await?;
        eyes.browser.fill("#new-again", again).await?;
        eyes.browser.click("main form button").await?;
        eyes.browser.see(then).await?;
        eyes.answer("the first password").await?;
    }
    Ok(())
}

/// Sets up the second step, and brings back a code for the day on which the telephone is lost.
async fn second_step(eyes: &mut Eyes<'_>) -> Result<String> {
    eyes.password(PASSWORD).await?;
    eyes.browser.see("nav.main").await?;
    for is_right in [false, true] {
        eyes.browser.page.goto(format!("{}/me/second-step", eyes.dashboard)).await?;
        let secret = eyes.browser.see("[name=secret]").await?.value().await?.context("no secret")?;
        let code = if is_right { code(&secret)? } else { "123".to_owned() };
        eyes.browser.fill("#step-current", PASSWORD).await?;
        eyes.code(&code).await?;
        eyes.browser.see(if is_right { ".codes" } else { "#code-problem" }).await?;
        eyes.answer("the second step").await?;
    }
    Ok(eyes.browser.see(".codes code").await?.text().await?)
}

/// Once more from outside: with a wrong password, a wrong code, and a right one.
async fn signs_in(eyes: &mut Eyes<'_>, recovery: &str) -> Result<()> {
    eyes.browser.page.delete_all_cookies().await?;
    eyes.password("a wrong one").await?;
    eyes.browser.see("[role=alert]").await?;
    eyes.answer("a wrong password").await?;
    eyes.password(PASSWORD).await?;
    eyes.browser.see("#code").await?;
    eyes.look("/sign-in/code").await?;
    eyes.code("123456").await?;
    eyes.browser.see("#code-problem").await?;
    eyes.answer("a wrong code").await?;
    eyes.code(recovery).await?;
    eyes.browser.see("nav.main").await?;
    Ok(())
}

/// What an authenticator app shows now, computed by a stranger: RFC 6238 with HMAC-SHA-1.
fn code(secret: &str) -> Result<String> {
    let key = format!("hexkey:{secret}");
    let mut openssl = Command::new("openssl");
    openssl.args(["dgst", "-sha1", "-mac", "HMAC", "-macopt", &key, "-binary"]);
    let mut child = openssl.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("openssl")?;
    let step = (Utc::now().timestamp() / STEP_S).to_be_bytes();
    child.stdin.take().context("openssl hears nothing")?.write_all(&step)?;
    let digest = child.wait_with_output()?.stdout;
    let at = usize::from(digest.last().context("openssl says nothing")? & 15);
    let number = digest[at..at + 4].iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    Ok(format!("{:06}", (number & 0x7FFF_FFFF) % 1_000_000))
}
