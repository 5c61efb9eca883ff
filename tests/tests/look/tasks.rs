//! The tasks of a facility admin and of a security officer, done with hands whose clicks and keystrokes are counted.
//! `docs/UX.md` holds the counts; with `KULKU_UX_WRITE=1` they are written there anew.

use std::path::PathBuf;

use anyhow::{Context, Result};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use site::browser::Browser;
use site::demo::Ready;
use site::http::Client;
use site::people::invent;
use site::scene::{BACKUP, door, in_hospital};
use thirtyfour::prelude::*;

use crate::axe;

/// People in the file that is imported.
const IMPORTED: usize = 500;

/// Who has lost a card: somebody in the middle of the list.
const LOSER: usize = 42;

/// A pair of hands in front of the browser, and what they cost.
struct Hands<'a> {
    browser: &'a Browser,
    dashboard: &'a str,
    clicks: u32,
    keys: u32,
    /// What axe-core found on the pages that the hands came by.
    wrong: Vec<String>,
}

impl Hands<'_> {
    /// Back to the overview, with nothing counted.
    async fn begin(&mut self) -> Result<()> {
        (self.clicks, self.keys) = (0, 0);
        Ok(self.browser.page.goto(self.dashboard).await?)
    }

    async fn click(&mut self, css: &str) -> Result<()> {
        self.clicks += 1;
        self.browser.see(css).await?;
        self.browser.click(css).await
    }

    /// A place of the bar.
    async fn go(&mut self, path: &str) -> Result<()> {
        self.click(&format!("nav.main > ul a[href='{path}']")).await
    }

    /// Clicks into the field unless it waits for typing already, and types.
    async fn fill(&mut self, css: &str, text: &str) -> Result<()> {
        self.focus(css).await?;
        self.keys += u32::try_from(text.chars().count())?;
        self.browser.fill(css, text).await
    }

    async fn enter(&mut self, css: &str) -> Result<()> {
        self.keys += 1;
        self.browser.fill(css, &String::from(Key::Enter.value())).await
    }

    /// Pastes what would take a lifetime to type.
    async fn paste(&mut self, css: &str, text: &str) -> Result<()> {
        self.focus(css).await?;
        self.keys += 2;
        let script = "document.querySelector(arguments[0]).value = arguments[1]";
        self.browser.run(script, vec![json!(css), json!(text)]).await?;
        Ok(())
    }

    /// Opens a list and picks from it, unless the choice is made already.
    async fn choose(&mut self, css: &str, words: &str) -> Result<()> {
        self.browser.see(css).await?;
        let find = "const list = document.querySelector(arguments[0]); \
            const at = [...list.options].findIndex((o) => o.value === arguments[1] || o.text === arguments[1]); \
            return [at, list.multiple || list.selectedIndex !== at]";
        let found = self.browser.run(find, vec![json!(css), json!(words)]).await?;
        let place = found[0].as_u64().with_context(|| format!("{css} does not offer {words}"))?;
        if found[1] == json!(true) {
            // A list that is open needs no click to open.
            self.clicks +=
                if self.browser.page.find(By::Css(css)).await?.attr("multiple").await?.is_some() { 1 } else { 2 };
            let options = self.browser.page.find_all(By::Css(format!("{css} option"))).await?;
            options.get(usize::try_from(place)?).context("the list has changed")?.click().await?;
        }
        Ok(())
    }

    /// Reads the page: axe-core does, too.
    async fn read(&mut self, css: &str) -> Result<String> {
        let text = self.browser.see(css).await?.text().await?;
        let here = self.browser.page.current_url().await?;
        let found = axe::check_open(self.browser).await?;
        self.wrong.extend(found.into_iter().map(|what| format!("{}: {what}", here.path())));
        Ok(text)
    }

    async fn focus(&mut self, css: &str) -> Result<()> {
        self.browser.see(css).await?;
        let waits = "return document.querySelector(arguments[0]) === document.activeElement";
        if self.browser.run(waits, vec![json!(css)]).await? != json!(true) {
            self.clicks += 1;
            self.browser.click(css).await?;
        }
        Ok(())
    }
}

#[test]
fn the_usual_tasks_take_as_many_clicks_and_keystrokes_as_the_page_about_them_says() {
    in_hospital(|browser, ready| async move {
        let api = Client::new(&ready.dashboard, Some(&ready.token));
        browser.always(&axe::rules()?).await?;
        let mut hands = Hands { browser: &browser, dashboard: &ready.dashboard, clicks: 0, keys: 0, wrong: Vec::new() };
        let mut counted = Vec::new();
        macro_rules! task {
            ($number:literal, $steps:expr) => {
                hands.begin().await?;
                $steps.await.context(concat!("task ", $number))?;
                counted.push(($number, hands.clicks, hands.keys));
            };
        }
        task!(1, lost_card(&mut hands, &api));
        task!(2, who_entered(&mut hands));
        task!(3, refusal(&mut hands, &ready, &api));
        task!(4, new_nurse(&mut hands, &api));
        task!(5, holiday(&mut hands));
        task!(6, lockdown(&mut hands, &ready));
        task!(7, alarm(&mut hands, &api));
        task!(8, import(&mut hands, &api));
        task!(9, unused(&mut hands));
        task!(10, language(&mut hands));
        compare(&counted)?;
        assert!(hands.wrong.is_empty(), "{}", hands.wrong.join("\n"));
        browser.close().await
    })
    .unwrap();
}

