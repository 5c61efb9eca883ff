//! That no page is forgotten: the router itself says which there are.

use std::sync::Arc;

use access::time::UtcMs;
use anyhow::Result;
use certificates::Authorities;
use dashboard::{Context, DemoCard, DemoDoor, DemoDoors, TapShown};
use db::site::Site;
use tokio::sync::watch;

use crate::pages::Page;

/// What answers GET and is no page.
const NO_PAGES: [(&str, &str); 2] =
    [("/assets/{name}", "style, script and icon"), ("/events/stream", "what the page of events listens to")];

/// What can be seen only by whoever has not signed in; `joining.rs` looks at each.
pub(crate) const BEFORE: [&str; 3] = ["/sign-in", "/sign-in/code", "/welcome/{code}"];

/// A demo whose doors do nothing, so that its page is among the routes.
struct Nowhere;

impl DemoDoors for Nowhere {
    fn doors(&self) -> Vec<DemoDoor> {
        Vec::new()
    }

    fn cards(&self) -> Vec<DemoCard> {
        Vec::new()
    }

    fn tap(&self, _: &str, _: &str) -> Result<TapShown, String> {
        Err("there are no doors".to_owned())
    }
}

/// Every page that the router has, with names in braces.
fn all() -> Result<Vec<String>> {
    let folder = tempfile::tempdir()?;
    let routes = dashboard::routes(Context {
        site: Site::open(&folder.path().join("site.db"), &"hospital".parse()?)?,
        clock: Arc::new(|| UtcMs(0)),
        zone: chrono_tz::Europe::Helsinki,
        secure_cookies: false,
        stop: watch::channel(false).1,
        authorities: Arc::new(Authorities::new()),
        demo: Some(Arc::new(Nowhere)),
        figures: None,
    });
    let shown = routes.into_iter().filter(|route| route.method.as_str() == "GET" && !route.path.starts_with("/api/"));
    let is_file = |path: &str| path.ends_with(".csv") || path.ends_with(".json");
    Ok(shown.map(|route| route.path).filter(|path| !is_file(path)).collect())
}

/// The pages of the router that are not among these, and not elsewhere. What is said to be elsewhere and is not there is
/// named too.
pub(crate) fn forgotten(pages: &[Page]) -> Result<Vec<String>> {
    let routes = all()?;
    let elsewhere: Vec<&str> = NO_PAGES.iter().map(|(path, _)| *path).chain(BEFORE).collect();
    let gone = elsewhere.iter().filter(|path| !routes.iter().any(|route| route == *path));
    let mut forgotten: Vec<String> = gone.map(|path| format!("{path} is no page any more")).collect();
    let seen: Vec<Option<&String>> = pages.iter().map(|page| route_of(&page.path, &routes)).collect();
    for route in &routes {
        if !elsewhere.contains(&route.as_str()) && !seen.contains(&Some(route)) {
            forgotten.push(format!("no page of {route} was looked at: link to it, or name one in pages.rs"));
        }
    }
    Ok(forgotten)
}

/// The route of a path. Of several that fit, the one with the fewest names is meant.
fn route_of<'a>(path: &str, routes: &'a [String]) -> Option<&'a String> {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |route: &&String| {
        let names: Vec<&str> = route.split('/').collect();
        names.len() == parts.len() && names.iter().zip(&parts).all(|(name, part)| name == part || name.starts_with('{'))
    };
    routes.iter().filter(fits).min_by_key(|route| route.matches('{').count())
}

#[test]
fn a_page_that_nothing_leads_to_is_noticed() {
    let mut pages: Vec<Page> =
        all().unwrap().iter().map(|path| Page { path: path.replace(['{', '}'], ""), is_first: true }).collect();
    assert_eq!(forgotten(&pages).unwrap(), Vec::<String>::new());
    let at = pages.iter().position(|page| page.path == "/reports/unused").unwrap();
    pages.remove(at);
    let found = forgotten(&pages).unwrap();
    assert!(found.len() == 1 && found[0].contains("/reports/unused"), "{found:?}");
}
