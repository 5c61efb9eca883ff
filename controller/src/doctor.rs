//! `kulku-controller doctor`: whether this machine can be the middle of a site, and what to do where it cannot.
//!
//! It changes nothing and migrates nothing, and works beside a controller that runs.

use std::fs::{File, TryLockError};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs as _};
use std::path::Path;
use std::time::Duration;

use access::time::UtcS;
use certificates::Certificate;
use db::site::{COPY_DAYS, Older, check_soon, copies, older, replaced};
use service::doctor::{Finding, Report};
use service::machine::{self, reach};

use crate::authorities;
use crate::clock::utc_now;
use crate::config::{Config, Https, Mqtt};
use crate::identity::{self, Identity};
use crate::keys::Keyring;

mod syslog;

/// Time in which the database is looked through: a file of some ten million events.
const CHECK_WAIT: Duration = Duration::from_secs(60);

/// Without so many bytes the log has no room for a day.
const ROOM_LEAST: u64 = 256 * 1024 * 1024;

/// Beside what there is: a year of a small site, and a backup needs as much as the database on top of it.
const ROOM_BESIDE: u64 = 1024 * 1024 * 1024;

/// How long before its end a certificate needs attention, in days.
const SOON_DAYS: i64 = 30;

const DAY_S: i64 = 24 * 3_600;

/// Looks at everything that the configuration in this file speaks of.
#[must_use]
pub(crate) fn look(path: &Path) -> Report {
    let config = match Config::read(path) {
        Ok(config) => config,
        Err(error) => {
            let remedy = "correct the file; /usr/share/doc/kulku-controller/INSTALL.md has the smallest one that does";
            let findings = vec![Finding::wrong("config", error.to_string(), remedy), machine::clock()];
            return Report { findings };
        }
    };
    let mut findings = vec![Finding::well("config", format!("{} is understood", path.display())), machine::clock()];
    findings.extend(database(&config));
    findings.extend(secrets(&config));
    findings.extend(certificates(&config, utc_now().second()));
    findings.extend(listening(&config));
    findings.push(doors(&config));
    findings.extend(syslog::look(&config, utc_now()));
    Report { findings }
}

fn database(config: &Config) -> Vec<Finding> {
    let path = &config.database;
    let folder = path.parent().unwrap_or(Path::new("."));
    let size = std::fs::metadata(path).map_or(0, |file| file.len());
    let found = match check_soon(path, CHECK_WAIT) {
        Ok(()) if path.exists() => Finding::well("database", format!("{} is sound", path.display())),
        Ok(()) => Finding::well("database", format!("{} is made when the controller first runs", path.display())),
        Err(error) => Finding::wrong(
            "database",
            error.to_string(),
            "keep a copy of it as it is before anything else; doors go on deciding meanwhile, and keep what happens",
        ),
    };
    let room = machine::disk(folder, ROOM_LEAST, ROOM_BESIDE.saturating_add(size));
    [Some(room), Some(machine::owners(folder)), Some(found), upgrade(path), restored(path)]
        .into_iter()
        .flatten()
        .collect()
}

/// What an upgrade will do to the database, or has done.
fn upgrade(path: &Path) -> Option<Finding> {
    const CHECK: &str = "upgrade";
    const MEGABYTE: u64 = 1024 * 1024;
    // A newer one, and one that cannot be read, has its finding.
    if let Some(Older { found, known, copy, needs, free }) = older(path).ok()? {
        let found = format!("{} has schema {found}, and this program migrates it to {known}", path.display());
        let needs = needs.div_ceil(MEGABYTE);
        return Some(if free / MEGABYTE < needs {
            let remedy =
                format!("make room, at least {needs} MB: a copy is made first, and without it nothing is migrated");
            Finding::wrong(CHECK, format!("{found}; {} MB are free for that", free / MEGABYTE), remedy)
        } else {
            let remedy =
                format!("systemctl restart kulku-controller; as it is now it will be kept as {}", copy.display());
            Finding::attention(CHECK, found, remedy)
        });
    }
    let kept = copies(path).ok()?.pop()?;
    let found = format!("{} is from before the upgrade to schema {}", kept.path.display(), kept.number);
    Some(Finding::well(CHECK, format!("{found}, and is kept for {COPY_DAYS} days")))
}

/// What a restore has replaced: it has people and their movements in it, and nothing removes it by itself.
fn restored(path: &Path) -> Option<Finding> {
    const CHECK: &str = "restored";
    let oldest = replaced(path).ok()?.into_iter().next()?;
    let (kept, found) = (oldest.path.display(), "is what a backup was put in the place of");
    Some(if oldest.is_over(utc_now()) {
        let remedy = format!(
            "remove it, if the restore is settled and nobody needs what was changed after that backup: \
             sudo rm -f {kept} {kept}-wal {kept}-shm"
        );
        Finding::attention(
            CHECK,
            format!("{kept} {found}, and was last written to more than {COPY_DAYS} days ago"),
            remedy,
        )
    } else {
        Finding::well(CHECK, format!("{kept} {found}; it is kept until somebody removes it"))
    })
}