async fn lost_card(hands: &mut Hands<'_>, api: &Client) -> Result<()> {
    let loser = &invent(LOSER + 1)[LOSER];
    hands.go("/desk").await?;
    hands.fill("#q", &loser.name).await?;
    hands.enter("#q").await?;
    hands.click("#people a").await?;
    hands.choose("#original", &loser.uid.hex()).await?;
    hands.choose("#cause", "lost").await?;
    hands.fill("#backup", BACKUP).await?;
    hands.choose("#document", "passport").await?;
    // The place is the one of the last time.
    assert_eq!(hands.browser.see("#place").await?.value().await?.as_deref(), Some("Pääaula"));
    hands.read("#hand-out").await?;
    hands.click("form[action='/desk/hand-out'] button").await?;
    let receipt = hands.read(".receipt").await?;
    assert!(receipt.contains(BACKUP) && receipt.contains(&loser.name), "{receipt}");
    let card: Value = api.read(&format!("/api/v1/cards/{}", loser.uid.hex()))?;
    assert_eq!(card["life"], "blocked", "{card}");
    Ok(())
}

async fn who_entered(hands: &mut Hands<'_>) -> Result<()> {
    hands.go("/events").await?;
    hands.click("details.filter > summary").await?;
    hands.choose("form[action='/events'] [name=door]", "pharmacy").await?;
    hands.choose("form[action='/events'] [name=code]", "granted").await?;
    for (name, days) in [("from", -1), ("until", 1)] {
        // As the browser's language wants dates: month, day and year, then the time.
        let day = (Utc::now() + TimeDelta::days(days)).format("%m%d%Y");
        hands.fill(&format!("form[action='/events'] [name={name}]"), &format!("{day}\u{e004}0830AM")).await?;
    }
    hands.click("form[action='/events'] button").await?;
    let rows = hands.read("table.events").await?;
    let people = invent(17);
    assert!(
        rows.contains(&people[15].name) && rows.contains(&people[16].name) && !rows.contains(&people[7].name),
        "{rows}"
    );
    if let Ok(link) = hands.browser.page.find(By::Css("main a[href*='.csv']")).await {
        hands.clicks += 1;
        link.click().await?;
    }
    Ok(())
}

async fn refusal(hands: &mut Hands<'_>, ready: &Ready, api: &Client) -> Result<()> {
    let refusals = || {
        let denied: Value = api.read("/api/v1/events?code=denied&limit=100").ok()?;
        Some(denied.get("items")?.as_array()?.len())
    };
    let before = refusals().unwrap_or_default();
    // Somebody whose card is blocked stands at the pharmacy and rings security.
    assert!(door(ready, "pharmacy")?.tap(&invent(8)[7].uid.hex(), 60)?.signal.starts_with("denied"));
    site::wait::until("the refusal in the log", || refusals().filter(|now| *now > before))?;
    hands.begin().await?;
    hands.click("tr[data-code=denied] a[href^='/events/']").await?;
    let why = hands.read("#why").await?;
    let said = hands.read("#say").await?;
    assert!(!why.is_empty() && !said.is_empty());
    Ok(())
}

async fn new_nurse(hands: &mut Hands<'_>, api: &Client) -> Result<()> {
    hands.go("/people").await?;
    hands.click("details.add > summary").await?;
    hands.fill("#name", "Tuulikki Uusi").await?;
    hands.fill("#external_id", "HR20001").await?;
    hands.enter("#external_id").await?;
    hands.click("#employments a.button").await?;
    hands.fill("#title", "Sairaanhoitaja").await?;
    hands.fill("#unit", "Osasto 1").await?;
    hands.read("main form").await?;
    hands.click("button[name=step][value=save]").await?;
    let employments = hands.read("#employments").await?;
    assert!(employments.contains("Osasto 1"), "{employments}");
    let found: Value = api.read("/api/v1/people?text=HR20001")?;
    assert_eq!(found["items"][0]["name"], "Tuulikki Uusi", "{found}");
    Ok(())
}

