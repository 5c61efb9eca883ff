//! Times as somebody types them.

use access::time::UtcS;
use anyhow::Context as _;
use chrono::{DateTime, NaiveDateTime, TimeZone as _};
use chrono_tz::Tz;

/// With an offset, or by the site's clock. Of an hour that comes twice the later one: as an end, too long keeps people out, and
/// too short lets a threat in.
pub(super) fn time(text: &str, zone: Tz) -> anyhow::Result<UtcS> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(UtcS(time.timestamp()));
    }
    let local =
        ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"].iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let local = local.with_context(|| format!("{text} is no time; write it like 2026-11-24T18:00"))?;
    let time = zone.from_local_datetime(&local).latest();
    let time = time.with_context(|| format!("{text} does not exist in {zone}: the clock jumps over it"))?;
    Ok(UtcS(time.timestamp()))
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Helsinki;

    use super::*;

    #[test]
    fn a_time_is_the_sites_or_has_an_offset() {
        let at = |text| time(text, Helsinki).ok().map(|time| time.0);
        assert_eq!(at("2026-11-24T18:00"), at("2026-11-24T16:00:00Z"));
        assert_eq!(at("2026-11-24 18:00"), at("2026-11-24T18:00:00+02:00"));
        assert_eq!(at("2026-10-25T03:30"), at("2026-10-25T01:30:00Z"), "the later of two");
        assert_eq!(at("2026-03-29T03:30"), None, "the clock jumps over it");
        assert_eq!(at("18:00"), None);
    }
}
