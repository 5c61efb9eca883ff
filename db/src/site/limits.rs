//! How long cards and holdings may be valid, by kind. Months are those of the calendar on the site's wall.

use access::calendar::{Date, Local, Zone, last_day};
use access::time::{UtcS, Window};
use rusqlite::{Connection, OptionalExtension};

use super::{CardKind, SiteError, row};

/// A bound in calendar months, with the code of what passes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    months: u32,
    problem: &'static str,
}

const MONTHS_60: Limit = Limit { months: 60, problem: "longer-than-60-months" };
const MONTHS_12: Limit = Limit { months: 12, problem: "longer-than-12-months" };
const MONTHS_3: Limit = Limit { months: 3, problem: "longer-than-3-months" };

/// How long the card itself may be valid. The chip of a backup card lives as long as any other.
pub(super) fn of_card(kind: CardKind) -> Limit {
    match kind {
        CardKind::Professional | CardKind::Staff | CardKind::Actor | CardKind::Backup => MONTHS_60,
        CardKind::Visitor => MONTHS_12,
    }
}

/// How long one person may hold it at a stretch, if that is bounded at all.
pub(super) fn of_holding(kind: CardKind) -> Option<Limit> {
    (kind == CardKind::Backup).then_some(MONTHS_3)
}

impl Limit {
    /// The window with an end within the limit: an end that is left out becomes the latest possible. A
    /// beginning that is left out counts as `today`, since nothing was valid before it was known.
    pub(super) fn apply(
        self,
        zone: &Zone,
        field: &'static str,
        window: Window,
        today: UtcS,
    ) -> Result<Window, SiteError> {
        row::check_window(field, window)?;
        let latest = after_months(zone, window.from.unwrap_or(today), self.months);
        match window.until {
            Some(until) if until > latest => Err(SiteError::invalid(field, self.problem)),
            Some(_) => Ok(window),
            None => {
                let filled = Window { until: Some(latest), ..window };
                row::check_window(field, filled).map(|()| filled)
            }
        }
    }
}

/// The first second after a period of so many months that begins on the day of `from`: the midnight after
/// its last valid day.
pub(super) fn after_months(zone: &Zone, from: UtcS, months: u32) -> UtcS {
    midnight_after(zone, last_day(zone.local(from).date, months))
}

/// The first second after a period of so many days, counted in the same way.
pub(super) fn after_days(zone: &Zone, from: UtcS, days: i32) -> UtcS {
    midnight_after(zone, zone.local(from).date.add_days(days))
}

fn midnight_after(zone: &Zone, day: Date) -> UtcS {
    zone.utc_of(Local::midnight(day.add_days(1)))
}

/// The site's zone.
pub(super) fn zone(db: &Connection) -> Result<Zone, SiteError> {
    let name: Option<String> = row::prepare(db, "SELECT zone FROM calendar_state WHERE until IS NULL")?
        .query_row([], |row| row.get(0))
        .optional()?;
    name.map_or(Ok(Zone::HELSINKI), |name| Zone::from_name(&name).ok_or(SiteError::corrupt("time zone")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The midnight that begins a day in Helsinki.
    fn day(text: &str) -> UtcS {
        Zone::HELSINKI.utc_of(Local::midnight(text.parse::<Date>().unwrap()))
    }

    fn end(limit: Limit, from: &str) -> UtcS {
        let window = Window { from: Some(day(from)), until: None };
        limit.apply(&Zone::HELSINKI, "window", window, UtcS(0)).unwrap().until.unwrap()
    }

    #[test]
    fn a_period_of_months_ends_with_the_day_of_the_same_number_or_the_last_of_the_month() {
        assert_eq!(end(MONTHS_3, "2026-11-30"), day("2027-03-01"), "February has no 30th");
        assert_eq!(end(MONTHS_3, "2027-11-30"), day("2028-03-01"), "nor has a leap year's");
        assert_eq!(end(MONTHS_3, "2026-11-24"), day("2027-02-25"));
        assert_eq!(end(MONTHS_60, "2024-02-29"), day("2029-03-01"), "no leap year: through 28 February");
        assert_eq!(end(MONTHS_12, "2026-11-24"), day("2027-11-25"));
    }

    #[test]
    fn a_second_more_than_the_limit_is_refused_by_its_name() {
        let zone = Zone::HELSINKI;
        for (limit, code, last) in [
            (MONTHS_60, "longer-than-60-months", "2031-11-25"),
            (MONTHS_12, "longer-than-12-months", "2027-11-25"),
            (MONTHS_3, "longer-than-3-months", "2027-02-25"),
        ] {
            let window = |s: i64| Window::new(day("2026-11-24"), UtcS(day(last).0 + s));
            assert_eq!(limit.apply(&zone, "window", window(0), UtcS(0)).unwrap(), window(0));
            let refused = limit.apply(&zone, "window", window(1), UtcS(0));
            assert!(matches!(refused, Err(SiteError::Invalid { field: "window", problem }) if problem == code));
        }
    }

    #[test]
    fn a_beginning_that_is_left_out_counts_as_today_and_a_summer_changes_nothing() {
        let zone = Zone::HELSINKI;
        let today = UtcS(day("2026-06-24").0 + 43_200);
        let filled = MONTHS_3.apply(&zone, "window", Window::ALWAYS, today).unwrap();
        assert_eq!(filled, Window { from: None, until: Some(UtcS(day("2026-09-25").0)) });
        let over_autumn = MONTHS_3.apply(&zone, "window", Window::ALWAYS, day("2026-09-24")).unwrap();
        assert_eq!(over_autumn.until, Some(day("2026-12-25")));
        let long_over = Window { from: None, until: Some(UtcS(5)) };
        assert_eq!(MONTHS_3.apply(&zone, "window", long_over, today).unwrap(), long_over);
    }
}
