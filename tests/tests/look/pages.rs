//! Which pages there are: whatever links lead to, one or two of each kind, and what no link leads to.

use std::collections::{BTreeMap, VecDeque};

use anyhow::Result;
use site::browser::Browser;
use site::people::invent;
use site::scene::NURSE;

/// So many pages of one kind are looked at: an alarm that nobody has looked at is another page than a closed one.
const OF_A_KIND: usize = 2;

/// Most pages that are opened at all. A site whose links never end would keep the test going for ever.
const OPENED_MAX: usize = 400;

/// What decides what a page shows, so that pages that differ in it are of different kinds.
const DECIDING: [&str; 6] = ["state", "show", "within", "ask", "step", "kind"];

/// A page to look at.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Path and query.
    pub(crate) path: String,
    /// Whether it is the first of its kind.
    pub(crate) is_first: bool,
}

/// All of them.
pub(crate) async fn all(browser: &Browser, dashboard: &str) -> Result<Vec<Page>> {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut waiting: VecDeque<String> = unlinked().into();
    let mut pages = Vec::new();
    while let Some(path) = waiting.pop_front() {
        let seen = kinds.entry(kind(&path)).or_default();
        if *seen == OF_A_KIND || pages.iter().any(|page: &Page| page.path == path) {
            continue;
        }
        *seen += 1;
        let is_first = *seen == 1;
        browser.page.goto(format!("{dashboard}{path}")).await?;
        let links = browser.run(LINKS, vec![]).await?;
        let links = links.as_array().into_iter().flatten().filter_map(|link| link.as_str());
        waiting.extend(
            links.filter(|link| kinds.get(&kind(link)).is_none_or(|seen| *seen < OF_A_KIND)).map(str::to_owned),
        );
        pages.push(Page { path, is_first });
        assert!(pages.len() < OPENED_MAX, "links never end: {kinds:?}");
    }
    Ok(pages)
}

const LINKS: &str = "return [...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href').split('#')[0])
    .filter((path) => path.startsWith('/') && !/\\.(csv|json)(\\?|$)/.test(path) && !path.startsWith('/assets/'))";

/// Where the walk begins: what no link leads to, errors, and what a form asks for.
fn unlinked() -> Vec<String> {
    let uid = invent(NURSE + 1)[NURSE].uid.hex();
    let mut paths: Vec<String> = [
        "/",
        "/events?code=denied",
        "/events?from=tomorrow",
        "/alarms?state=acknowledged",
        "/alarms?state=closed",
        "/explain?ask=who&door=pharmacy",
        "/explain?ask=would&door=&subject=",
        "/lockdown/start?where=site&reason=Drill",
        "/desk?q=04B1A2C3D4E501",
        "/desk?q=04B1A2C3D4E502",
        "/nothing/here",
        "/demo",
    ]
    .map(str::to_owned)
    .into();
    paths.push(format!("/explain?ask=would&door=pharmacy&subject={uid}"));
    paths.push(format!("/explain?ask=where&door=pharmacy&subject={uid}"));
    paths
}

/// The path with numbers and ids left out, and what decides of its query.
fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut before = "";
    let mut parts = Vec::new();
    for part in path.split('/') {
        let is_id = part.contains(|c: char| c.is_ascii_digit()) || before == "doors";
        parts.push(if is_id { "*" } else { part });
        before = part;
    }
    let mut keys: Vec<&str> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap_or_default();
        keys.push(if DECIDING.contains(&name) { pair } else { name });
    }
    keys.sort_unstable();
    keys.dedup();
    format!("{}?{}", parts.join("/"), keys.join("&"))
}
