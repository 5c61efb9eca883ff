//! The hospital of the demo on a day on which something has happened, in a browser that has signed in.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::demo::{Demo, Options, Ready, start};
use crate::http::Client;
use crate::people::invent;
use crate::wait;

/// All doors that have a name.
const DOORS: usize = 8;

/// How long cards are held, in milliseconds.
const HOLD_MS: u32 = 60;

/// People by their place in [`invent`]: a nurse of the emergency unit, somebody whose card is blocked, two of the
/// pharmacy, and whoever has lost a card.
pub const NURSE: usize = 0;
/// See [`NURSE`].
const BLOCKED: usize = 7;
/// See [`NURSE`].
pub const PHARMACISTS: [usize; 2] = [15, 16];
/// See [`NURSE`].
const FORGETFUL: usize = 21;

/// A backup card of the desk that is out, and one that is there.
const BACKUP_OUT: &str = "04B1A2C3D4E501";
/// See `BACKUP_OUT`.
pub const BACKUP: &str = "04B1A2C3D4E502";

/// So many people are put into a group at once.
const CHOSEN: usize = 3;

/// Nobody knows this card.
const STRANGER: &str = "DEADBEEF";

/// Starts a hospital of its own, lets things happen there, signs in, and takes the steps.
///
/// # Errors
/// If something does not start or does not happen, or if the steps fail.
pub fn in_hospital<F: Future<Output = Result<()>>>(steps: impl FnOnce(Browser, Ready) -> F) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let data = tempfile::tempdir()?;
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let options =
        Options { dashboard: anywhere, mqtt: anywhere, data: data.path().to_path_buf(), doors: DOORS, cards: None };
    let demo: Demo = runtime.block_on(start(&options, &|_| {}))?;
    let ready = demo.ready.clone();
    // The hospital runs on the runtime's own threads, so that these calls may block.
    happen(&ready)?;
    let taken = runtime.block_on(async {
        let browser = Browser::open().await?;
        browser.sign_in(&ready.dashboard, (&ready.operator.name, &ready.operator.password)).await?;
        steps(browser, ready).await
    });
    runtime.block_on(demo.stop())?;
    taken
}

/// The control of a door.
///
/// # Errors
/// If the hospital has no such door.
pub fn door(ready: &Ready, id: &str) -> Result<Client> {
    let door = ready.doors.iter().find(|door| door.id == id).with_context(|| format!("no door {id}"))?;
    Ok(Client::new(&door.control, None))
}

/// Taps, a door that was forced, one that is ordered locked, a lockdown, a card that was forgotten at home, and what
/// was done about some of it.
fn happen(ready: &Ready) -> Result<()> {
    let api = Client::new(&ready.dashboard, Some(&ready.token));
    let people = invent(FORGETFUL + 1);
    let uid = |number: usize| people.get(number).map(|person| person.uid.hex()).unwrap_or_default();
    let pharmacy = door(ready, "pharmacy")?;
    let granted = |door: &Client, uid: &str| (door.tap(uid, HOLD_MS).ok()?.signal == "granted").then_some(());
    wait::until("the list at the ward", || granted(&door(ready, "ward-1").ok()?, &uid(NURSE)))?;
    for number in PHARMACISTS {
        wait::until("the list at the pharmacy", || granted(&pharmacy, &uid(number)))?;
    }
    for card in [uid(BLOCKED), STRANGER.to_owned()] {
        // The lock may still be released for whoever came before.
        let seen = pharmacy.tap(&card, HOLD_MS)?;
        anyhow::ensure!(seen.signal.starts_with("denied"), "{card} opened the pharmacy: {seen:?}");
    }
    forced(&api, ready)?;
    let soon = |hours| in_rfc3339(Utc::now() + TimeDelta::hours(hours));
    let order = json!({"mode": "locked", "until": soon(6), "reason": "The ward is being cleaned"});
    api.act("/api/v1/doors/ward-2/order", &order)?;
    let lockdown = json!({"scope": "door", "door": "archive", "reason": "A window is broken"});
    api.act("/api/v1/lockdowns", &lockdown)?;
    let mute = json!({"kind": "battery-low", "until": soon(48), "reason": "The battery has been ordered"});
    api.act("/api/v1/alarms/mutes", &mute)?;
    let name = people.get(FORGETFUL).map(|person| person.name.replace(' ', "%20")).unwrap_or_default();
    let found: Value = api.read(&format!("/api/v1/people?text={name}"))?;
    let person = found.pointer("/items/0/id").context("the person is not there")?;
    let handout = json!({"backup": BACKUP_OUT, "person": person, "original": uid(FORGETFUL), "cause": "forgotten",
        "document": "passport", "place": "Pääaula"});
    api.act("/api/v1/handouts", &handout)?;
    let chosen: Vec<&str> = people.iter().take(CHOSEN).map(|person| person.external_id.as_str()).collect();
    many(&api, &chosen)
}

/// Several people are put into a group at once. What the house does by itself meanwhile makes a preview stale.
fn many(api: &Client, external_ids: &[&str]) -> Result<()> {
    let wish = json!({"whom": {"external_ids": external_ids}, "act": {"add-to-group": {"group": 1}}});
    wait::until("several people in a group", || {
        let seen = api.act("/api/v1/bulk", &wish).ok()?.get("seen")?.as_u64()?;
        api.act(&format!("/api/v1/bulk?seen={seen}"), &wish).ok()?.get("change")?.as_u64()
    })?;
    Ok(())
}

/// Two doors are forced: nobody has looked at the one, the other is acknowledged.
fn forced(api: &Client, ready: &Ready) -> Result<()> {
    for id in ["theatre", "laboratory"] {
        door(ready, id)?.act("/contact", &json!({"open": true}))?;
    }
    let alarms = || {
        let open: Value = api.read("/api/v1/alarms?state=open&kind=forced-open").ok()?;
        let open = open.get("items")?.as_array()?.clone();
        (open.len() == 2).then_some(open)
    };
    let alarms = wait::until("two doors forced open", alarms)?;
    let id = alarms.first().and_then(|alarm| alarm.get("id")).map(|id| id.to_string().replace('"', ""));
    let path = format!("/api/v1/alarms/{}/acknowledge", id.context("an alarm without a number")?);
    api.act(&path, &json!({"comment": "Somebody is on the way"}))?;
    Ok(())
}

fn in_rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
