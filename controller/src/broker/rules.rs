//! Who may publish and hear what at the broker.

use access::id::{DoorId, SiteId};

pub(super) use crate::identity::CONTROLLER;

/// Whose connection it is, once that is proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// The controller itself.
    Controller,
    /// This door.
    Door(DoorId),
}

impl Who {
    /// A door publishes below its own `up/` only. What lies below is not looked at, so that a newer agent
    /// with one more channel is heard as far as it is understood.
    pub(super) fn may_publish(&self, site: &SiteId, topic: &str) -> bool {
        match self {
            Self::Controller => true,
            Self::Door(door) => below(topic, site, door, "up"),
        }
    }

    /// A door hears its own `down/` only.
    pub(super) fn may_subscribe(&self, site: &SiteId, filter: &str) -> bool {
        match self {
            Self::Controller => true,
            Self::Door(door) => below(filter, site, door, "down"),
        }
    }
}

/// The names hold no wildcard and no slash, so a comparison from the left cannot be fooled by a filter.
fn below(topic: &str, site: &SiteId, door: &DoorId, direction: &str) -> bool {
    let mut levels = topic.splitn(5, '/');
    levels.next() == Some("kulku")
        && levels.next() == Some(site.as_str())
        && levels.next() == Some(door.as_str())
        && levels.next() == Some(direction)
        && levels.next().is_some_and(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::topic::{Channel, Topic};

    fn names() -> (SiteId, DoorId, Who) {
        let door: DoorId = "ward-1".parse().unwrap();
        ("hospital".parse().unwrap(), door.clone(), Who::Door(door))
    }

    #[test]
    fn a_door_publishes_below_its_own_up_and_nowhere_else() {
        let (site, door, who) = names();
        for channel in [Channel::UpStatus, Channel::UpEvents, Channel::UpFigures] {
            assert!(who.may_publish(&site, &Topic::build(&site, &door, channel)));
        }
        for foreign in [
            "kulku/hospital/ward-1/down/command",
            "kulku/hospital/ward-2/up/status",
            "kulku/hospital/ward-10/up/status",
            "kulku/other/ward-1/up/status",
            "kulku/hospital/ward-1/up",
            "kulku/hospital/ward-1/up/",
            "$SYS/broker",
            "",
        ] {
            assert!(!who.may_publish(&site, foreign), "{foreign}");
        }
    }

    #[test]
    fn a_door_hears_its_own_down_and_nothing_else() {
        let (site, door, who) = names();
        assert!(Topic::down_topics(&site, &door).all(|topic| who.may_subscribe(&site, &topic)));
        // One wildcard says the same, and slower.
        assert!(who.may_subscribe(&site, "kulku/hospital/ward-1/down/+"));
        assert!(who.may_subscribe(&site, "kulku/hospital/ward-1/down/#"));
        for foreign in [
            "#",
            "kulku/#",
            "kulku/hospital/+/down/+",
            "kulku/hospital/ward-1/+/command",
            "kulku/hospital/ward-1/up/+",
            "kulku/hospital/ward-2/down/+",
            "$share/x/kulku/hospital/ward-1/down/+",
            "$SYS/#",
        ] {
            assert!(!who.may_subscribe(&site, foreign), "{foreign}");
        }
    }

    #[test]
    fn no_door_can_be_named_like_the_controller() {
        assert!(CONTROLLER.parse::<DoorId>().is_err());
        for filter in ["kulku/hospital/+/up/+", "kulku/hospital/+/up/figures/+"] {
            assert!(Who::Controller.may_subscribe(&"hospital".parse().unwrap(), filter));
        }
    }
}