fn secrets(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.push(match config.masters_file.as_ref().map(|file| Keyring::read(file, &config.site)) {
        None => Finding::well("masters", "there are none: no card is encoded here"),
        Some(Ok(keys)) => Finding::well("masters", format!("{} versions can be read", keys.versions().count())),
        Some(Err(error)) => Finding::wrong(
            "masters",
            error.to_string(),
            "bring the file back from its copy; without it doors that ask for credentials admit nobody",
        ),
    });
    findings.push(match authorities::load(&config.authorities) {
        Ok(authorities) => Finding::well("authorities", format!("{} are trusted", authorities.iter().count())),
        Err(error) => Finding::wrong("authorities", error.to_string(), "correct the key authorities, or the file"),
    });
    findings
}

fn certificates(config: &Config, now: UtcS) -> Vec<Finding> {
    const CHECK: &str = "certificate";
    let mut findings = Vec::new();
    if config.mqtt.is_tls() || matches!(config.https, Https::Own(_)) {
        let remedy = "bring the folder back from its copy; if it is lost for good: kulku-controller authority new, and enrol \
                      all doors anew";
        findings.push(match Identity::is_there(&config.identity) {
            Err(error) => Finding::wrong(CHECK, error.to_string(), remedy),
            Ok(false) => Finding::well(CHECK, "the site's authority is made when the controller first runs"),
            Ok(true) => ends(&config.identity.join(identity::CERTIFICATE), "the site's authority", remedy, now),
        });
    }
    if let Https::Given { certificate, .. } = &config.https {
        let remedy = "replace the files named under dashboard; the controller reads them again by itself";
        findings.push(ends(certificate, "what browsers are shown", remedy, now));
    }
    findings
}

/// How long a certificate is good for.
fn ends(path: &Path, whose: &str, remedy: &str, now: UtcS) -> Finding {
    const CHECK: &str = "certificate";
    let read = std::fs::read(path).map_err(|error| error.to_string());
    let read = read.and_then(|bytes| Certificate::read(&bytes).map_err(|fault| fault.to_string()));
    match read {
        Err(problem) => Finding::wrong(CHECK, format!("{}, {whose}: {problem}", path.display()), remedy),
        Ok(certificate) => {
            let days = certificate.not_after_s().saturating_sub(now.0) / DAY_S;
            let found = format!("{}, {whose}, is good for {days} days", path.display());
            match days {
                ..0 => Finding::wrong(CHECK, format!("{}, {whose}, has ended", path.display()), remedy),
                0..SOON_DAYS => Finding::attention(CHECK, found, remedy),
                _ => Finding::well(CHECK, found),
            }
        }
    }
}

/// Where it listens, or would, and the broker.
fn listening(config: &Config) -> Vec<Finding> {
    let runs = is_running(&config.database);
    let mut places = vec![("dashboard", "dashboard.listen", config.dashboard)];
    let mut findings = Vec::new();
    match &config.mqtt {
        Mqtt::Embedded { listen, .. } => places.push(("broker", "mqtt.embedded.listen", *listen)),
        Mqtt::External { broker, .. } => findings.push(match reach(&broker.host, broker.port) {
            Ok(_) => Finding::well("broker", format!("{broker} answers")),
            Err((found, remedy)) => Finding::wrong("broker", found, remedy),
        }),
    }
    if let Some(enrol) = config.enrol {
        places.push(("enrol", "enrol.listen", enrol.listen));
    }
    findings.extend(places.into_iter().map(|(check, key, listen)| place(check, key, listen, runs)));
    findings
}

fn place(check: &'static str, key: &str, listen: SocketAddr, runs: bool) -> Finding {
    if runs {
        let this = match listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        return match reach(&this.to_string(), listen.port()) {
            Ok(_) => Finding::well(check, format!("{listen} answers")),
            Err((found, _)) => Finding::wrong(
                check,
                found,
                format!(
                    "a controller runs that was started with another {key}, or that hangs: systemctl restart kulku-controller"
                ),
            ),
        };
    }
    match TcpListener::bind(listen) {
        Ok(_) => Finding::attention(
            check,
            format!("{listen} is free, and no controller runs on this database"),
            "start it: systemctl start kulku-controller, or see in journalctl -u kulku-controller why it has ended",
        ),
        Err(error) => Finding::wrong(
            check,
            format!("nothing can listen on {listen}: {error}"),
            format!(
                "end the program that has it (ss -ltnp), or change the key {key}; below 1024 the service may not listen"
            ),
        ),
    }
}

/// Whether doors can find this machine by what they are told.
fn doors(config: &Config) -> Finding {
    const CHECK: &str = "doors";
    let Some(told) = config.doors_connect_to() else {
        let found = "it is not known where doors find this machine";
        return Finding::wrong(CHECK, found, "set mqtt.embedded.doors_connect_to to its name, as a door resolves it");
    };
    match (told.host.as_str(), told.port).to_socket_addrs() {
        Ok(addresses) if addresses.len() > 0 => {
            Finding::well(CHECK, format!("doors are told {told}, which has an address"))
        }
        _ => Finding::attention(
            CHECK,
            format!("doors are told {told}, and this machine does not know the name"),
            format!("let the name server of the house know {}, or see that the one that doors ask does", told.host),
        ),
    }
}

/// Whether a controller has this database.
fn is_running(database: &Path) -> bool {
    let tried = File::open(database.with_extension("lock")).map(|file| file.try_lock_shared());
    matches!(tried, Ok(Err(TryLockError::WouldBlock)))
}
