//! The navigation: what most visits begin with stands in the bar, and everything, grouped, in one menu.

use crate::page::Page;

/// A path and the key of its name.
pub(crate) type Place = (&'static str, &'static str);

/// A part of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Watch,
    People,
    Doors,
    Site,
}

/// Stands in the bar as well. The bar has to fit one line of 1280 px in every language; the brand leads to the overview.
const BAR: bool = true;
/// Stands in the menu alone.
const MENU: bool = false;

/// All there is, in the order in which bar and menu offer it. The menu names what stands in the bar once more, since a
/// narrow screen has no bar.
const PLACES: [(Group, bool, Place); 16] = [
    (Group::Watch, MENU, ("/", "nav-overview")),
    (Group::Watch, BAR, ("/events", "nav-events")),
    (Group::Watch, BAR, ("/alarms", "nav-alarms")),
    (Group::Watch, MENU, ("/explain", "nav-explain")),
    (Group::People, BAR, ("/people", "nav-people")),
    (Group::People, BAR, ("/cards", "nav-cards")),
    (Group::People, BAR, ("/desk", "nav-desk")),
    (Group::People, MENU, ("/import", "nav-import")),
    (Group::Doors, BAR, ("/doors", "nav-doors")),
    (Group::Doors, BAR, ("/rules", "nav-rules")),
    (Group::Doors, BAR, ("/lockdown", "nav-lockdown")),
    (Group::Doors, MENU, ("/signals", "nav-signals")),
    (Group::Site, MENU, ("/log", "nav-log")),
    (Group::Site, MENU, ("/settings", "nav-site")),
    (Group::Site, MENU, ("/help", "nav-help")),
    (Group::Site, MENU, ("/demo", "nav-demo")),
];

impl Group {
    const ALL: [Self; 4] = [Self::Watch, Self::People, Self::Doors, Self::Site];

    fn key(self) -> &'static str {
        match self {
            Self::Watch => "nav-group-watch",
            Self::People => "nav-group-people",
            Self::Doors => "nav-group-doors",
            Self::Site => "nav-group-site",
        }
    }
}

impl Page {
    /// The bar.
    pub(crate) fn bar(&self) -> Vec<Place> {
        self.places(|_, in_bar| in_bar)
    }

    /// The menu: the key of each group's name, and its places. A group without any is left out.
    pub(crate) fn menu(&self) -> Vec<(&'static str, Vec<Place>)> {
        let groups = Group::ALL.into_iter().map(|of| (of.key(), self.places(|group, _| group == of)));
        groups.filter(|(_, places)| !places.is_empty()).collect()
    }

    /// Whether only the menu names where one is.
    pub(crate) fn only_in_menu(&self) -> bool {
        self.places(|_, in_bar| !in_bar).iter().any(|(path, _)| self.below(path))
            && !self.bar().iter().any(|(path, _)| self.below(path))
    }

    /// Those that are there for whoever looks.
    fn places(&self, wanted: impl Fn(Group, bool) -> bool) -> Vec<Place> {
        let there = |path: &str| path != "/demo" || self.demo;
        let places = PLACES.into_iter().filter(|(group, in_bar, (path, _))| wanted(*group, *in_bar) && there(path));
        places.map(|(_, _, place)| place).collect()
    }
}
