//! One-time codes: drawn, kept as digests, and compared.

use access::enrol::{EnrolCode, SECRET_LENGTH};
use access::envelope::DoorKey;
use access::id::DoorId;
use access::time::UtcMs;
use db::site::{Actor, Site};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Identity, IdentityError};

/// How long a code is good, in milliseconds: a day, so that it can be made before somebody walks to the door.
const CODE_LIFE_MS: i64 = 24 * 3_600 * 1_000;

/// What separates the digest of a code from other digests.
const LABEL: &[u8] = b"kulku/enrol-secret/v1";

/// Draws a code for a door, and says until when it is good.
pub(crate) fn issue(
    identity: &Identity,
    site: &Site,
    actor: &Actor<'_>,
    door: &DoorId,
) -> Result<(EnrolCode, UtcMs), IdentityError> {
    let mut secret = Zeroizing::new([0; SECRET_LENGTH]);
    getrandom::fill(secret.as_mut_slice()).map_err(IdentityError::Random)?;
    let until = UtcMs(actor.at.0.saturating_add(CODE_LIFE_MS));
    site.issue_enrol_code(actor, door, digest(&secret), until)?;
    Ok((EnrolCode { secret: *secret, authority: identity.fingerprint() }, until))
}

pub(super) fn digest(secret: &[u8; SECRET_LENGTH]) -> [u8; 32] {
    Sha256::new().chain_update(LABEL).chain_update(secret).finalize().into()
}

/// The door whose code this is. All codes are compared, whole, so the time that it takes tells nothing about any.
pub(super) fn find(codes: Vec<(DoorId, [u8; 32])>, given: &[u8; 32]) -> Option<DoorId> {
    let mut found = None;
    for (door, right) in codes {
        if crate::same::same(given, &right) {
            found = Some(door);
        }
    }
    found
}

/// A key for messages that nobody has seen.
pub(crate) fn draw_key() -> Result<DoorKey, IdentityError> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(secret.as_mut_slice()).map_err(IdentityError::Random)?;
    Ok(DoorKey::new(*secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_its_own_doors_and_no_other_is() {
        let door = |id: &str| id.parse::<DoorId>().unwrap();
        let codes = vec![(door("ward"), digest(&[1; 10])), (door("pharmacy"), digest(&[2; 10]))];
        assert_eq!(find(codes.clone(), &digest(&[2; 10])), Some(door("pharmacy")));
        assert_eq!(find(codes.clone(), &digest(&[1; 10])), Some(door("ward")));
        assert_eq!(find(codes, &digest(&[3; 10])), None);
    }
}
