//! Whether what is logged reaches the receiver that the configuration names.

use std::time::Duration;

use access::time::UtcMs;
use db::site::{SyslogStanding, syslog_standing_in};
use service::doctor::Finding;
use service::machine::reach;

use crate::config::{AWAY_AFTER, Config, Syslog};
use crate::syslog::connection::config as tls;
use crate::syslog::stamp;

const CHECK: &str = "syslog";

/// Nothing where nothing is sent.
pub(super) fn look(config: &Config, now: UtcMs) -> Vec<Finding> {
    let Some(settings) = &config.syslog else { return Vec::new() };
    let mut findings = vec![files(settings), server(settings)];
    if config.database.exists() {
        findings.push(match syslog_standing_in(&config.database) {
            Ok(standing) => waiting(standing.as_ref(), now),
            Err(error) => Finding::wrong(CHECK, error.to_string(), "see what is found of the database"),
        });
    }
    findings
}

fn files(settings: &Syslog) -> Finding {
    match tls(settings) {
        Ok(_) => Finding::well(CHECK, format!("{} says whose certificates are believed", settings.authority.display())),
        Err(fault) => {
            Finding::wrong(CHECK, fault.to_string(), "bring the file to where the key says; it is read at the next try")
        }
    }
}

fn server(settings: &Syslog) -> Finding {
    match reach(&settings.server.host, settings.server.port) {
        Ok(_) => Finding::well(CHECK, format!("{} answers", settings.server)),
        Err((found, remedy)) => Finding::wrong(CHECK, found, remedy),
    }
}

fn waiting(standing: Option<&SyslogStanding>, now: UtcMs) -> Finding {
    let Some(SyslogStanding { position, server, moved, behind, waiting_since }) = standing else {
        return Finding::well(CHECK, "nothing was sent yet: it begins when the controller next starts");
    };
    let at = format!(
        "{server} has row {}, change {} and step {}, since {}",
        position.row,
        position.change,
        position.step,
        stamp(*moved)
    );
    let Some(since) = waiting_since else { return Finding::well(CHECK, format!("{at}, and nothing waits")) };
    let found = format!("{at}; {behind} rows wait, the first since {}", stamp(*since));
    let waited = Duration::from_millis(now.0.saturating_sub(since.0).max(0).cast_unsigned());
    if waited < AWAY_AFTER {
        return Finding::well(CHECK, found);
    }
    let remedy = "see in journalctl -u kulku-controller why it takes nothing; nothing is lost meanwhile, and doors do not depend on it";
    Finding::attention(CHECK, found, remedy)
}

#[cfg(test)]
mod tests {
    use db::site::SyslogPosition;
    use service::doctor::Health;

    use super::*;

    #[test]
    fn rows_that_have_waited_for_long_are_told_with_where_it_stands_and_since_when() {
        let standing = |waiting_since| SyslogStanding {
            position: SyslogPosition { row: 17, change: 3, step: 2, restored: Some(0) },
            server: "siem.example:6514".to_owned(),
            moved: UtcMs(1_796_037_363_123),
            behind: 40,
            waiting_since,
        };
        let away = i64::try_from(AWAY_AFTER.as_millis()).unwrap();
        let look = |since| {
            let finding = waiting(Some(&standing(since)), UtcMs(1_796_037_363_123 + away));
            (finding.health, finding.found)
        };
        assert_eq!(look(None).0, Health::Well);
        assert_eq!(look(Some(UtcMs(1_796_037_363_124))).0, Health::Well);
        let (health, found) = look(Some(UtcMs(1_796_037_363_123)));
        assert_eq!(health, Health::Attention);
        for part in ["siem.example:6514 has row 17", "40 rows wait", "since 2026-11-30T11:16:03.123Z"] {
            assert!(found.contains(part), "{part} in {found}");
        }
    }
}
