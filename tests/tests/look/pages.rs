//! Which pages there are: whatever links lead to, one or two of each kind, and what no link leads to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::Result;
use site::http::Client;
use site::people::invent;
use site::scene::{NURSE, PHARMACISTS};

/// So many pages of one kind are looked at: an alarm that nobody has looked at is another page than a closed one.
const OF_A_KIND: usize = 2;

/// Most pages that are opened at all. A site whose links never end would keep the test going for ever.
const OPENED_MAX: usize = 400;

/// The area of the pharmacy.
const PHARMACY: u32 = 5;

/// Where whoever looks for a person says why.
const PURPOSE: &str = "/privacy/purpose";

/// What decides what a page shows, so that pages that differ in it are of different kinds.
const DECIDING: [&str; 5] = ["state", "show", "ask", "step", "kind"];

/// A page to look at.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Path and query.
    pub(crate) path: String,
    /// Whether it is the first of its kind.
    pub(crate) is_first: bool,
}

/// All of them, as whoever has this session sees them. Links are read from the pages themselves, without a browser: a
/// page of a hundred links costs milliseconds so.
pub(crate) fn all(dashboard: &str, session: &str) -> Result<Vec<Page>> {
    let reader = Client::new(dashboard, None).with_header("cookie", session);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut waiting: VecDeque<String> = unlinked().into();
    let (mut pages, mut stated): (Vec<Page>, BTreeSet<String>) = Default::default();
    while let Some(path) = waiting.pop_front() {
        if kinds.get(&kind(&path)) == Some(&OF_A_KIND) || pages.iter().any(|page| page.path == path) {
            continue;
        }
        let shown = reader.page(&path)?;
        if let Some(place) = shown.leads_to {
            if place.starts_with(PURPOSE) && stated.insert(path.clone()) {
                // Whoever looks for somebody says why, and sees it then.
                reader.submit(PURPOSE, &[("next", &path), ("reason", "Somebody was seen at night")])?;
                waiting.push_back(path);
            } else {
                // A way on is no page, but is gone no more often than one.
                *kinds.entry(kind(&path)).or_default() += 1;
            }
            waiting.push_back(place);
            continue;
        }
        assert!(shown.status < 500, "{path}: {}", shown.status);
        let seen = kinds.entry(kind(&path)).or_default();
        *seen += 1;
        let is_first = *seen == 1;
        let known = |link: &String| kinds.get(&kind(link)) == Some(&OF_A_KIND);
        waiting.extend(links(&shown.text).filter(|link| !known(link)));
        pages.push(Page { path, is_first });
        assert!(pages.len() < OPENED_MAX, "links never end: {kinds:?}");
    }
    Ok(pages)
}

/// The pages of this site that a page links to.
fn links(text: &str) -> impl Iterator<Item = String> {
    let places =
        text.split("<a ").skip(1).filter_map(|tag| tag.split('>').next()?.split("href=\"").nth(1)?.split('"').next());
    let places = places.map(|place| place.replace("&amp;", "&").replace("&#38;", "&"));
    // A question mark with nothing behind it is no query.
    let places = places.map(|place| place.split('#').next().unwrap_or_default().trim_end_matches('?').to_owned());
    let is_page = |place: &String| {
        let path = place.split('?').next().unwrap_or_default();
        place.starts_with('/') && !path.ends_with(".csv") && !path.ends_with(".json")
    };
    places.filter(is_page)
}

/// Where the walk begins: what no link leads to, errors, and what a form asks for.
fn unlinked() -> Vec<String> {
    let uid = invent(NURSE + 1)[NURSE].uid.hex();
    let pharmacist = invent(PHARMACISTS[0] + 1)[PHARMACISTS[0]].uid.hex();
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
        "/restore",
        "/demo",
    ]
    .map(str::to_owned)
    .into();
    paths.push(format!("/rules/areas/{PHARMACY}/inside/{pharmacist}"));
    paths.push(format!("/explain?ask=would&door=pharmacy&subject={uid}"));
    paths.push(format!("/explain?ask=where&door=pharmacy&subject={uid}"));
    paths
}

/// The path with numbers and ids left out, and what decides of its query.
pub(crate) fn kind(path: &str) -> String {
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
        // Of what only filters a list, one filter is like another.
        keys.push(if DECIDING.contains(&name) { pair } else { "filter" });
    }
    keys.sort_unstable();
    keys.dedup();
    format!("{}?{}", parts.join("/"), keys.join("&"))
}
