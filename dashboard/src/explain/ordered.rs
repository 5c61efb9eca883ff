//! Who wanted what an event says: the operator of a command, of a mode, of a forgiveness.

use access::event::{EventKind, ModeCause};
use access::time::UtcMs;
use access::whitelist::Generation;
use db::site::{AreaId, CommandState, EventView, Site, SiteError};

/// Who wanted it, when and why, as far as the site knows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ordered {
    pub(crate) operator: Option<String>,
    pub(crate) at: Option<UtcMs>,
    /// Empty if none was given.
    pub(crate) reason: String,
    /// Stable code of the act in the operator log; none of a command.
    pub(crate) action: Option<String>,
    /// What became of a command.
    pub(crate) state: Option<CommandState>,
    /// The area that it is about.
    pub(crate) area: Option<String>,
}

/// Looks it up. `None` if nobody wanted it.
pub(crate) fn ordered(site: &Site, view: &EventView) -> Result<Option<Ordered>, SiteError> {
    match view.event.kind {
        EventKind::Command { id, .. } => match site.command(id) {
            Err(SiteError::NotFound { .. }) => Ok(None),
            known => known.map(|command| {
                Some(Ordered {
                    operator: Some(command.operator),
                    at: Some(command.requested),
                    reason: command.reason,
                    state: Some(command.state),
                    ..Ordered::default()
                })
            }),
        },
        EventKind::ModeChanged { cause: ModeCause::Ordered, .. } => change(site, view.event.state_generation),
        EventKind::Forgiven { area } => match site.area(AreaId(area.0.into())) {
            Err(SiteError::NotFound { .. }) => Ok(None),
            known => known.map(|area| Some(Ordered { area: Some(area.name), ..Ordered::default() })),
        },
        _ => Ok(None),
    }
}

/// The change that began a door's state: its generation is the change's number.
fn change(site: &Site, generation: Generation) -> Result<Option<Ordered>, SiteError> {
    let found = site.change_log(Some(generation.0.saturating_add(1)), 1)?;
    let change = found.into_iter().find(|change| change.number == generation.0);
    Ok(change.map(|change| Ordered {
        // Orders and lockdowns name what they reach before the reason.
        reason: change.detail.split_once(": ").map_or_else(String::new, |(_, reason)| reason.to_owned()),
        operator: Some(change.operator),
        at: Some(change.at),
        action: Some(change.action),
        ..Ordered::default()
    }))
}
