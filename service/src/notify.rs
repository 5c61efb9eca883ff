//! What systemd is told of a service (`Type=notify`, `WatchdogSec=`). Without systemd nobody is told, and nothing fails.
//!
//! A line of text in a datagram (sd_notify(3)). Systemd itself may hang, and then its socket fills up: whoever gives a sign of
//! life does not wait for that, since doors are decided by the same loop.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::{Duration, Instant};

/// Of the time that systemd allows between two signs of life, one is given each so many'th part: two may come late.
const PARTS: u32 = 3;

/// Longest that the start and the end of a service wait for systemd to take the news. Without the first it would be ended.
const PATIENCE: Duration = Duration::from_secs(10);

const SIGN_OF_LIFE: &str = "WATCHDOG=1";

/// Says that the service does its work now.
pub fn ready() {
    tell_now("READY=1");
}

/// Says that the service is about to end.
pub fn stopping() {
    tell_now("STOPPING=1");
}

fn tell_now(news: &str) {
    // Whoever cannot be told restarts the service at worst.
    let _ = of_this_process().and_then(|manager| {
        manager.set_write_timeout(Some(PATIENCE))?;
        manager.send(news.as_bytes())
    });
}

fn of_this_process() -> io::Result<UnixDatagram> {
    let place = env::var_os("NOTIFY_SOCKET").ok_or(io::ErrorKind::NotFound)?;
    connected(&place)
}

/// A path, or a name without one behind an `@`.
fn connected(place: &OsStr) -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    match place.as_bytes().strip_prefix(b"@") {
        Some(name) => socket.connect_addr(&SocketAddr::from_abstract_name(name)?)?,
        None => socket.connect(place)?,
    }
    Ok(socket)
}

/// The sign of life. It belongs to the loop that owns a program's state and to nothing else: a loop that hangs gives none,
/// whatever goes on beside it, and is started anew.
#[derive(Debug, Default)]
pub struct Watchdog(Option<Fed>);

#[derive(Debug)]
struct Fed {
    place: OsString,
    every: Duration,
    due: Instant,
}

impl Watchdog {
    /// The one that systemd asks this process for; none if it asks for none.
    #[must_use]
    pub fn of_this_process() -> Self {
        let asked = |name| env::var(name).ok()?.parse::<u64>().ok();
        // The variables are inherited, and a child is not the one that is asked.
        let is_asked = asked("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let allowed = asked("WATCHDOG_USEC").filter(|_| is_asked).map(Duration::from_micros);
        Self(env::var_os("NOTIFY_SOCKET").zip(allowed).map(|(place, allowed)| Fed::new(place, allowed)))
    }

    /// When the next sign of life is due: a loop must not sleep for longer. Nothing if nobody asks.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.0.as_ref().map(|fed| fed.due)
    }

    /// Gives a sign of life if one is due. Cheap enough for every turn of a loop.
    pub fn feed(&mut self) {
        let Some(fed) = &mut self.0 else { return };
        let now = Instant::now();
        if now >= fed.due {
            // Nobody who can do without the news is waited for; one that is lost is followed by the next.
            let _ = fed.tell();
            fed.due = now + fed.every;
        }
    }
}

impl Fed {
    fn new(place: OsString, allowed: Duration) -> Self {
        Self { place, every: allowed / PARTS, due: Instant::now() }
    }

    fn tell(&self) -> io::Result<usize> {
        let manager = connected(&self.place)?;
        manager.set_nonblocking(true)?;
        manager.send(SIGN_OF_LIFE.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_systemd_nothing_is_due_and_nothing_fails() {
        let mut watchdog = Watchdog::default();
        watchdog.feed();
        assert_eq!(watchdog.due(), None);
        ready();
        stopping();
    }

    #[test]
    fn a_sign_of_life_is_due_again_after_a_third_of_the_time() {
        let folder = tempfile::tempdir().unwrap();
        let mut watchdog = Watchdog(Some(Fed::new(folder.path().join("nobody").into(), Duration::from_secs(9_000))));
        let due = watchdog.due().unwrap();
        watchdog.feed();
        let next = watchdog.due().unwrap();
        assert!(next >= due + Duration::from_secs(3_000));
        watchdog.feed();
        assert_eq!(watchdog.due(), Some(next), "it was not due");
    }

    /// More than a socket keeps for a reader that never comes.
    const UNREAD: usize = 10_000;

    fn is_heard(place: OsString, manager: &UnixDatagram) {
        manager.set_nonblocking(true).unwrap();
        let mut watchdog = Watchdog(Some(Fed::new(place, Duration::ZERO)));
        for _ in 0..UNREAD {
            watchdog.feed();
        }
        let mut heard = [0; 64];
        let mut kept = 0;
        while let Ok(length) = manager.recv(&mut heard) {
            assert_eq!(&heard[..length], SIGN_OF_LIFE.as_bytes());
            kept += 1;
        }
        assert!((1..UNREAD).contains(&kept), "{kept} were kept");
        watchdog.feed();
        assert!(manager.recv(&mut heard).is_ok(), "it is told again once there is room");
    }

    #[test]
    fn a_manager_that_hangs_holds_nobody_up_and_hears_the_next_sign_once_it_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        is_heard(path.clone().into(), &UnixDatagram::bind(path).unwrap());
        let name = format!("kulku-notify-test-{}", std::process::id());
        let unnamed = SocketAddr::from_abstract_name(&name).unwrap();
        is_heard(format!("@{name}").into(), &UnixDatagram::bind_addr(&unnamed).unwrap());
    }
}
