//! Pictures of the pages: `cargo run -p kulku-tests --bin screens` writes `docs/screens/*.png` anew, with fewer colours if
//! Debian's `pngquant` is there.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};
use site::browser::{Browser, Look};
use site::scene::in_hospital;

/// Most that one picture may weigh in the repository.
const BYTES_MAX: usize = 100 * 1024;

/// A picture: the file's name, the page, the height of the window, and how it is looked at.
struct Shot {
    name: &'static str,
    path: &'static str,
    height: u32,
    look: Look,
}

const SHOTS: [Shot; 12] = [
    shot("overview", "/", (1280, 800), "en", false),
    shot("overview-dark", "/", (1280, 800), "fi", true),
    shot("events", "/events", (1280, 720), "sv", false),
    shot("refused", "/events?code=denied", (1120, 760), "en", true),
    shot("desk", "/desk?q=04B1A2C3D4E501", (1280, 700), "fi", false),
    shot("person", "/people/1", (1120, 800), "en", false),
    shot("rules", "/rules", (1280, 700), "en", false),
    shot("lockdown", "/lockdown/start?where=site&reason=Drill", (1120, 700), "en", true),
    shot("who-is-in", "/inside", (1120, 700), "sv", true),
    shot("taps", "/reports/taps", (1280, 800), "fi", false),
    shot("telephone", "/doors/ward-2", (390, 760), "fi", false),
    shot("telephone-dark", "/people", (390, 760), "sv", true),
];

const fn shot(name: &'static str, path: &'static str, size: (u32, u32), language: &'static str, dark: bool) -> Shot {
    Shot { name, path, height: size.1, look: Look { language, dark, width: size.0 } }
}

fn main() -> ExitCode {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/screens");
    match in_hospital(|browser, ready| async move { all(&browser, &ready.dashboard, &folder).await }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("screens: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn all(browser: &Browser, dashboard: &str, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for shot in &SHOTS {
        browser.speak(shot.look.language).await?;
        browser.resize(shot.look.width, shot.height, shot.look.dark).await?;
        browser.page.goto(format!("{dashboard}{}", shot.path)).await?;
        if shot.name == "refused" {
            // Events have numbers of their own at each start: it is the newest refusal.
            browser.click("tr[data-code=denied] a[href^='/events/']").await?;
            browser.see("#why").await?;
        }
        let file = folder.join(format!("{}.png", shot.name));
        let picture = smaller(browser.page.screenshot_as_png().await?)?;
        anyhow::ensure!(
            picture.len() <= BYTES_MAX,
            "{} has {} bytes, {BYTES_MAX} at most",
            file.display(),
            picture.len()
        );
        std::fs::write(&file, &picture).with_context(|| file.display().to_string())?;
        eprintln!("{} ({} KiB)", file.display(), picture.len() / 1024);
    }
    Ok(())
}

/// The picture with as few colours as it needs, if the machine has a program for that.
fn smaller(picture: Vec<u8>) -> Result<Vec<u8>> {
    let mut pngquant = Command::new("pngquant");
    let Ok(mut child) = pngquant.args(["64", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
        return Ok(picture);
    };
    let mut into = child.stdin.take().context("pngquant hears nothing")?;
    let written = picture.clone();
    let writer = std::thread::spawn(move || into.write_all(&written));
    let output = child.wait_with_output()?;
    let is_written = writer.join().is_ok_and(|written| written.is_ok());
    Ok(if output.status.success() && is_written { output.stdout } else { picture })
}
