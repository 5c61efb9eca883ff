//! What the receiver hears: the answers of all cards at once.

use super::radio::Purpose;
use crate::CardId;
use crate::air::{self, TIMER_STOP_BITS};
use crate::field::Answer;

/// Answers on their way, all bit by bit at the same time.
#[derive(Debug)]
pub(super) struct Reception {
    pub(super) purpose: Purpose,
    pub(super) sent_bits: usize,
    pub(super) begins_ns: u64,
    pub(super) answers: Vec<Answer>,
    pub(super) timer_stopped: bool,
}

impl Reception {
    pub(super) fn next_event_ns(&self) -> u64 {
        match self.timer_stop_ns() {
            Some(stop) if !self.timer_stopped => stop,
            _ => self.ends_ns(),
        }
    }

    /// When the fifth bit has arrived, if so many arrive at all.
    fn timer_stop_ns(&self) -> Option<u64> {
        let longest = self.answers.iter().map(|answer| answer.bits.len()).max()?;
        let at = air::answer_part_ns(self.known_bits(), TIMER_STOP_BITS);
        (longest >= TIMER_STOP_BITS).then_some(self.begins_ns.saturating_add(at))
    }

    pub(super) fn ends_ns(&self) -> u64 {
        let longest = self.answers.iter().map(|answer| answer.bits.len()).max();
        let lasts = air::answer_ns(self.known_bits(), longest.unwrap_or(0));
        self.begins_ns.saturating_add(lasts)
    }

    pub(super) fn known_bits(&self) -> usize {
        self.answers.first().map_or(0, |answer| answer.known_bits)
    }

    pub(super) fn cut(&mut self, card: CardId, now_ns: u64) {
        let (begins_ns, known_bits) = (self.begins_ns, self.known_bits());
        for answer in self.answers.iter_mut().filter(|answer| answer.card == card) {
            let arrived = (0..answer.bits.len())
                .take_while(|bit| begins_ns.saturating_add(air::answer_part_ns(known_bits, bit + 1)) <= now_ns)
                .count();
            answer.bits.truncate(arrived);
        }
    }

    /// The bits as the antenna hears them, and the index of the first at which two cards disagree.
    pub(super) fn superpose(&self) -> (Vec<bool>, Option<usize>) {
        let longest = self.answers.iter().map(|answer| answer.bits.len()).max();
        let mut collision = None;
        let bits = (0..longest.unwrap_or(0)).map(|index| {
            let mut heard = self.answers.iter().filter_map(|answer| answer.bits.get(index).copied());
            let first = heard.next().unwrap_or(false);
            if heard.any(|bit| bit != first) {
                collision.get_or_insert(index);
                return true;
            }
            first
        });
        let bits = bits.collect();
        (bits, collision)
    }
}
