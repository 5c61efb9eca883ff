//! What any program asks of its machine: a clock that is set, room on the disk, files that it may write, servers that answer.

use std::fs::Metadata;
use std::io;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{StatVfsMountFlags, statvfs};

use crate::doctor::Finding;

/// No clock that is set shows less: 2026-01-01. A board without one begins in 1970 or where it was switched off.
const SINCE_S: u64 = 1_767_225_600;

/// How long a server may take to answer.
pub const ANSWER_WAIT: Duration = Duration::from_secs(3);

/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 4;

/// Files of others that are named.
const NAMED_MAX: usize = 3;

/// Permissions of everybody on the machine.
const EVERYBODY: u32 = 0o007;

const MEGABYTE: u64 = 1024 * 1024;

/// Whether the clock is set, and goes with the world.
#[must_use]
pub fn clock() -> Finding {
    let asked = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let said = asked.ok().filter(|asked| asked.status.success()).map(|asked| asked.stdout);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    judge_clock(now, said.map(|said| said.starts_with(b"yes")))
}

fn judge_clock(now_s: u64, synchronised: Option<bool>) -> Finding {
    const CHECK: &str = "clock";
    let remedy = "run timedatectl set-ntp true, and let UDP port 123 out, or name a time server of the house in \
                  /etc/systemd/timesyncd.conf";
    if now_s < SINCE_S {
        return Finding::wrong(CHECK, format!("the clock stands {} days after 1970", now_s / 86_400), remedy);
    }
    match synchronised {
        Some(true) => Finding::well(CHECK, "the clock is set, and synchronised"),
        Some(false) => Finding::attention(CHECK, "no time server sets the clock", remedy),
        None => Finding::attention(
            CHECK,
            "the clock is set; whether a time server does it, this machine does not tell",
            "see to it that something does: systemd-timesyncd or chrony",
        ),
    }
}

/// Whether there is room on the disk of a folder, and it takes something. Less than `least` does not do; less than `enough`
/// will not for ever. Both in bytes.
#[must_use]
pub fn disk(folder: &Path, least: u64, enough: u64) -> Finding {
    const CHECK: &str = "disk";
    let at = folder.display();
    match statvfs(folder) {
        Err(error) => Finding::wrong(
            CHECK,
            format!("{at} cannot be looked at: {}", io::Error::from(error)),
            format!("make the folder {at}, or correct the configuration"),
        ),
        Ok(disk) if disk.f_flag.contains(StatVfsMountFlags::RDONLY) => Finding::wrong(
            CHECK,
            format!("the disk of {at} can only be read"),
            "see in the journal (journalctl -k) why: a card that has failed is made so by the kernel. Change it",
        ),
        Ok(disk) => judge_room(folder, disk.f_bavail.saturating_mul(disk.f_frsize), least, enough),
    }
}

fn judge_room(folder: &Path, free: u64, least: u64, enough: u64) -> Finding {
    const CHECK: &str = "disk";
    let found = format!("{} MB are free for {}", free / MEGABYTE, folder.display());
    let remedy = || format!("make room, at least {} MB: old logs and backups first", enough / MEGABYTE);
    if free < least {
        Finding::wrong(CHECK, found, remedy())
    } else if free < enough {
        Finding::attention(CHECK, found, remedy())
    } else {
        Finding::well(CHECK, found)
    }
}

/// Whether everything in a folder is of one account, and closed to the others. A program that was once started by root
/// leaves files that its service cannot write.
#[must_use]
pub fn owners(folder: &Path) -> Finding {
    const CHECK: &str = "permissions";
    let at = folder.display();
    match look_at_owners(folder) {
        Err(error) => Finding::wrong(
            CHECK,
            format!("{at} cannot be looked at: {error}"),
            "run this as root, or as the account of the service",
        ),
        Ok((folder_is, others)) if !others.is_empty() => Finding::wrong(
            CHECK,
            format!("in {at} there are files of another account than the folder's: {}", others.join(", ")),
            format!(
                "stop the service, run chown -R --reference={at} {at}/*, and start it (account {})",
                folder_is.uid()
            ),
        ),
        Ok((folder_is, _)) if folder_is.mode() & EVERYBODY != 0 => Finding::attention(
            CHECK,
            format!("every account of this machine may enter {at}"),
            format!("run chmod o-rwx {at}"),
        ),
        Ok(_) => Finding::well(CHECK, format!("{at} and what is in it belong to one account, and to no other")),
    }
}

