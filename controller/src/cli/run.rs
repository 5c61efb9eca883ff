//! `run` and `check`.

use std::io::Write;

use anyhow::Context;
use serde_json::json;
use service::notify;
use service::process_log::ProcessLog;
use tokio::signal::unix::{SignalKind, signal};

use super::{Common, answer, say};
use crate::clock::utc_now;
use crate::config::{Config, Https, Mqtt};
use crate::keys::Keyring;
use crate::{Controller, start};

/// The broker's library tells of every connection at its middle level; ours does already.
const LOG: &str = "info,mqtt5=error";

pub(super) fn run(config: Config, json: bool) -> anyhow::Result<()> {
    // Dropped last, so that the last lines are written.
    let _log = ProcessLog::start(LOG).context("the process log could not be started")?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime could not be started")?;
    runtime.block_on(async {
        // Before anything runs, so that no signal is missed.
        let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be heard")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be heard")?;
        let https = config.https.clone();
        let mut controller = start(config).await?;
        ready(&controller, &https, json)?;
        notify::ready();
        let asked = tokio::select! {
            _ = terminate.recv() => true,
            _ = interrupt.recv() => true,
            () = controller.failed() => false,
        };
        notify::stopping();
        tracing::info!("stopping");
        controller.stop().await;
        anyhow::ensure!(asked, "a part of the controller has ended; see the log");
        Ok(())
    })
}

pub(super) fn check(common: &Common) -> anyhow::Result<()> {
    let config = &common.config.read()?;
    let mqtt = match &config.mqtt {
        Mqtt::Embedded { listen, .. } => format!("embedded, listens on {listen}"),
        Mqtt::External { broker, .. } => format!("external, at {broker}"),
    };
    let identity = match config.enrol {
        Some(enrol) => format!("certificates, given at {}", enrol.listen),
        None => "passwords in the clear (tls = false)".to_owned(),
    };
    let doors = config.doors_connect_to().map_or_else(
        || "not known: set mqtt.embedded.doors_connect_to before you add doors".to_owned(),
        |endpoint| endpoint.to_string(),
    );
    let masters = match &config.masters_file {
        Some(file) => {
            let keys = Keyring::read(file, &config.site)?;
            let versions: Vec<String> = keys.versions().map(|version| version.number().to_string()).collect();
            format!("{}, versions {}", file.display(), versions.join(", "))
        }
        None => "none: no card can be encoded, and doors that ask for credentials admit nobody".to_owned(),
    };
    let authorities = crate::authorities::load(&config.authorities)?.iter().count();
    let mut facts = vec![
        ("site", config.site.to_string()),
        ("database", config.database.display().to_string()),
        ("dashboard", config.https.url(config.dashboard)),
        ("broker", mqtt),
        ("doors use", doors),
        ("doors show", identity),
        ("time zone", config.zone.to_string()),
        ("masters", masters),
        ("trusts", format!("{authorities} authorities")),
    ];
    facts.extend(config.lists.iter().map(|list| ("list", list.location.to_string())));
    facts.extend(config.register.iter().map(|of| ("rights", format!("of {}, asked at {}", of.source, of.url))));
    facts.extend(config.observe.map(|observe| ("figures", format!("http://{observe}/metrics"))));
    facts.extend(config.syslog.as_ref().map(|syslog| {
        let names = if syslog.names { "with names" } else { "without names" };
        ("syslog", format!("to {}, {names}", syslog.server))
    }));
    let text: Vec<String> = facts.iter().map(|(name, value)| format!("{name:<11}{value}")).collect();
    let one = |(name, value): &(&str, String)| json!({ "name": name, "value": value });
    answer(common.json, &facts.iter().map(one).collect(), &text.join("\n"))
}

fn ready(controller: &Controller, https: &Https, json: bool) -> anyhow::Result<()> {
    let (dashboard, mqtt) = (https.url(controller.dashboard), &controller.mqtt);
    tracing::info!(%dashboard, %mqtt, "ready");
    if let Some(path) = dashboard::invitation::first(&controller.site, utc_now())? {
        writeln!(
            std::io::stderr(),
            "Nobody can sign in yet. Whoever opens this becomes the first administrator, once and within a day: \
             {dashboard}{path}\n\
             Or, on this machine: kulku-controller operator add NAME --config FILE"
        )?;
    }
    if json {
        let mut line = serde_json::json!({ "dashboard": dashboard, "mqtt": mqtt.to_string() });
        if let (Some(enrol), Some(line)) = (controller.enrol(), line.as_object_mut()) {
            line.insert("enrol".to_owned(), enrol.to_string().into());
        }
        if let (Some(observe), Some(line)) = (controller.observe(), line.as_object_mut()) {
            line.insert("observe".to_owned(), observe.to_string().into());
        }
        say(&line.to_string())?;
        std::io::stdout().flush().context("standard output cannot be written to")?;
    }
    Ok(())
}
