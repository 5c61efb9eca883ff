//! Every page against the rules of axe-core, for its width and for its weight.
//!
//! ```text
//!  links, read over HTTP ──▶ pages ──▶ language ──▶ two windows at once, each with the next page:
//!                              │                      load it once, in the theme and width whose turn it is
//!                      the router's table             its width and its weight, then axe-core over it
//! ```

use std::cell::RefCell;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use site::browser::{Browser, Look};
use site::scene::in_hospital;

use crate::pages::{self, Page};
use crate::routes;

pub(crate) const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];
const WIDTHS: [u32; 4] = [320, 768, 1280, 1920];
const HEIGHT: u32 = 900;

/// Looks at a first page of its kind.
const LOOKS: usize = 3;

/// Most that a page may cost until it is there, with its style, script and icon, as if nothing had been kept from
/// earlier pages. Headers are counted as 300 bytes each, as browsers do.
const BYTES_MAX: u64 = 60 * 1024;

/// What is wrong with the page that is open. Everything that is folded is unfolded first, but for the menu, which
/// would lie over the rest. An element that reaches out at the side is named.
const CHECK: &str = r#"
const done = arguments[arguments.length - 1];
const found = [];
const sideways = (when) => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const out = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1);
  return [`scrolls sideways ${when}: ${root.scrollWidth} of ${root.clientWidth}, ${out.slice(-2).map((e) => e.outerHTML.slice(0, 120))}`];
};
found.push(...sideways("as it comes"));
for (const box of document.querySelectorAll("details:not(.menu)")) box.open = true;
found.push(...sideways("unfolded"));
const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
const bytes = loaded.reduce((sum, one) => sum + one.encodedBodySize + 300, 0);
for (const one of loaded) if (!one.name.startsWith(location.origin)) found.push(`from elsewhere: ${one.name}`);
// A list's further rows are like those before, and cost most of the time.
for (const row of document.querySelectorAll("tbody > tr:nth-child(n + 13)")) row.remove();
const only = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
axe.run(document, { runOnly: only, resultTypes: ["violations"] }).then(
  (result) => {
    for (const rule of result.violations)
      for (const node of rule.nodes) found.push(`${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`.slice(0, 400));
    done({ found, bytes, passes: result.passes.length, here: location.pathname + location.search });
  },
  (error) => done({ found: [String(error)], bytes, passes: 0 }),
);
"#;

/// What is found over all pages, by either of two windows.
#[derive(Default)]
struct Found {
    wrong: Vec<String>,
    checks: usize,
    heaviest: (u64, String),
}

#[test]
fn every_page_keeps_the_rules_of_accessibility_in_every_language_theme_and_width() {
    in_hospital(|browser, ready| async move {
        let all = pages::all(&ready.dashboard, &browser.session().await?)?;
        let forgotten = routes::forgotten(&all)?;
        assert!(forgotten.is_empty(), "{}", forgotten.join("\n"));
        let other = Browser::open().await?;
        other.join(&browser, &ready.dashboard).await?;
        for window in [&browser, &other] {
            window.always(&rules()?).await?;
        }
        let found = RefCell::new(Found::default());
        for language in LANGUAGES {
            // A language is the operator's, so both windows speak the same.
            browser.speak(language).await?;
            let turns = all.iter().enumerate().flat_map(|(number, page)| {
                looks(number, page).filter(move |look| look.language == language).map(move |look| (page, look))
            });
            let mut turns: Vec<(&Page, Look)> = turns.collect();
            turns.sort_by_key(|(_, look)| (look.width, look.dark));
            let turns = RefCell::new(turns);
            let next = || turns.borrow_mut().pop();
            tokio::try_join!(
                work(&browser, &ready.dashboard, &next, &found),
                work(&other, &ready.dashboard, &next, &found)
            )?;
        }
        let Found { wrong, checks, heaviest } = found.into_inner();
        let kinds = all.iter().filter(|page| page.is_first).count();
        println!("{} pages of {kinds} kinds, {checks} checks; the heaviest: {heaviest:?}", all.len());
        assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
        assert!(heaviest.0 <= BYTES_MAX, "{heaviest:?}");
        other.close().await?;
        browser.close().await
    })
    .unwrap();
}