fn look_at_owners(folder: &Path) -> io::Result<(Metadata, Vec<String>)> {
    let whole = std::fs::metadata(folder)?;
    let mut others = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.metadata()?.uid() != whole.uid() && others.len() < NAMED_MAX {
            others.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok((whole, others))
}

/// A connection to a server, by name or address.
///
/// # Errors
/// What stands in the way, and what to do.
pub fn reach(host: &str, port: u16) -> Result<TcpStream, (String, String)> {
    let addresses = (host, port).to_socket_addrs().map_err(|error| {
        let remedy = format!("correct the name, or let the name server of this machine know it (getent hosts {host})");
        (format!("nobody knows the name {host}: {error}"), remedy)
    })?;
    let mut last = None;
    for address in addresses.take(ADDRESSES_MAX) {
        match TcpStream::connect_timeout(&address, ANSWER_WAIT) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Some(error),
        }
    }
    let said = last.map_or_else(|| "it has no address".to_owned(), |error| error.to_string());
    let remedy = "see whether the server runs, and whether a firewall or another network stands in between";
    Err((format!("{host}, port {port}, does not answer: {said}"), remedy.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::doctor::Health;

    #[test]
    fn a_clock_that_nobody_sets_needs_attention_and_one_of_1970_is_wrong() {
        assert_eq!(judge_clock(1_000, Some(true)).health, Health::Wrong);
        assert_eq!(judge_clock(SINCE_S, Some(true)).health, Health::Well);
        assert_eq!(judge_clock(SINCE_S, Some(false)).health, Health::Attention);
        assert_eq!(judge_clock(SINCE_S, None).health, Health::Attention);
        assert_eq!(clock().check, "clock");
    }

    #[test]
    fn room_is_judged_by_two_bounds_and_a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let room = |free| judge_room(folder.path(), free, 10, 20).health;
        assert_eq!([9, 10, 19, 20].map(room), [Health::Wrong, Health::Attention, Health::Attention, Health::Well]);
        assert_eq!(disk(folder.path(), 0, 0).health, Health::Well);
        assert_eq!(disk(folder.path(), u64::MAX, u64::MAX).health, Health::Wrong);
        let nowhere = disk(&folder.path().join("nowhere"), 0, 0);
        assert!(nowhere.health == Health::Wrong && nowhere.found.contains("nowhere"), "{nowhere:?}");
    }

    #[test]
    fn a_folder_that_everybody_enters_needs_attention() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("journal.db"), "").unwrap();
        let mode = |mode| std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        mode(0o750);
        assert_eq!(owners(folder.path()).health, Health::Well);
        mode(0o755);
        let open = owners(folder.path());
        assert!(open.health == Health::Attention && open.remedy.unwrap().contains("chmod"));
        assert_eq!(owners(&folder.path().join("nowhere")).health, Health::Wrong);
    }

    #[test]
    fn a_file_of_another_account_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("journal.db");
        std::fs::write(&file, "").unwrap();
        // Only root can give a file away.
        if std::os::unix::fs::chown(&file, Some(12_345), None).is_err() {
            return;
        }
        let found = owners(folder.path());
        assert!(found.health == Health::Wrong && found.found.contains("journal.db"), "{found:?}");
    }

    #[test]
    fn a_server_that_listens_is_reached_and_one_that_does_not_is_named() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(reach("127.0.0.1", port).is_ok());
        drop(listener);
        let (found, _) = reach("127.0.0.1", port).unwrap_err();
        assert!(found.contains(&port.to_string()), "{found}");
        let (found, remedy) = reach("nobody.invalid", 1).unwrap_err();
        assert!(found.contains("nobody.invalid") && remedy.contains("getent"), "{found} {remedy}");
    }
}
