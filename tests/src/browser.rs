//! A real browser without a window: Chromium, and the program that drives it.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use thirtyfour::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;

use crate::process::{Process, free_port};
use crate::wait;

/// How often the browser looks for what it waits for.
const EVERY: Duration = Duration::from_millis(50);

/// The cookie of a session.
const SESSION: &str = "kulku";

/// Chromium without what draws its own windows: the same pages in two thirds of the time.
const PROGRAM: &str = "/usr/bin/chromium-headless-shell";

/// The window of whoever does not say otherwise.
const WINDOW: &str = "--window-size=1280,900";

/// Longest that a script in the page may take: the rules of axe-core on the longest page take two seconds on a quiet
/// machine.
const SCRIPT_MAX: Duration = Duration::from_secs(60);

/// One browser with one window, empty at first.
#[derive(Debug)]
pub struct Browser {
    /// The window.
    pub page: WebDriver,
    _driver: Process,
    _folder: tempfile::TempDir,
}

/// How a page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// `fi`, `sv` or `en`.
    pub language: &'static str,
    /// Dark, or light.
    pub dark: bool,
    /// Width of the window in CSS pixels.
    pub width: u32,
}

impl Browser {
    /// Starts one.
    ///
    /// # Errors
    /// If Chromium or its driver is missing or does not start; `tests/run` installs both.
    pub async fn open() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}"));
        let driver = Process::start_silent(&mut command, &folder.path().join("chromedriver.log"))?;
        wait::until("the browser's driver", || std::net::TcpStream::connect(("127.0.0.1", port)).ok())?;
        let mut wanted = DesiredCapabilities::chrome();
        for argument in [
            // The tests run as root in CI, where Chromium has no sandbox.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-software-rasterizer",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--lang=en",
            WINDOW,
        ] {
            wanted.add_arg(argument)?;
        }
        wanted.set_binary(PROGRAM)?;
        // The driver refuses this program under the browser's own name.
        wanted.set("browserName", "chrome-headless-shell")?;
        wanted.add_arg(&format!("--user-data-dir={}", folder.path().display()))?;
        wanted.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
        let page = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await?;
        page.set_script_timeout(SCRIPT_MAX).await?;
        Ok(Self { page, _driver: driver, _folder: folder })
    }

    /// Signs in at a dashboard, and is at its overview then.
    ///
    /// # Errors
    /// If the page does not come, or does not let this operator in.
    pub async fn sign_in(&self, dashboard: &str, (name, password): (&str, &str)) -> Result<()> {
        self.page.goto(format!("{dashboard}/sign-in")).await?;
        self.fill("#name", name).await?;
        self.fill("#password", password).await?;
        self.click("main form button").await?;
        self.see("nav.main").await?;
        Ok(())
    }

    /// The session of whoever has signed in here, as a header of other programs.
    ///
    /// # Errors
    /// If nobody has.
    pub async fn session(&self) -> Result<String> {
        let cookie = self.page.get_named_cookie(SESSION).await?;
        Ok(format!("{SESSION}={}", cookie.value))
    }

    /// Goes on with the session of another window at the same dashboard.
    ///
    /// # Errors
    /// If the other has none, or the dashboard does not answer.
    pub async fn join(&self, other: &Self, dashboard: &str) -> Result<()> {
        let cookie = other.page.get_named_cookie(SESSION).await?;
        self.page.goto(format!("{dashboard}/accessibility")).await?;
        Ok(self.page.add_cookie(cookie).await?)
    }

    /// From now on every page begins with this script.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn always(&self, script: &str) -> Result<()> {
        let source = json!({"source": script});
        self.page.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", source).await?;
        Ok(())
    }

    /// Types into a field.
    ///
    /// # Errors
    /// If there is no such field.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        let field = self.page.query(By::Css(css)).first().await.with_context(|| css.to_owned())?;
        field.send_keys(text).await.with_context(|| css.to_owned())
    }

    /// Clicks once it can be clicked.
    ///
    /// # Errors
    /// If there is nothing of that kind, or something lies over it.
    pub async fn click(&self, css: &str) -> Result<()> {
        let element = self.page.query(By::Css(css)).and_clickable().first().await.with_context(|| css.to_owned())?;
        element.click().await.with_context(|| css.to_owned())
    }

    /// Waits until there is one.
    ///
    /// # Errors
    /// If there is none within [`wait::PATIENCE`].
    pub async fn see(&self, css: &str) -> Result<WebElement> {
        self.page.query(By::Css(css)).wait(wait::PATIENCE, EVERY).first().await.with_context(|| css.to_owned())
    }

    /// What a script in the page returns.
    ///
    /// # Errors
    /// If it throws.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.page.execute(script, arguments).await?.json().clone())
    }

    /// What a script in the page hands to its last argument, a function.
    ///
    /// # Errors
    /// If it throws, or does not call it in time.
    pub async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.page.execute_async(script, arguments).await?.json().clone())
    }

    /// From now on in this width and theme. The window itself cannot be narrower than some 500 pixels, so it is the
    /// page that is told.
    ///
    /// # Errors
    /// If the browser refuses.
    pub async fn resize(&self, width: u32, height: u32, dark: bool) -> Result<()> {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.page.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await?;
        let scheme = if dark { "dark" } else { "light" };
        // What is still moving is neither measured nor photographed.
        let still = json!({"name": "prefers-reduced-motion", "value": "reduce"});
        let theme = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}, still]});
        self.page.cdp().send_raw("Emulation.setEmulatedMedia", theme).await?;
        Ok(())
    }

    /// From now on in this language. Some page of the dashboard has to be open.
    ///
    /// # Errors
    /// If the dashboard refuses.
    pub async fn speak(&self, language: &str) -> Result<()> {
        let chosen = "const done = arguments[1]; const body = new URLSearchParams({language: arguments[0], back: '/accessibility'}); \
             fetch('/language', {method: 'POST', body}).then((answer) => done(answer.ok), () => done(false))";
        let chosen = self.run_async(chosen, vec![json!(language)]).await?;
        anyhow::ensure!(chosen == json!(true), "the language {language} was refused");
        Ok(())
    }

    /// The errors in the page's console since this was asked last, but for what is told of a page that is refused or
    /// not there: asking for it is no mistake of the pages.
    ///
    /// # Errors
    /// If the browser does not say.
    pub async fn console(&self) -> Result<Vec<String>> {
        let errors = self.page.browser_log().await?.into_iter().filter(|entry| entry.level == "SEVERE");
        let told = |message: &String| !message.contains("status of 40") && !message.contains("status of 422");
        Ok(errors.map(|entry| entry.message).filter(told).collect())
    }

    /// Ends it.
    ///
    /// # Errors
    /// If it does not answer any more.
    pub async fn close(self) -> Result<()> {
        Ok(self.page.clone().quit().await?)
    }
}