/// Takes one page after the other until there is none.
async fn work<'a>(
    browser: &Browser,
    dashboard: &str,
    next: &impl Fn() -> Option<(&'a Page, Look)>,
    found: &RefCell<Found>,
) -> Result<()> {
    let mut before = None;
    while let Some((page, look)) = next() {
        // A browser draws the page anew for it, which costs as much as the rules.
        if before.replace(look) != Some(look) {
            browser.resize(look.width, HEIGHT, look.dark).await?;
        }
        browser.page.goto(format!("{dashboard}{}", page.path)).await?;
        let (mut wrong, bytes) = read(browser, Some(&page.path)).await?;
        wrong.extend(browser.console().await?.into_iter().map(|message| format!("console: {message}")));
        let mut found = found.borrow_mut();
        for what in wrong {
            found.wrong.push(format!("{} {look:?}: {what}", page.path));
        }
        found.heaviest = std::mem::take(&mut found.heaviest).max((bytes, page.path.clone()));
        found.checks += 1;
    }
    Ok(())
}

/// What axe-core finds wrong with the page that is open, as it stands. For the pages that only a form leads to.
pub(crate) async fn check_open(browser: &Browser) -> Result<Vec<String>> {
    Ok(read(browser, None).await?.0)
}

/// The rules as a script that leaves them in the page; for [`Browser::always`].
pub(crate) fn rules() -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path).with_context(|| {
        format!("{} is missing; tests/run fetches it, or `npm ci --ignore-scripts` in tests/axe", path.display())
    })
}

/// What is wrong with the page that is open, and what it weighs.
async fn read(browser: &Browser, wanted: Option<&str>) -> Result<(Vec<String>, u64)> {
    let answer = browser.run_async(CHECK, vec![]).await?;
    let mut found = texts(&answer["found"]);
    if answer["passes"].as_u64().unwrap_or(0) == 0 {
        found.push(format!("axe-core looked at nothing: {answer}"));
    }
    if let Some(wanted) = wanted.filter(|wanted| answer["here"] != *wanted) {
        found.push(format!("{wanted} led to {}", answer["here"]));
    }
    Ok((found, answer["bytes"].as_u64().unwrap_or(u64::MAX)))
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|what| what.as_str().unwrap_or_default().to_owned()).collect()
}

/// How a page is looked at: in each language, in both themes, as narrow and as wide as can be and in one width between. A
/// second page of a kind is looked at once. Over twelve pages in a row, every language, theme and width comes together.
pub(crate) fn looks(number: usize, page: &Page) -> impl Iterator<Item = Look> + use<> {
    let between = if (number / 3).is_multiple_of(2) { 768 } else { 1280 };
    let dark = (number / 6).is_multiple_of(2);
    let chosen = [(320, dark), (1920, !dark), (between, dark)];
    let is_first = page.is_first;
    let turn = move |at: usize| is_first || at == number % LOOKS;
    let look = move |(at, (width, dark))| Look { language: LANGUAGES[(number + at) % LANGUAGES.len()], dark, width };
    chosen.into_iter().enumerate().filter(move |(at, _)| turn(*at)).map(look)
}

#[test]
fn over_twelve_pages_every_language_theme_and_width_come_together_and_each_page_sees_the_extremes() {
    let page = Page { path: String::new(), is_first: true };
    let mut all: Vec<Look> = Vec::new();
    for number in 0..12 {
        let looks: Vec<Look> = looks(number, &page).collect();
        assert!(LANGUAGES.iter().all(|language| looks.iter().any(|look| look.language == *language)), "{looks:?}");
        assert!([true, false].iter().all(|dark| looks.iter().any(|look| look.dark == *dark)), "{looks:?}");
        assert!([320, 1920].iter().all(|width| looks.iter().any(|look| look.width == *width)), "{looks:?}");
        all.extend(looks);
    }
    for language in LANGUAGES {
        for dark in [true, false] {
            for width in WIDTHS {
                assert!(all.contains(&Look { language, dark, width }), "{language} {dark} {width}");
            }
        }
    }
}
