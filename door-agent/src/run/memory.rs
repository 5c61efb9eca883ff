//! How far cards have been seen to count: what the disk has, and what is on its way there.
//!
//! No tap waits for the disk. What was seen last is kept here, so that a copy that follows at once is noticed though
//! the disk is slow; a crash in between forgets a little, and then a door insists on less, never on more.

use access::uid::Uid;
use db::door::Seen;

use crate::reader::tap::Findings;

/// Cards that are kept: more than pass a door while a disk hangs. The oldest is forgotten first.
const CARDS_MAX: usize = 512;

/// What was seen since the start, newest last.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    recent: Vec<Seen>,
    unsaved: Vec<Seen>,
}

impl Memory {
    /// The furthest that is known of this encoding of a card.
    pub(crate) fn of(&self, uid: &Uid, issue: u8, stored: Option<Seen>) -> Option<Seen> {
        let recent = self.recent.iter().find(|seen| seen.uid == *uid).copied();
        let mine = |seen: Option<Seen>| seen.filter(|seen| seen.issue == issue);
        match (mine(recent), mine(stored)) {
            (Some(recent), Some(stored)) if stored.token.counter > recent.token.counter => {
                Some(Seen { in_doubt: recent.in_doubt, ..stored })
            }
            (recent, stored) => recent.or(stored),
        }
    }

    /// Takes note of a tap; `before` is what [`Memory::of`] said.
    pub(crate) fn learn(&mut self, uid: &Uid, issue: u8, before: Option<Seen>, findings: &Findings) {
        let Some(token) = findings.token else { return };
        let token = before.map(|before| before.token).filter(|old| old.counter > token.counter).unwrap_or(token);
        let doubts = before.map_or(0, |before| before.in_doubt);
        let in_doubt = if findings.in_doubt { doubts.saturating_add(1) } else { 0 };
        let seen = Seen { uid: *uid, issue, token, in_doubt };
        keep(&mut self.recent, seen);
        keep(&mut self.unsaved, seen);
    }

    /// What the disk does not have yet; it is taken as saved.
    pub(crate) fn take_unsaved(&mut self) -> Option<Vec<Seen>> {
        (!self.unsaved.is_empty()).then(|| std::mem::take(&mut self.unsaved))
    }
}

fn keep(list: &mut Vec<Seen>, seen: Seen) {
    list.retain(|other| other.uid != seen.uid);
    if list.len() >= CARDS_MAX {
        list.remove(0);
    }
    list.push(seen);
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::credential::block::Token;
    use access::decide::Credential;

    fn findings(counter: u32, in_doubt: bool) -> Findings {
        let token = Some(Token { counter, nonce: 1 });
        Findings { credential: Credential::Verified, rolling: None, token, in_doubt }
    }

    fn uid(number: u8) -> Uid {
        Uid::new(&[number; 4]).unwrap()
    }

    #[test]
    fn the_furthest_of_memory_and_disk_counts_and_doubts_add_up() {
        let mut memory = Memory::default();
        for doubts in 1..3 {
            let before = memory.of(&uid(1), 3, None);
            memory.learn(&uid(1), 3, before, &findings(5, true));
            assert_eq!(memory.of(&uid(1), 3, None).unwrap().in_doubt, doubts);
        }
        let stored = Seen { uid: uid(1), issue: 3, token: Token { counter: 9, nonce: 2 }, in_doubt: 0 };
        let known = memory.of(&uid(1), 3, Some(stored)).unwrap();
        assert_eq!((known.token, known.in_doubt), (stored.token, 2));
        memory.learn(&uid(1), 3, Some(known), &findings(6, false));
        let known = memory.of(&uid(1), 3, None).unwrap();
        assert_eq!((known.token.counter, known.in_doubt), (9, 0), "never back");
        assert_eq!(memory.of(&uid(1), 4, Some(stored)), None, "another encoding begins anew");
    }

    #[test]
    fn memory_is_bounded_and_each_card_is_saved_once() {
        let mut memory = Memory::default();
        for number in 0..=255 {
            for counter in [1, 2, 3] {
                memory.learn(&uid(number), 0, None, &findings(counter, false));
            }
        }
        assert_eq!(memory.take_unsaved().unwrap().len(), 256);
        assert_eq!(memory.take_unsaved(), None);
        assert!(memory.of(&uid(7), 0, None).is_some());
    }
}
