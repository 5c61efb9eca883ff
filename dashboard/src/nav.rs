//! The navigation: what most visits begin with stands in the bar, and everything, grouped, in one menu.

use crate::page::Page;
use crate::rights::Right;

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

/// All there is, in the order in which bar and menu offer it, and the right to look at it. The menu names what stands in
/// the bar once more, since a narrow screen has no bar.
const PLACES: [(Group, bool, Right, Place); 22] = [
    (Group::Watch, MENU, Right::Look, ("/", "nav-overview")),
    (Group::Watch, BAR, Right::Events, ("/events", "nav-events")),
    (Group::Watch, BAR, Right::Look, ("/alarms", "nav-alarms")),
    (Group::Watch, MENU, Right::Rules, ("/explain", "nav-explain")),
    (Group::Watch, MENU, Right::Evacuation, ("/inside", "nav-inside")),
    (Group::Watch, MENU, Right::Reports, ("/reports", "nav-reports")),
    (Group::People, BAR, Right::People, ("/people", "nav-people")),
    (Group::People, BAR, Right::Cards, ("/cards", "nav-cards")),
    (Group::People, BAR, Right::Desk, ("/desk", "nav-desk")),
    (Group::People, MENU, Right::Ask, ("/requests", "nav-requests")),
    (Group::People, MENU, Right::Import, ("/import", "nav-import")),
    (Group::Doors, BAR, Right::Look, ("/doors", "nav-doors")),
    (Group::Doors, BAR, Right::Rules, ("/rules", "nav-rules")),
    (Group::Doors, BAR, Right::Look, ("/lockdown", "nav-lockdown")),
    (Group::Doors, MENU, Right::Settings, ("/signals", "nav-signals")),
    (Group::Doors, MENU, Right::Events, ("/health", "nav-health")),
    (Group::Site, MENU, Right::Audit, ("/log", "nav-log")),
    (Group::Site, MENU, Right::Privacy, ("/privacy", "nav-privacy")),
    (Group::Site, MENU, Right::Operators, ("/operators", "nav-operators")),
    (Group::Site, MENU, Right::Settings, ("/settings", "nav-site")),
    (Group::Site, MENU, Right::Own, ("/help", "nav-help")),
    (Group::Site, MENU, Right::Demo, ("/demo", "nav-demo")),
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
        let there = |right: Right, path: &str| self.may(right) && (path != "/demo" || self.demo);
        let places = PLACES
            .into_iter()
            .filter(|(group, in_bar, right, (path, _))| wanted(*group, *in_bar) && there(*right, path));
        places.map(|(.., place)| place).collect()
    }
}
