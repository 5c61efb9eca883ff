//! The navigation: what most visits begin with stands in the bar, and everything, grouped, in one menu.

use crate::page::Page;

/// A path and the key of its name.
pub(crate) type Place = (&'static str, &'static str);

/// What stands in the bar itself. It has to fit one line of 1280 px in every language; the brand leads to the overview.
const BAR: [Place; 8] = [
    ("/events", "nav-events"),
    ("/alarms", "nav-alarms"),
    ("/people", "nav-people"),
    ("/cards", "nav-cards"),
    ("/desk", "nav-desk"),
    ("/doors", "nav-doors"),
    ("/rules", "nav-rules"),
    ("/lockdown", "nav-lockdown"),
];

/// What stands in the menu: all of the bar once more, since a narrow screen has no bar, and what is needed seldom.
const MENU: [(&str, &[Place]); 4] = [
    (
        "nav-group-watch",
        &[("/", "nav-overview"), ("/events", "nav-events"), ("/alarms", "nav-alarms"), ("/explain", "nav-explain")],
    ),
    (
        "nav-group-people",
        &[("/people", "nav-people"), ("/cards", "nav-cards"), ("/desk", "nav-desk"), ("/import", "nav-import")],
    ),
    (
        "nav-group-doors",
        &[("/doors", "nav-doors"), ("/rules", "nav-rules"), ("/lockdown", "nav-lockdown"), ("/signals", "nav-signals")],
    ),
    ("nav-group-site", &[("/log", "nav-log"), ("/settings", "nav-site"), ("/help", "nav-help"), ("/demo", "nav-demo")]),
];

impl Page {
    /// The bar.
    pub(crate) fn bar(&self) -> Vec<Place> {
        BAR.into_iter().filter(|place| self.offers(place)).collect()
    }

    /// The menu: the key of each group's name, and its places. A group without any is left out.
    pub(crate) fn menu(&self) -> Vec<(&'static str, Vec<Place>)> {
        let kept = |places: &[Place]| places.iter().copied().filter(|place| self.offers(place)).collect::<Vec<_>>();
        MENU.into_iter().map(|(name, places)| (name, kept(places))).filter(|(_, places)| !places.is_empty()).collect()
    }

    /// Whether the page is one that only the menu names, so that the menu is where one is.
    pub(crate) fn only_in_menu(&self) -> bool {
        !BAR.iter().any(|(path, _)| self.below(path))
            && self.menu().iter().any(|(_, of)| of.iter().any(|(path, _)| self.below(path)))
    }

    /// Whether the place is there for whoever looks.
    fn offers(&self, (path, _): &Place) -> bool {
        *path != "/demo" || self.demo
    }
}
