//! `lockdown start`, `lockdown lift`, `lockdown list`: the way in a threat when the dashboard cannot be reached. The
//! running controller sees the change within a second.

use access::id::DoorId;
use access::time::UtcS;
use anyhow::{Context as _, bail, ensure};
use chrono::DateTime;
use chrono_tz::Tz;
use clap::{ArgGroup, Args};
use db::site::{LockdownScope, LockdownView, Site};
use serde_json::json;

use super::time::time;
use super::{ConfigPath, actor, open, say};
use crate::clock::utc_now;

/// Most lockdowns that are listed or lifted at once; far more than people order in a threat.
const LISTED_MAX: u32 = 1_000;

#[derive(Args)]
#[command(group = ArgGroup::new("scope").required(true))]
pub(super) struct Start {
    /// Every door of the site.
    #[arg(long, group = "scope")]
    all: bool,
    /// The doors of an area, those that join it later too.
    #[arg(long, value_name = "NAME", group = "scope")]
    area: Option<String>,
    /// One door.
    #[arg(long, value_name = "ID", group = "scope")]
    door: Option<DoorId>,
    /// Why; everybody who may see the door reads it.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// When it ends by itself, such as 2026-11-24T18:00 by the site's clock, or with an offset such as Z; only when
    /// it is lifted if left out.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    #[command(flatten)]
    config: ConfigPath,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(group = ArgGroup::new("which").required(true))]
pub(super) struct Lift {
    /// The number of the lockdown, as it is listed.
    #[arg(group = "which")]
    number: Option<i64>,
    /// All that are on.
    #[arg(long, group = "which")]
    all: bool,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    config: ConfigPath,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    config: ConfigPath,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn start(start: &Start) -> anyhow::Result<()> {
    let config = start.config.read()?;
    let site = open(&config)?;
    let scope = match (&start.area, &start.door) {
        (Some(name), _) => {
            let Some(area) = site.area_by_name(name)? else { bail!("there is no area {name}") };
            LockdownScope::Area(area.id.0)
        }
        (None, Some(door)) => LockdownScope::Door(door.clone()),
        (None, None) => LockdownScope::Site,
    };
    let until = start.until.as_deref().map(|text| time(text, config.zone)).transpose()?;
    let number = site.lock_down(&actor(), &scope, until, &start.reason)?;
    let doors = site.lockdown(number)?.doors;
    if start.json {
        return say(&json!({ "number": number, "doors": doors }).to_string());
    }
    say(&format!("Lockdown {number} is on. It reaches {doors} doors; see: kulku-controller lockdown list"))
}

pub(super) fn lift(lift: &Lift) -> anyhow::Result<()> {
    let site = open(&lift.config.read()?)?;
    let numbers = match lift.number {
        Some(number) => vec![number],
        None => on(&site)?.into_iter().map(|lockdown| lockdown.id).collect(),
    };
    for number in &numbers {
        site.lift_lockdown(&actor(), *number, &lift.reason).with_context(|| format!("lockdown {number}"))?;
    }
    if lift.json {
        return say(&json!({ "lifted": numbers }).to_string());
    }
    ensure!(!numbers.is_empty(), "no lockdown is on");
    numbers.iter().try_for_each(|number| say(&format!("Lockdown {number} is lifted.")))
}

pub(super) fn list(list: &List) -> anyhow::Result<()> {
    let config = list.config.read()?;
    let lockdowns = on(&open(&config)?)?;
    if list.json {
        return say(&serde_json::Value::from_iter(lockdowns.iter().map(as_json)).to_string());
    }
    for lockdown in lockdowns {
        let until = lockdown.until.map_or_else(|| "until it is lifted".to_owned(), |until| shown(until, config.zone));
        say(&format!(
            "{:>6} {:<5} {:<32} {} of {} doors, {until}: {}",
            lockdown.id,
            lockdown.scope.code(),
            lockdown.name,
            lockdown.in_force,
            lockdown.doors,
            lockdown.reason
        ))?;
    }
    Ok(())
}

fn on(site: &Site) -> anyhow::Result<Vec<LockdownView>> {
    Ok(site.lockdowns(Some(utc_now().second()), LISTED_MAX)?)
}

fn as_json(lockdown: &LockdownView) -> serde_json::Value {
    json!({
        "number": lockdown.id,
        "scope": lockdown.scope.code(),
        "name": lockdown.name,
        "until_s": lockdown.until.map(|until| until.0),
        "reason": lockdown.reason,
        "operator": lockdown.operator,
        "at_ms": lockdown.at.0,
        "doors": lockdown.doors,
        "in_force": lockdown.in_force,
    })
}

fn shown(until: UtcS, zone: Tz) -> String {
    DateTime::from_timestamp(until.0, 0)
        .map_or_else(|| until.0.to_string(), |time| format!("until {}", time.with_timezone(&zone).format("%F %H:%M")))
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Helsinki;

    use super::*;

    #[test]
    fn an_end_is_shown_by_the_sites_clock() {
        assert_eq!(shown(UtcS(1_795_536_000), Helsinki), "until 2026-11-24 18:00");
    }
}
