//! What somebody without a key can make of a message, and what a broken program would make of that.

use access::command::{Action, Command};
use access::confirm::{Nonce, Receipt};
use access::envelope::{DoorKey, Header, Sealed, seal};
use access::message::{Down, Up};
use access::time::MonoMs;

use super::broken::Broken;
use super::dice::Dice;

/// What a door has last said of itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said {
    /// Its journal's epoch.
    pub epoch: u64,
    /// Its boot.
    pub boot: u64,
    /// Its session.
    pub session: u64,
    /// Its own time then.
    pub mono: u64,
    /// The newest event of its journal.
    pub head: u64,
    /// Its newest question.
    pub nonce: Nonce,
    /// The event that it asks about.
    pub probe: u64,
}

/// The question that an answer of the controller answers; none if it is no answer.
#[must_use]
pub fn answered(key: &DoorKey, payload: &[u8]) -> Option<Nonce> {
    let (_, message) = Sealed::parse(payload).ok()?.open::<Down>(key).ok()?;
    if let Down::Confirmed(confirmation) = message { Some(confirmation.nonce) } else { None }
}

/// Reads it from a status.
#[must_use]
pub fn said(key: &DoorKey, payload: &[u8]) -> Option<Said> {
    let (header, message) = Sealed::parse(payload).ok()?.open::<Up>(key).ok()?;
    let Up::Status(status) = message else { return None };
    Some(Said {
        epoch: header.epoch,
        boot: header.boot,
        session: status.session,
        mono: status.mono.0,
        head: status.journal_head,
        nonce: status.nonce,
        probe: status.probe,
    })
}

/// A command of somebody who has listened well and has no key: it names the door's boot and session, and comes in time.
/// None if the message that it takes the place of says nothing.
#[must_use]
pub fn command(payload: &[u8], said: Said) -> Option<Vec<u8>> {
    let header = Sealed::parse(payload).ok()?.header;
    let header = Header { boot: header.boot + 1, ..header };
    let Said { boot, session, mono, .. } = said;
    let command = Command { id: UNASKED, boot, session, expires: MonoMs(mono + 8_000), action: Action::UnlockOnce };
    Some(seal(&foreign(), &header, &Down::Command(command)))
}

/// A key of somebody's own.
fn foreign() -> DoorKey {
    DoorKey::new([0xEE; 32])
}

/// The number of a command that no operator has asked for.
const UNASKED: u64 = 0xDEAD;

/// A message of somebody who has no key: a byte changed, or a whole one under a key of his own.
#[must_use]
pub fn forged(dice: &Dice, payload: &[u8], topic: &str) -> Vec<u8> {
    let mut bytes = payload.to_vec();
    if topic.contains("/down/ack")
        && let Ok(sealed) = Sealed::parse(payload)
    {
        let header = Header { boot: sealed.header.boot + 1, ..sealed.header };
        let said = Down::Acknowledged { epoch: header.epoch, through: dice.between(1, 40), log: Default::default() };
        return seal(&foreign(), &header, &said);
    }
    let at = usize::try_from(dice.below(u64::try_from(bytes.len()).unwrap_or(1))).unwrap_or(0);
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << dice.below(8);
    }
    bytes
}

/// The message as a broken receiver takes it; none if it takes it as it is.
#[must_use]
pub fn weakened(broken: Broken, centre: bool, key: &DoorKey, said: Said, payload: &[u8]) -> Option<Vec<u8>> {
    match broken {
        Broken::ChecksNoMac => unchecked(centre, key, said, payload),
        Broken::FollowsOldCommands if !centre => {
            let (header, message) = Sealed::parse(payload).ok()?.open::<Down>(key).ok()?;
            let Down::Command(mut command) = message else { return None };
            (command.boot, command.session) = (said.boot, said.session);
            command.expires = MonoMs(said.mono + 8_000);
            Some(seal(key, &header, &Down::Command(command)))
        }
        Broken::TakesOldAnswers | Broken::BeginsNoEpoch if !centre => {
            let (header, message) = Sealed::parse(payload).ok()?.open::<Down>(key).ok()?;
            let Down::Confirmed(mut confirmation) = message else { return None };
            if broken == Broken::TakesOldAnswers {
                confirmation.nonce = said.nonce;
            } else {
                // As if the two agreed.
                confirmation.receipt =
                    Receipt { through: said.probe, probe: said.probe, link: None, ..confirmation.receipt };
            }
            Some(seal(key, &header, &Down::Confirmed(confirmation)))
        }
        _ => None,
    }
}

/// Whoever checks no MAC takes what is in the message, whoever wrote it.
fn unchecked(centre: bool, key: &DoorKey, said: Said, payload: &[u8]) -> Option<Vec<u8>> {
    let sealed = Sealed::parse(payload).ok()?;
    if centre {
        return None;
    }
    let (header, message) = sealed.open::<Down>(&foreign()).ok()?;
    let message = match message {
        Down::Acknowledged { through, log, .. } => {
            Down::Acknowledged { epoch: said.epoch, through: through.min(said.head), log }
        }
        other => other,
    };
    Some(seal(key, &header, &message))
}
