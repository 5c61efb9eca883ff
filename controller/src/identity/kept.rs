//! What the authority remembers of its certificates beside the database: one line of JSON for each.
//!
//! A backup that is put back knows nothing of what was issued and revoked after it. Before anything is written here
//! the database is told what stands here, so neither ever forgets what the other knows.

use access::id::DoorId;
use access::time::{UtcMs, UtcS};
use db::site::{Actor, KeptCertificate, Site};
use serde::{Deserialize, Serialize};

use super::folder::{self, Readers};
use super::{Identity, IdentityError, code};
use crate::hex;

const FILE: &str = "certificates";

/// Longest file that is read, in bytes: ten thousand doors have less than half of it.
const LENGTH_MAX: u64 = 8 * 1024 * 1024;

/// Whom the operator log names.
const ACTOR: &str = "authority";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    door: DoorId,
    fingerprint: String,
    serial: String,
    not_before_s: i64,
    not_after_s: i64,
    revoked_s: Option<i64>,
}

/// Tells the database what it does not know, and writes down what it knows.
pub(super) fn agree(identity: &Identity, site: &Site, now: UtcS) -> Result<(), IdentityError> {
    let path = identity.inner.folder.join(FILE);
    let text = folder::read_long(&path, LENGTH_MAX)?.unwrap_or_default();
    let unreadable = |at: usize| IdentityError::Unreadable { path: path.clone(), problem: format!("line {at}") };
    let kept = text
        .lines()
        .enumerate()
        .map(|(at, line)| parse(line).ok_or_else(|| unreadable(at + 1)))
        .collect::<Result<Vec<_>, _>>()?;
    let actor = Actor { operator: ACTOR, at: UtcMs(now.0.saturating_mul(1_000)) };
    // Whose time is over counts nowhere.
    let kept: Vec<KeptCertificate> = kept.into_iter().filter(|kept| kept.not_after >= now).collect();
    for door in site.revoked_elsewhere(&kept)? {
        tracing::warn!(%door, "a door that was revoked after the backup is revoked again");
        site.revoke_identity(&actor, &door, &code::draw_key()?)?;
    }
    let adopted = site.adopt_certificates(&actor, &kept)?;
    if adopted > 0 {
        tracing::warn!(adopted, "certificates that were issued after the backup are known again");
    }
    let lines = site.kept_certificates(now)?.iter().map(line).collect::<Result<String, _>>()?;
    if lines == *text { Ok(()) } else { folder::write(&path, &lines, Readers::Owner) }
}

fn parse(line: &str) -> Option<KeptCertificate> {
    let line: Line = serde_json::from_str(line).ok()?;
    let mut fingerprint = [0; 32];
    hex::decode(&line.fingerprint, &mut fingerprint)?;
    let mut serial = vec![0; line.serial.len() / 2];
    hex::decode(&line.serial, &mut serial)?;
    Some(KeptCertificate {
        fingerprint,
        serial,
        door: line.door,
        not_before: UtcS(line.not_before_s),
        not_after: UtcS(line.not_after_s),
        revoked: line.revoked_s.map(UtcS),
    })
}

fn line(kept: &KeptCertificate) -> Result<String, IdentityError> {
    let line = Line {
        door: kept.door.clone(),
        fingerprint: hex::encode(&kept.fingerprint).as_str().to_owned(),
        serial: hex::encode(&kept.serial).as_str().to_owned(),
        not_before_s: kept.not_before.0,
        not_after_s: kept.not_after.0,
        revoked_s: kept.revoked.map(|at| at.0),
    };
    let text = serde_json::to_string(&line);
    text.map(|text| text + "\n").map_err(|error| IdentityError::Tls(error.to_string()))
}
