//! Every MQTT topic, built and parsed here and nowhere else.
//!
//! ```text
//! kulku/SITE/DOOR/up/status        Status, Offline (also the last will)   door publishes
//! kulku/SITE/DOOR/up/events        Events                                 door publishes
//! kulku/SITE/DOOR/down/whitelist   Whitelist                              door hears
//! kulku/SITE/DOOR/down/state       State                                  door hears
//! kulku/SITE/DOOR/down/counters    Counters                               door hears
//! kulku/SITE/DOOR/down/passages    Passages                               door hears
//! kulku/SITE/DOOR/down/ack         Acknowledged                           door hears
//! kulku/SITE/DOOR/down/command     Command                                door hears
//! kulku/SITE/DOOR/up/encoding      Encoding                               encoder publishes
//! kulku/SITE/DOOR/up/listed        Listed                                 door publishes
//! kulku/SITE/DOOR/up/figures/taps  Figures                                door publishes
//! kulku/SITE/DOOR/down/confirmed   Confirmed                              door hears
//! kulku/SITE/DOOR/down/encode      Encode                                 encoder hears
//! ```
//!
//! A door publishes only below its own `up/` and hears only its own `down/`. Nothing is retained.

use alloc::format;
use alloc::string::String;

use crate::id::{DoorId, SiteId};
use crate::message::{Down, Up};

/// The first level of every topic.
const ROOT: &str = "kulku";

/// A parsed topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Whose.
    pub site: SiteId,
    /// Whose.
    pub door: DoorId,
    /// Which.
    pub channel: Channel,
}

/// The last two levels of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// [`Up::Status`] and [`Up::Offline`].
    UpStatus,
    /// [`Up::Events`].
    UpEvents,
    /// [`Down::Whitelist`].
    DownWhitelist,
    /// [`Down::State`].
    DownState,
    /// [`Down::Counters`].
    DownCounters,
    /// [`Down::Passages`].
    DownPassages,
    /// [`Down::Acknowledged`].
    DownAck,
    /// [`Down::Command`].
    DownCommand,
    /// [`Up::Encoding`].
    UpEncoding,
    /// [`Down::Encode`].
    DownEncode,
    /// [`Up::Listed`].
    UpListed,
    /// [`Down::Confirmed`].
    DownConfirmed,
    /// [`Up::Figures`]. One level deeper than the others: a controller from before does not hear it.
    UpFigures,
}

/// Not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a topic of Kulku: kulku/SITE/DOOR/up/… or kulku/SITE/DOOR/down/…")]
pub struct TopicError;

impl Channel {
    const ALL: [(Self, &'static str); 13] = [
        (Self::UpStatus, "up/status"),
        (Self::UpEvents, "up/events"),
        (Self::DownWhitelist, "down/whitelist"),
        (Self::DownState, "down/state"),
        (Self::DownCounters, "down/counters"),
        (Self::DownPassages, "down/passages"),
        (Self::DownAck, "down/ack"),
        (Self::DownCommand, "down/command"),
        (Self::UpEncoding, "up/encoding"),
        (Self::DownEncode, "down/encode"),
        (Self::UpListed, "up/listed"),
        (Self::DownConfirmed, "down/confirmed"),
        (Self::UpFigures, "up/figures/taps"),
    ];

    /// Where a message of a door belongs.
    #[must_use]
    pub fn of_up(message: &Up) -> Self {
        match message {
            Up::Status(_) | Up::Offline { .. } => Self::UpStatus,
            Up::Events(_) => Self::UpEvents,
            Up::Encoding { .. } => Self::UpEncoding,
            Up::Listed(_) => Self::UpListed,
            Up::Figures(_) => Self::UpFigures,
        }
    }

    /// Where a message to a door belongs.
    #[must_use]
    pub fn of_down(message: &Down) -> Self {
        match message {
            Down::Whitelist(_) => Self::DownWhitelist,
            Down::State(_) => Self::DownState,
            Down::Counters(_) => Self::DownCounters,
            Down::Passages(_) => Self::DownPassages,
            Down::Acknowledged { .. } => Self::DownAck,
            Down::Confirmed(_) => Self::DownConfirmed,
            Down::Command(_) => Self::DownCommand,
            Down::Encode(_) => Self::DownEncode,
        }
    }

    fn levels(self) -> &'static str {
        Self::ALL.iter().find(|(channel, _)| *channel == self).map_or("", |(_, levels)| levels)
    }
}

