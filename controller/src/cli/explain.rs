//! `explain`: would a card pass a door, and why.

use access::id::DoorId;
use access::time::UtcMs;
use access::uid::Uid;
use anyhow::Context as _;
use clap::Args;
use dashboard::console::{self, Explanation, Language};
use serde_json::json;

use super::time::time;
use super::{ConfigPath, language, open, say};
use crate::clock::utc_now;

#[derive(Args)]
pub(super) struct Explain {
    /// The card's number, in hexadecimal digits.
    #[arg(long, value_name = "UID")]
    card: Uid,
    /// At which door.
    #[arg(long, value_name = "ID")]
    door: DoorId,
    /// When, such as 2026-11-24T18:00 by the site's clock, or with an offset such as Z; now if left out. It is asked by what is
    /// true now.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// In which language: fi, sv or en.
    #[arg(long, value_name = "CODE", default_value = "en", value_parser = language)]
    language: Language,
    #[command(flatten)]
    config: ConfigPath,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn explain(asked: &Explain) -> anyhow::Result<()> {
    let config = asked.config.read()?;
    let site = open(&config)?;
    let at = match &asked.at {
        Some(text) => UtcMs(time(text, config.zone)?.0.saturating_mul(1_000)),
        None => utc_now(),
    };
    let explained = console::explain(&site, (&asked.door, asked.card), at, (asked.language, config.zone));
    let explained = explained.with_context(|| format!("it cannot be said who passes {}", asked.door))?;
    say(&if asked.json { as_json(&explained) } else { as_text(&explained) })
}

fn as_json(explained: &Explanation) -> String {
    let conditions: Vec<_> = explained
        .conditions
        .iter()
        .map(|one| json!({ "code": one.code, "finding": one.finding, "title": one.title, "sentences": one.sentences }))
        .collect();
    json!({ "granted": explained.granted, "reasons": explained.reasons, "conditions": conditions, "say": explained.say })
        .to_string()
}

fn as_text(explained: &Explanation) -> String {
    let lines = explained
        .conditions
        .iter()
        .map(|one| format!("\n{:<10} {}: {}", one.finding, one.title, one.sentences.join(" ")))
        .collect::<String>();
    format!("{}\n{lines}", explained.say)
}
