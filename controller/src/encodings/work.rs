//! What an encoder is given for one job: the keys that may open the sector, and what shall stand in it.

use access::credential::keys::SectorKey;
use access::credential::trailer::{Conditions, trailer};
use access::encode::{KEYS_MAX, KeyPair, Work};
use db::site::Begun;

use crate::config::Badge;
use crate::keys::Keyring;

/// The general purpose byte of a sector as delivered.
const GENERAL_PURPOSE: u8 = 0x69;

/// Builds it. Nothing if the masters for a new encoding are gone, or no random number can be drawn.
pub(super) fn build(secrets: &Keyring, badge: &Badge, begun: &Begun) -> Option<Work> {
    let blocks = match &begun.record {
        Some(record) => *secrets.blocks(record, [nonce()?, nonce()?])?,
        None => wiped(),
    };
    let application = begun.record.is_some().then_some(badge.application).flatten();
    // A card that is given back is emptied whatever its chip is.
    let refuse_magic = badge.refuse_magic && begun.record.is_some();
    Some(Work { sector: begun.sector, keys: keys(secrets, begun), blocks, application, refuse_magic })
}

/// The likeliest first: what the records say, as delivered, and then all other versions, for a card that was
/// encoded after the backup from which the site was restored.
fn keys(secrets: &Keyring, begun: &Begun) -> Vec<KeyPair> {
    let uid = &begun.job.uid;
    let known = begun.known.iter().filter(|record| record.sector == begun.sector);
    let known = known.filter_map(|record| secrets.pair(uid, record.sector, record.version));
    let others = secrets.versions().filter_map(|version| secrets.pair(uid, begun.sector, version));
    // Room for all of them at once, so that no copy is left behind by a reallocation.
    let mut keys = Vec::with_capacity(KEYS_MAX);
    for pair in known.chain([KeyPair::TRANSPORT]).chain(others) {
        if keys.len() < KEYS_MAX && !keys.contains(&pair) {
            keys.push(pair);
        }
    }
    keys
}

/// As delivered: zeros, and the transport keys.
fn wiped() -> [access::credential::block::Block; 4] {
    let transport = SectorKey(KeyPair::TRANSPORT.a);
    let last = trailer(transport, Conditions::TRANSPORT, GENERAL_PURPOSE, transport);
    [[0; 16], [0; 16], [0; 16], last]
}

fn nonce() -> Option<u16> {
    getrandom::u32().ok().map(|number| (number >> 16) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::credential::Sector;
    use access::credential::keys::KeyVersion;
    use access::encode::ChipClass;
    use access::time::UtcMs;
    use access::uid::Uid;
    use access::whitelist::Generation;
    use db::site::{CredentialRecord, CredentialState, EncodeState, EncodeView, EncodeWork};
    use std::os::unix::fs::PermissionsExt;

    fn keyring(versions: u8) -> Keyring {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("masters");
        let line = |version: u8| format!("{version} {}\n", format!("{version:02x}").repeat(128));
        std::fs::write(&path, (0..versions).map(line).collect::<String>()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        Keyring::read(&path, &"hospital".parse().unwrap()).unwrap()
    }

    fn record(version: u8, sector: u8, state: CredentialState) -> CredentialRecord {
        CredentialRecord {
            uid: Uid::new(&[1, 2, 3, 4]).unwrap(),
            sector: Sector::try_from(sector).unwrap(),
            version: KeyVersion::new(version).unwrap(),
            credential: 7,
            issue: version,
            state,
            chip: ChipClass::Unknown,
            since: Generation(1),
        }
    }

    fn begun(record: Option<CredentialRecord>, known: Vec<CredentialRecord>) -> Begun {
        let job = EncodeView {
            id: 1,
            uid: Uid::new(&[1, 2, 3, 4]).unwrap(),
            encoder: "desk".parse().unwrap(),
            encoder_name: "Desk".to_owned(),
            work: EncodeWork::Encode,
            operator: "maija".to_owned(),
            requested: UtcMs(0),
            changed: UtcMs(0),
            state: EncodeState::Requested,
            chip: None,
        };
        Begun { job, sector: Sector::try_from(5).unwrap(), record, known }
    }

    #[test]
    fn the_keys_of_a_torn_encoding_are_tried_with_those_of_what_it_should_replace() {
        let ring = keyring(9);
        let known = vec![record(3, 5, CredentialState::Active), record(8, 5, CredentialState::Pending)];
        let keys = keys(&ring, &begun(None, known));
        let pair = |version| {
            let of = record(version, 5, CredentialState::Active);
            ring.pair(&of.uid, of.sector, of.version).unwrap()
        };
        assert!(keys.starts_with(&[pair(3), pair(8), KeyPair::TRANSPORT, pair(7)]));
        assert_eq!(keys.len(), KEYS_MAX);
    }

    #[test]
    fn a_new_card_opens_with_the_transport_keys_and_no_pair_is_tried_twice() {
        let keys = keys(&keyring(1), &begun(None, vec![record(0, 6, CredentialState::Active)]));
        assert_eq!(keys.len(), 2);
        assert_eq!(keys[0], KeyPair::TRANSPORT);
    }

    #[test]
    fn a_wiped_sector_is_as_delivered_and_even_a_suspect_chip_is_wiped() {
        let badge = Badge { application: Some(access::credential::mad::Aid(0x4811)), ..Badge::default() };
        let work = build(&keyring(1), &badge, &begun(None, Vec::new())).unwrap();
        let mut trailer = [0xFF; 16];
        trailer[6..10].copy_from_slice(&[0xFF, 0x07, 0x80, 0x69]);
        assert_eq!(work.blocks, [[0; 16], [0; 16], [0; 16], trailer]);
        assert!(!work.refuse_magic && work.application.is_none());
        let new = build(&keyring(1), &badge, &begun(Some(record(0, 5, CredentialState::Pending)), Vec::new())).unwrap();
        assert!(new.refuse_magic && new.application.is_some());
        assert_eq!(new.blocks[3][6..10], [0x7E, 0x17, 0x88, 0x69]);
    }

    #[test]
    fn nothing_that_holds_keys_shows_them() {
        let ring = keyring(2);
        assert_eq!(format!("{ring:?}"), "Keyring(versions [1, 0], hidden)");
        let work = build(&ring, &Badge::default(), &begun(Some(record(1, 5, CredentialState::Pending)), Vec::new()));
        assert_eq!(format!("{work:?}"), "Some(Work(hidden))");
    }
}