impl Topic {
    /// The topic as text.
    #[must_use]
    pub fn build(site: &SiteId, door: &DoorId, channel: Channel) -> String {
        format!("{ROOT}/{site}/{door}/{}", channel.levels())
    }

    /// Reads a topic that came in.
    ///
    /// # Errors
    /// [`TopicError`] if it is none of ours.
    pub fn parse(text: &str) -> Result<Self, TopicError> {
        let mut levels = text.splitn(4, '/');
        let (Some(ROOT), Some(site), Some(door), Some(rest)) =
            (levels.next(), levels.next(), levels.next(), levels.next())
        else {
            return Err(TopicError);
        };
        let channel = Channel::ALL.iter().find(|(_, name)| *name == rest).ok_or(TopicError)?.0;
        Ok(Self { site: site.parse().map_err(|_| TopicError)?, door: door.parse().map_err(|_| TopicError)?, channel })
    }

    /// What a door subscribes to: every topic by its name. A wildcard would say the same, but a broker holds each message
    /// against the wildcards of all doors, and finds a name in a table.
    pub fn down_topics(site: &SiteId, door: &DoorId) -> impl Iterator<Item = String> {
        let down = Channel::ALL.iter().filter(|(_, levels)| levels.starts_with("down/"));
        down.map(move |(channel, _)| Self::build(site, door, *channel))
    }

    /// What a controller subscribes to.
    #[must_use]
    pub fn up_filter(site: &SiteId) -> String {
        format!("{ROOT}/{site}/+/up/+")
    }

    /// The same for figures, which nobody needs to hear.
    #[must_use]
    pub fn figures_filter(site: &SiteId) -> String {
        format!("{ROOT}/{site}/+/up/figures/+")
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn every_channel_is_found_again_from_its_text() {
        let (site, door): (SiteId, DoorId) = ("hospital".parse().unwrap(), "pharmacy".parse().unwrap());
        for (channel, _) in Channel::ALL {
            let text = Topic::build(&site, &door, channel);
            assert_eq!(Topic::parse(&text), Ok(Topic { site: site.clone(), door: door.clone(), channel }));
        }
    }

    #[test]
    fn a_door_hears_every_topic_below_its_down_by_name() {
        let (site, door): (SiteId, DoorId) = ("hospital".parse().unwrap(), "pharmacy".parse().unwrap());
        let heard: Vec<_> = Topic::down_topics(&site, &door).collect();
        let down: Vec<_> = Channel::ALL.iter().filter(|(_, levels)| levels.starts_with("down/")).collect();
        assert_eq!(heard.len(), down.len());
        for (topic, (channel, _)) in heard.iter().zip(down) {
            assert!(!topic.contains(['+', '#']), "{topic}");
            assert_eq!(Topic::parse(topic).map(|topic| topic.channel), Ok(*channel));
        }
    }

    #[test]
    fn a_controller_from_before_does_not_hear_what_it_would_take_for_forged() {
        let (site, door): (SiteId, DoorId) = ("hospital".parse().unwrap(), "pharmacy".parse().unwrap());
        // A plus stands for one level, so a filter hears only topics of as many levels as it has.
        let levels = |text: &str| text.split('/').count();
        let figures = Topic::build(&site, &door, Channel::UpFigures);
        assert_eq!(levels(&figures), levels(&Topic::figures_filter(&site)));
        assert_ne!(levels(&figures), levels(&Topic::up_filter(&site)));
        for (channel, _) in Channel::ALL.iter().filter(|(channel, _)| *channel != Channel::UpFigures) {
            assert_eq!(levels(&Topic::build(&site, &door, *channel)), levels(&Topic::up_filter(&site)));
        }
    }

    #[test]
    fn foreign_and_malformed_topics_are_refused() {
        for bad in [
            "",
            "kulku",
            "kulku/s/d/up",
            "kulku/s/d/up/status/x",
            "other/s/d/up/status",
            "kulku/s/../up/status",
            "kulku/s/d/up/+",
        ] {
            assert_eq!(Topic::parse(bad), Err(TopicError), "{bad}");
        }
    }
}
