//! A card that is inside does not come in again: it was passed back, or somebody went out without it.
//!
//! Coming in may be denied. Leaving never is: at the reader inside whatever is odd is noted, also if the card leads into
//! another area there. Nor is anybody denied by a clock that may be wrong: a rule that forgives after a time only notes
//! then, since nobody knows whether the time is over.

use super::Circumstances;
use crate::calendar::{Date, Local as WallTime, Zone};
use crate::mode::Mode;
use crate::passage::{AreaId, Passage, Passback, Side, Step};
use crate::reason::{Reason, Reasons};
use crate::settings::DoorSettings;
use crate::time::{At, ClockTrust, UtcMs, UtcS};

/// How far the clocks of two doors may be apart, in milliseconds: a card that is handed back within seconds is just what
/// a rule is for. Further ahead than this, a passage was told by a clock that is wrong.
const CLOCKS_DIFFER_MS_MAX: i64 = 10_000;

/// What a rule says to a tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Judged {
    pub(super) reasons: Reasons,
    pub(super) noted: Reasons,
}

/// What a card does by passing: the areas that it enters and leaves, as the settings say, whether there is a rule or
/// not.
pub fn steps(settings: &DoorSettings, side: Side) -> impl Iterator<Item = (AreaId, Step)> + use<> {
    let (into, out_of) = match side {
        Side::In => (settings.leads_into, settings.leads_out_of),
        Side::Out => (settings.leads_out_of, settings.leads_into),
    };
    [(into, Step::Entered), (out_of, Step::Left)].into_iter().filter_map(|(area, step)| Some((area?, step)))
}

/// When a passage is to be written as having happened: now, but after what is known of the card, whose door may have a
/// clock that is ahead.
#[must_use]
pub fn at(now: UtcMs, known: Option<&Passage>) -> UtcMs {
    known.map_or(now, |known| now.max(UtcMs(known.at.0.saturating_add(1))))
}

/// Whether the rule still counts what is known.
#[must_use]
pub fn counts(rule: &Passback, known: &Passage, zone: &Zone, now: UtcMs) -> bool {
    let age_ms = now.0.saturating_sub(known.at.0);
    let in_time = rule.within_s.is_none_or(|within_s| age_ms < i64::from(within_s) * 1_000);
    let forgiven = |minute| known.at.second() < last_at(minute, zone, now.second());
    in_time && !rule.forgiven_at.is_some_and(forgiven)
}

pub(super) fn judge(around: &Circumstances<'_>) -> Judged {
    let mut judged = Judged::default();
    if around.own_release {
        return judged;
    }
    for (area, step) in steps(around.settings, around.side) {
        let of_area = around.passback.iter().find(|(rule, _)| rule.area == area);
        let Some((rule, Some(known))) = of_area else { continue };
        if known.step != step || !counts(rule, known, around.zone, around.at.utc) {
            continue;
        }
        let may_deny = step == Step::Entered && around.side == Side::In && around.mode != Mode::Unlocked;
        let to = if rule.hard && may_deny && is_sure(rule, known, around.at) {
            &mut judged.reasons
        } else {
            &mut judged.noted
        };
        to.insert(Reason::Passback);
    }
    judged
}

/// Whether what is known is counted by a clock that is right, or by none.
fn is_sure(rule: &Passback, known: &Passage, at: At) -> bool {
    let by_clock = rule.within_s.is_some() || rule.forgiven_at.is_some();
    !by_clock || (at.trust == ClockTrust::Synchronised && known.at.0 <= at.utc.0.saturating_add(CLOCKS_DIFFER_MS_MAX))
}

/// The latest instant, up to `now`, at which the wall showed the beginning of this minute of a day. In the hour that
/// spring skips it is the first instant after it, in the hour that autumn repeats the first of the two.
fn last_at(minute: u16, zone: &Zone, now: UtcS) -> UtcS {
    let today = zone.local(now).date;
    let on = |date: Date| zone.utc_of(WallTime { date, second_of_day: u32::from(minute) * 60 });
    let at = on(today);
    if at <= now { at } else { on(today.add_days(-1)) }
}
