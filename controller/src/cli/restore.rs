//! `backup`, `restore`, `reconcile`.

use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use chrono::DateTime;
use chrono_tz::Tz;
use clap::{ArgGroup, Args};
use db::site::{
    BackupDone, Decision, Differs, Known, PutBack, RestoredDoor, RestoredView, SoundBackup, WithoutDigest, back_up,
    put_back,
};
use serde_json::{Value, json};

use access::entry::{Block, Blocks};
use access::time::UtcMs;

use super::{ConfigPath, actor, open, say};
use crate::clock::utc_now;
use crate::start;

/// Most cards that are shown one by one; the numbers above them count all.
const CARDS_SHOWN_MAX: u32 = 1_000;

/// What the operator log says if nobody says why.
const REASON: &str = "after a restored backup";

#[derive(Args)]
pub(super) struct Backup {
    /// The file to make, readable by its owner only; nothing is written over. It holds the keys of doors and what
    /// operators sign in with: keep it like the database itself. The masters, and the site's authority with its keys,
    /// are not in it: keep copies of those apart.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    config: ConfigPath,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct Restore {
    /// The backup.
    file: PathBuf,
    /// Looks at every byte of it and says what it holds, beside a controller that may run. Nothing is changed.
    #[arg(long)]
    check: bool,
    /// Takes a backup that has no digest at its end, as older programs made them: a byte in it that went bad is not seen.
    #[arg(long)]
    without_digest: bool,
    #[command(flatten)]
    config: ConfigPath,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(group = ArgGroup::new("what"))]
pub(super) struct Reconcile {
    /// Shows what doors know that the backup does not; so it does without any of these.
    #[arg(long, group = "what")]
    show: bool,
    /// Blocks and pauses here the cards that doors keep out, leaves locked-down doors locked down, and lets the doors
    /// that have told follow again. The others follow once they have told.
    #[arg(long, group = "what")]
    keep_out: bool,
    /// Lets all doors follow the backup, also where it lets in whom a door keeps out.
    #[arg(long, group = "what")]
    accept: bool,
    /// Why, for the operator log.
    #[arg(long, value_name = "TEXT", default_value = REASON)]
    reason: String,
    #[command(flatten)]
    config: ConfigPath,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn backup(backup: &Backup) -> anyhow::Result<()> {
    let config = backup.config.read()?;
    let version = env!("CARGO_PKG_VERSION");
    let made = back_up(&config.database, &backup.out, version, utc_now(), &mut progress())?;
    let BackupDone { bytes, schema, change, row } = made;
    let out = backup.out.display().to_string();
    if backup.json {
        let value = json!({ "file": out, "bytes": bytes, "schema": schema, "change": change, "log_row": row });
        return say(&value.to_string());
    }
    say(&format!(
        "{out} holds the database through change {change} and row {row} of the log ({bytes} bytes, schema {schema}), \
         and was checked.\nNot in it: the masters, and the site's authority with its keys. Keep copies of those apart."
    ))
}

pub(super) fn restore(restore: &Restore) -> anyhow::Result<()> {
    let config = restore.config.read()?;
    let without_digest = if restore.without_digest { WithoutDigest::Taken } else { WithoutDigest::Refused };
    let look = || SoundBackup::open(&restore.file, &config.site, without_digest);
    if restore.check {
        return checked(&look()?, restore.json, config.zone);
    }
    if let Some(folder) = config.database.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let lock = start::lock(&config.database)?;
    let PutBack { kept, made, last_change, change } = put_back(&look()?, &config.database, &actor(), &mut progress())?;
    drop(lock);
    let kept = kept.map(|path| path.display().to_string());
    if restore.json {
        let value = json!({
            "kept": kept, "made_ms": made.map(|at| at.0), "last_change": last_change, "change": change,
        });
        return say(&value.to_string());
    }
    let made = made_in_words(made, config.zone);
    let kept = kept.map_or_else(String::new, |kept| format!("What was there before is kept as {kept}.\n"));
    say(&format!(
        "The backup, made {made}, is in place; generations go on from {change}.\n{kept}\
         Start the controller. It sends doors nothing until somebody has decided: doors may keep out cards that the \
         backup lets in. Wait until they have told, and decide on the dashboard or with: kulku-controller reconcile"
    ))
}

/// What a backup holds that was looked at.
fn checked(backup: &SoundBackup, json: bool, zone: Tz) -> anyhow::Result<()> {
    let BackupDone { bytes, schema, change, row } = backup.holds;
    if json {
        let value = json!({
            "made_ms": backup.made.map(|at| at.0), "bytes": bytes, "schema": schema, "change": change, "log_row": row,
            "digest": backup.digest,
        });
        return say(&value.to_string());
    }
    let every = if backup.digest { "every byte is as it was made" } else { "nothing in it contradicts itself" };
    say(&format!(
        "The backup, made {}, holds the database through change {change} and row {row} of the log ({bytes} bytes, schema \
         {schema}); {every}. Nothing was changed.",
        made_in_words(backup.made, zone)
    ))
}

fn made_in_words(made: Option<UtcMs>, zone: Tz) -> String {
    made.map_or_else(|| "at a time that it does not say".to_owned(), |at| shown(at, zone))
}

pub(super) fn reconcile(reconcile: &Reconcile) -> anyhow::Result<()> {
    let config = reconcile.config.read()?;
    let site = open(&config)?;
    let decision = match (reconcile.keep_out, reconcile.accept) {
        (true, _) => Decision::KeepOut,
        (false, true) => Decision::Accept,
        (false, false) => {
            let Some(view) = site.restored()? else { bail!("no backup has been put back here") };
            let cards = site.restored_cards(CARDS_SHOWN_MAX)?;
            return if reconcile.json {
                say(&as_json(&view, &cards).to_string())
            } else {
                show(&view, &cards, config.zone)
            };
        }
    };
    let decided = site.decide(&actor(), decision, &reconcile.reason)?;
    if reconcile.json {
        let value = json!({
            "decision": decision.code(),
            "cards": decided.cards,
            "lockdowns": decided.lockdowns,
            "left": decided.left,
            "waiting": decided.waiting,
        });
        return say(&value.to_string());
    }
    say(&format!(
        "Doors follow again. Cards kept out: {}. Cards left as they are, since another door lets them in or the door that \
         keeps them out never listed them: {}; look at them. Doors that stay locked down: {}. Doors that are left alone \
         until they have told, or since they keep out too many cards: {}.",
        decided.cards, decided.left, decided.lockdowns, decided.waiting
    ))
}

fn show(view: &RestoredView, cards: &[Known], zone: Tz) -> anyhow::Result<()> {
    let made = view.made.map_or_else(|| "unknown".to_owned(), |at| shown(at, zone));
    say(&format!(
        "Put back {} by {}. Backup made: {made}, through change {}.",
        shown(view.at, zone),
        view.operator,
        view.last_change.0
    ))?;
    say(&match view.decision {
        None => "Waits for a decision: nothing is sent to doors.".to_owned(),
        Some(decision) => format!("Decided: {}. Doors that are still left alone: {}.", decision.code(), view.held()),
    })?;
    for door in &view.doors {
        say(&format!(
            "  {:<32} {:<7} {:<22} {}{}",
            door.door.as_str(),
            if door.online { "online" } else { "away" },
            standing(door),
            if door.newer { "list newer than the backup" } else { "" },
            if door.locked_down { ", locked down" } else { "" },
        ))?;
    }
    for (differs, count) in Differs::ALL.into_iter().zip(view.cards) {
        say(&format!("{count:>6} cards {}", words(differs)))?;
    }
    for card in cards {
        let at = |blocks: Option<Blocks>| blocks.map_or_else(|| "not listed".to_owned(), blocks_in_words);
        say(&format!(
            "  {:<20} {:<10} at {} doors: {}; here: {}",
            card.uid.hex(),
            card.differs.code(),
            card.doors,
            at(card.there),
            at(card.here)
        ))?;
    }
    Ok(())
}

fn standing(door: &RestoredDoor) -> &'static str {
    match (door.released, door.told) {
        (true, _) => "follows",
        (false, Some(_)) => "has told",
        (false, None) => "has not told yet",
    }
}

