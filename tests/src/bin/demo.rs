//! A hospital in one command: `cargo run --release --bin demo`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use site::demo::{DOORS_MAX, Options, Ready, start};
use tokio::signal::unix::{SignalKind, signal};

/// Starts a made-up hospital: controller, dashboard and emulated doors, with the code that runs in a real one.
#[derive(Debug, Parser)]
#[command(name = "demo", version)]
struct Arguments {
    /// Where the dashboard listens; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    dashboard: SocketAddr,
    /// Where the broker listens; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    mqtt: SocketAddr,
    /// Keep the files here, for the next time; without it they are gone afterwards
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How many doors
    #[arg(long, value_name = "N", default_value_t = 8)]
    doors: u16,
    /// A folder with dumps of real cards (.mfd, .bin, .eml, .json, .nfc), which can be tapped like any other
    #[arg(long, value_name = "DIR")]
    cards: Option<PathBuf>,
    /// Print one line of JSON when ready, for programs
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let temporary = tempfile::tempdir().context("no temporary folder can be made")?;
    let data = arguments.data.clone().unwrap_or_else(|| temporary.path().to_path_buf());
    std::fs::create_dir_all(&data).with_context(|| format!("--data {} cannot be made", data.display()))?;
    anyhow::ensure!(
        arguments.dashboard.ip().is_loopback(),
        "--dashboard {}: the demo speaks no HTTPS, so it listens on loopback only, such as 127.0.0.1:8080",
        arguments.dashboard
    );
    let doors = usize::from(arguments.doors);
    anyhow::ensure!((1..=DOORS_MAX).contains(&doors), "--doors must be between 1 and {DOORS_MAX}");
    let options =
        Options { dashboard: arguments.dashboard, mqtt: arguments.mqtt, data, doors, cards: arguments.cards.clone() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(&options, arguments.json))
}

async fn serve(options: &Options, json: bool) -> Result<()> {
    // Listened for from the first moment, and once: a Ctrl-C during the start must not get lost.
    let mut stopped = pin!(stopped()?);
    // A program reads standard output, so progress goes elsewhere then.
    let say = |text: &str| if json { eprintln!("{text}") } else { say_line(text) };
    let demo = tokio::select! {
        demo = start(options, &say) => demo?,
        () = &mut stopped => return Ok(()),
    };
    if json {
        say_line(&serde_json::to_string(&demo.ready)?);
    } else {
        say_line(&in_words(&demo.ready));
    }
    stopped.await;
    say("Stopping");
    demo.stop().await
}

/// Ends with the first SIGINT or SIGTERM after this was called.
fn stopped() -> Result<impl Future<Output = ()>> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

fn in_words(ready: &Ready) -> String {
    let mut text = format!(
        "\nThe hospital is open.\n\n  dashboard  {}\n  sign in    {} / {}\n  tap cards  {}/demo\n  API token  {}\n  broker     {}\n\n",
        ready.dashboard, ready.operator.name, ready.operator.password, ready.dashboard, ready.token, ready.mqtt
    );
    for door in &ready.doors {
        text.push_str(&format!("  {:<16} {}\n", door.id, door.control));
    }
    text.push_str(&format!("  {:<16} {}   (encoder)\n", ready.encoder.id, ready.encoder.control));
    text.push_str("\nCtrl-C ends it.");
    text
}

fn say_line(text: &str) {
    use std::io::Write;
    // Whoever closed standard output does not want to hear.
    let _ = writeln!(std::io::stdout(), "{text}");
}
