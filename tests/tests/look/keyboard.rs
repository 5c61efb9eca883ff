//! Without a mouse: everything can be reached, the focus can be seen, nothing holds it, and the menu obeys.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use site::browser::Browser;
use site::scene::in_hospital;
use thirtyfour::prelude::*;

use crate::pages;

/// Presses beyond the controls that there are, a few times, before something counts as out of reach. A field for a time
/// has a stop for each of its parts.
const MORE: usize = 30;
const TIMES: usize = 4;

/// Notes every stop from now on, and begins at the link that skips to the content. Says how many stops there may be.
const BEGIN: &str = r#"
window.stops = new Set();
window.unseen = [];
const note = (element) => {
  window.stops.add(element);
  const style = getComputedStyle(element);
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) === 0) window.unseen.push(element.outerHTML.slice(0, 120));
};
document.addEventListener("focusin", (event) => note(event.target));
const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
window.can = [...document.querySelectorAll(all)].filter((e) => !e.disabled && e.checkVisibility({ visibilityProperty: true }));
document.querySelector(".skip").focus();
const parts = { "datetime-local": 7, date: 4, time: 3 };
return window.can.reduce((sum, e) => sum + 1 + (parts[e.type] ?? 0), 0);
"#;

/// What was not reached, and what did not show that it was. One of several radio buttons stands for all.
const END: &str = r#"
const reached = (e) => window.stops.has(e) || (e.type === "radio" && [...window.stops].some((s) => s.type === "radio" && s.name === e.name && s.form === e.form));
return {
  missed: window.can.filter((e) => !reached(e)).map((e) => e.outerHTML.slice(0, 120)),
  unseen: window.unseen,
  forced: [...document.querySelectorAll("[tabindex]")].filter((e) => e.tabIndex > 0).map((e) => e.outerHTML.slice(0, 120)),
};
"#;

#[test]
fn every_page_can_be_walked_with_the_tab_key_alone() {
    in_hospital(|browser, ready| async move {
        let mut wrong = Vec::new();
        let all = pages::all(&ready.dashboard, &browser.session().await?)?;
        for (number, page) in all.iter().filter(|page| page.is_first).enumerate() {
            // Narrow and wide in turn: a narrow page has a menu instead of a bar.
            browser.resize(if number % 2 == 0 { 1280 } else { 320 }, 900, false).await?;
            browser.page.goto(format!("{}{}", ready.dashboard, page.path)).await?;
            let found = walk(&browser).await?;
            for (what, elements) in found.as_object().context("no answer")? {
                if elements.as_array().is_none_or(|elements| !elements.is_empty()) {
                    wrong.push(format!("{} {what}: {elements}", page.path));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        browser.close().await
    })
    .unwrap();
}

#[test]
fn the_bar_fits_a_line_of_1280_px_and_the_menu_opens_and_closes_with_keys() {
    in_hospital(|browser, ready| async move {
        browser.page.goto(format!("{}/settings", ready.dashboard)).await?;
        for language in ["fi", "sv", "en"] {
            browser.speak(language).await?;
            browser.resize(1280, 900, false).await?;
            browser.page.goto(format!("{}/settings", ready.dashboard)).await?;
            let heights = "const height = (css) => document.querySelector(css).getBoundingClientRect().height;
                return [height('.bar'), height('.bar summary')]";
            let heights = browser.run(heights, vec![]).await?;
            let (bar, summary) = (heights[0].as_f64().unwrap_or(f64::MAX), heights[1].as_f64().unwrap_or_default());
            assert!(bar < 2.0 * summary, "{language}: the bar has more than one line: {heights}");
        }
        for key in [Key::Enter, Key::Space] {
            browser.run("document.querySelector('.menu summary').focus()", vec![]).await?;
            press(&browser, &String::from(key.value())).await?;
            browser.see(".menu[open] a[href='/import']").await?;
            press(&browser, &String::from(Key::Escape.value())).await?;
            let state = "return [document.querySelector('.menu').open, document.activeElement.localName]";
            assert_eq!(browser.run(state, vec![]).await?, json!([false, "summary"]));
        }
        // Whoever goes on past the menu leaves it shut behind.
        press(&browser, &String::from(Key::Enter.value())).await?;
        browser.see(".menu[open]").await?;
        browser.click(".foot").await?;
        assert_eq!(browser.run("return document.querySelector('.menu').open", vec![]).await?, json!(false));
        browser.close().await
    })
    .unwrap();
}

async fn walk(browser: &Browser) -> Result<Value> {
    let stops = browser.run(BEGIN, vec![]).await?.as_u64().context("no number of stops")?;
    press(browser, &tabs(usize::try_from(stops)?)).await?;
    let mut found = browser.run(END, vec![]).await?;
    for _ in 0..TIMES {
        if found["missed"].as_array().is_some_and(Vec::is_empty) {
            break;
        }
        press(browser, &tabs(MORE)).await?;
        found = browser.run(END, vec![]).await?;
    }
    Ok(found)
}

fn tabs(count: usize) -> String {
    std::iter::repeat_n(Key::Tab.value(), count).collect()
}

async fn press(browser: &Browser, keys: &str) -> Result<()> {
    Ok(browser.page.action_chain().send_keys(keys).perform().await?)
}