async fn holiday(hands: &mut Hands<'_>) -> Result<()> {
    hands.go("/rules").await?;
    hands.click(".tabs a[href='/rules/holidays']").await?;
    let day = Utc::now().format("%Y-12-24").to_string();
    hands.fill("#added", &day).await?;
    hands.enter("#added").await?;
    hands.read("form:has([name=seen])").await?;
    hands.click("form:has([name=seen]) button").await?;
    let saved = "main:has(.note.good[role=status])";
    hands.browser.see(saved).await?;
    hands.browser.see(&format!("[name=on][value='{day}']")).await?;
    // The check leaves no more than the first rows of a table.
    hands.read(saved).await?;
    Ok(())
}

async fn lockdown(hands: &mut Hands<'_>, ready: &Ready) -> Result<()> {
    hands.go("/lockdown").await?;
    hands.choose("#where", "Osastot").await?;
    hands.click("fieldset.quick button").await?;
    hands.read("#will").await?;
    hands.click("button.danger").await?;
    hands.read("section.lockdown .facts").await?;
    let ward = door(ready, "ward-1")?;
    let locked = || (ward.read::<Value>("/state").ok()?["mode"] == "locked-down").then_some(());
    site::wait::until("the ward locked down", locked)
}

async fn alarm(hands: &mut Hands<'_>, api: &Client) -> Result<()> {
    hands.click("#alarms a[href^='/alarms/']").await?;
    hands.read("#do").await?;
    let number = hands.browser.page.current_url().await?.path().replace("/alarms/", "");
    let open = "form[action$='/acknowledge'] button";
    if hands.browser.page.find(By::Css(open)).await.is_ok() {
        hands.click(open).await?;
        hands.browser.see(".note.good[role=status]").await?;
    }
    hands.fill("#close-comment", "The mover had a key").await?;
    hands.click("form[action$='/close'] button").await?;
    hands.read(".note.good[role=status]").await?;
    let alarm: Value = api.read(&format!("/api/v1/alarms/{number}"))?;
    assert_eq!(alarm["state"], "closed", "{alarm}");
    Ok(())
}

async fn import(hands: &mut Hands<'_>, api: &Client) -> Result<()> {
    hands.click(".menu summary").await?;
    hands.click(".menu a[href='/import']").await?;
    hands.click("#kind-people").await?;
    let row = |number| format!("U{number:04},Uusi Henkilö {number},P{number:04},Osasto 2,Sairaanhoitaja\n");
    let rows: String = (0..IMPORTED).map(row).collect();
    hands.paste("#content", &format!("person,name,employment,unit,title\n{rows}")).await?;
    hands.click("button[name=step][value=look]").await?;
    hands.read("#outcome").await?;
    hands.click("button[name=step][value=apply]").await?;
    hands.read("[role=status]").await?;
    let found: Value = api.read("/api/v1/people?text=U0499")?;
    assert_eq!(found["items"][0]["name"], "Uusi Henkilö 499", "{found}");
    Ok(())
}

async fn unused(hands: &mut Hands<'_>) -> Result<()> {
    hands.click(".menu summary").await?;
    hands.click(".menu a[href='/reports']").await?;
    hands.click("main a[href='/reports/unused']").await?;
    // The hospital is younger than the ninety days that are asked for, so the list is short.
    let title = hands.read("main:has([name=days]) h1").await?;
    assert!(title.contains("Unused"), "{title}");
    Ok(())
}

async fn language(hands: &mut Hands<'_>) -> Result<()> {
    hands.click(".languages button[value=sv]").await?;
    hands.browser.see("html[lang=sv]").await?;
    Ok(())
}

/// Holds the counts against the table in `docs/UX.md`, or writes them there.
fn compare(counted: &[(u32, u32, u32)]) -> Result<()> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/UX.md");
    let text = std::fs::read_to_string(&path)?;
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let mut cells: Vec<String> = line.split('|').map(str::to_owned).collect();
        let number = cells.get(1).and_then(|cell| cell.trim().parse::<u32>().ok());
        if let (Some((_, clicks, keys)), true) = (counted.iter().find(|one| Some(one.0) == number), cells.len() > 5) {
            if cells[3].trim() != clicks.to_string() || cells[4].trim() != keys.to_string() {
                wrong.push(format!("{}: {clicks} clicks, {keys} keystrokes", cells[2].trim()));
            }
            (cells[3], cells[4]) = (format!(" {clicks} "), format!(" {keys} "));
        }
        lines.push(cells.join("|"));
    }
    if std::env::var_os("KULKU_UX_WRITE").is_some() {
        std::fs::write(&path, lines.join("\n") + "\n")?;
        return Ok(());
    }
    anyhow::ensure!(
        wrong.is_empty(),
        "docs/UX.md says otherwise; KULKU_UX_WRITE=1 writes it anew:\n{}",
        wrong.join("\n")
    );
    Ok(())
}
