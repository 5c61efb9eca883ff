//! How the usual tasks are done, one after the other, each with a link to where it is done.

use askama::Template;
use axum::response::Response;

use super::render;
use crate::fault::Fault;
use crate::page::Page;
use crate::rights::Right;
use crate::visit::Visit;

/// A task.
struct Topic {
    /// Its anchor.
    id: &'static str,
    /// What one wants to do.
    title: &'static str,
    /// Where: the right that it takes, the path, and the key of its name. Some tasks are done on every page.
    place: Option<(Right, &'static str, &'static str)>,
    /// What one does, in turn.
    steps: &'static [&'static str],
}

#[derive(Template)]
#[template(path = "help.html")]
struct Help {
    page: Page,
    topics: Vec<&'static Topic>,
}

/// In the order in which they are needed most, and in a hurry first.
static TOPICS: [Topic; 12] = [
    Topic {
        id: "lost",
        title: "help-lost",
        place: Some((Right::Desk, "/desk", "nav-desk")),
        steps: &["help-lost-1", "help-lost-2", "help-lost-3"],
    },
    Topic {
        id: "lockdown",
        title: "help-lockdown",
        place: Some((Right::Lockdown, "/lockdown", "nav-lockdown")),
        steps: &["help-lockdown-1", "help-lockdown-2", "help-lockdown-3"],
    },
    Topic {
        id: "alarm",
        title: "help-alarm",
        place: Some((Right::Alarms, "/alarms", "nav-alarms")),
        steps: &["help-alarm-1", "help-alarm-2", "help-alarm-3"],
    },
    Topic {
        id: "refused",
        title: "help-refused",
        place: Some((Right::Events, "/events", "nav-events")),
        steps: &["help-refused-1", "help-refused-2", "help-refused-3"],
    },
    Topic {
        id: "who",
        title: "help-who",
        place: Some((Right::Events, "/events", "nav-events")),
        steps: &["help-who-1", "help-who-2", "help-who-3"],
    },
    Topic {
        id: "new",
        title: "help-new",
        place: Some((Right::PeopleEdit, "/people", "nav-people")),
        steps: &["help-new-1", "help-new-2", "help-new-3"],
    },
    Topic {
        id: "leaves",
        title: "help-leaves",
        place: Some((Right::PeopleEdit, "/people", "nav-people")),
        steps: &["help-leaves-1", "help-leaves-2"],
    },
    Topic {
        id: "import",
        title: "help-import",
        place: Some((Right::Import, "/import", "nav-import")),
        steps: &["help-import-1", "help-import-2", "help-import-3"],
    },
    Topic {
        id: "holiday",
        title: "help-holiday",
        place: Some((Right::RulesEdit, "/rules/holidays", "holidays-title")),
        steps: &["help-holiday-1", "help-holiday-2"],
    },
    Topic {
        id: "offline",
        title: "help-offline",
        place: Some((Right::Look, "/doors?show=offline", "nav-doors")),
        steps: &["help-offline-1", "help-offline-2"],
    },
    Topic { id: "language", title: "help-language", place: None, steps: &["help-language-1", "help-language-2"] },
    Topic {
        id: "keyboard",
        title: "help-keyboard",
        place: None,
        steps: &["help-keyboard-1", "help-keyboard-2", "help-keyboard-3"],
    },
];

/// The page, with the tasks of whoever looks.
pub(super) async fn show(visit: Visit) -> Result<Response, Fault> {
    let page = visit.page;
    let topics = TOPICS.iter().filter(|topic| topic.place.is_none_or(|(right, ..)| page.may(right))).collect();
    render(&Help { topics, page })
}
