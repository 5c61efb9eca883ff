//! Which changes a query asks for: the filter of the operator log, its table and the API.

use access::entry::ScheduleId;
use access::id::DoorId;
use access::uid::Uid;
use chrono_tz::Tz;
use db::site::{AreaId, ChangeFilter, GroupId, PersonId, RuleId, Thing};

use crate::fault::Fault;
use crate::query::Pairs;

/// The names of the filter.
const NAMES: [&str; 11] =
    ["operator", "action", "card", "person", "door", "group", "area", "schedule", "rule", "from", "until"];

/// Reads the filter.
///
/// # Errors
/// [`Fault::Invalid`] with the field and the code of its problem.
pub(crate) fn filter(pairs: &Pairs, zone: Tz) -> Result<ChangeFilter, Fault> {
    let all = |name| pairs.all(name).map(str::to_owned).collect();
    Ok(ChangeFilter {
        operators: all("operator"),
        actions: all("action"),
        about: thing(pairs)?,
        from: pairs.instant("from", zone)?,
        until: pairs.instant("until", zone)?,
    })
}

/// What it is to be about. A change is shown for one thing at a time.
fn thing(pairs: &Pairs) -> Result<Option<Thing>, Fault> {
    let number = |name| pairs.parse::<i64>(name, "not-a-number");
    let found = [
        pairs.parse::<Uid>("card", "not-a-uid")?.map(Thing::Card),
        number("person")?.map(|id| Thing::Person(PersonId(id))),
        pairs.parse::<DoorId>("door", "unknown-door")?.map(Thing::Door),
        number("group")?.map(|id| Thing::Group(GroupId(id))),
        number("area")?.map(|id| Thing::Area(AreaId(id))),
        pairs.parse("schedule", "not-a-number")?.map(|id| Thing::Schedule(ScheduleId(id))),
        number("rule")?.map(|id| Thing::Rule(RuleId(id))),
    ];
    let mut found = found.into_iter().flatten();
    let first = found.next();
    if found.next().is_some() {
        return Err(Fault::Invalid { field: "card", problem: "one-thing-only" });
    }
    Ok(first)
}

/// The filter as pairs again.
pub(crate) fn again(pairs: &Pairs) -> Vec<(&'static str, &str)> {
    NAMES.into_iter().flat_map(|name| pairs.all(name).map(move |value| (name, value))).collect()
}