fn words(differs: Differs) -> &'static str {
    match differs {
        Differs::Blocked => "are kept out at doors, and not here (--keep-out keeps them out)",
        Differs::Unlisted => "were taken off doors that list them here (--keep-out keeps them out)",
        Differs::OnlyThere => "pass at doors, and are not listed there here: they will stop",
        Differs::Unblocked => "are kept out here, and not at doors any more",
    }
}

fn blocks_in_words(blocks: Blocks) -> String {
    let set: Vec<&str> =
        Block::ALL.into_iter().filter(|block| blocks.contains(*block)).map(|block| block.reason().code()).collect();
    if set.is_empty() { "passes".to_owned() } else { set.join(", ") }
}

fn as_json(view: &RestoredView, cards: &[Known]) -> Value {
    let doors = view.doors.iter().map(|door| {
        json!({
            "id": door.door.as_str(),
            "online": door.online,
            "told_ms": door.told.map(|at| at.0),
            "generation": door.generation.map(|generation| generation.0),
            "newer": door.newer,
            "locked_down": door.locked_down,
            "released": door.released,
        })
    });
    let cards = cards.iter().map(|card| {
        json!({
            "uid": card.uid.hex(),
            "differs": card.differs.code(),
            "doors": card.doors,
            "there": card.there.map(Blocks::bits),
            "here": card.here.map(Blocks::bits),
        })
    });
    let counts: Value =
        Differs::ALL.into_iter().zip(view.cards).map(|(differs, n)| (differs.code(), Value::from(n))).collect();
    json!({
        "at_ms": view.at.0,
        "operator": view.operator,
        "made_ms": view.made.map(|at| at.0),
        "last_change": view.last_change.0,
        "change": view.change.0,
        "waits": view.waits(),
        "decision": view.decision.map(Decision::code),
        "doors": Value::from_iter(doors),
        "counts": counts,
        "cards": Value::from_iter(cards),
    })
}

fn shown(at: UtcMs, zone: Tz) -> String {
    DateTime::from_timestamp_millis(at.0)
        .map_or_else(|| at.0.to_string(), |time| time.with_timezone(&zone).format("%F %H:%M").to_string())
}

/// On a terminal, how far it is; each hundredth once.
fn progress() -> impl FnMut(u64, u64) {
    let mut told = None;
    move |left, pages| {
        let percent = pages.saturating_sub(left).saturating_mul(100).checked_div(pages);
        if percent != told && std::io::stderr().is_terminal() {
            told = percent;
            // It is of no matter if nobody can read it.
            let _ = write!(std::io::stderr(), "\r{} % copied ", percent.unwrap_or(100));
        }
    }
}
