//! One report for each time that somebody holds a card to the reader.
//!
//! ```text
//!             one card, several, or noise three times: report it
//!   Nothing ───────────────────────────────────────────────────▶ Shown ──┐ the same, noise, or
//!      ▲                                                          │  ▲   │ several: no news
//!      └──────────────── empty for ABSENT_LOOKS: report that ─────┘  └───┘
//!                                                                 │
//!                                                                 └─▶ another card alone: report it
//! ```
//!
//! After several cards have been seen, nothing is reported until the field is empty: whoever draws two
//! cards back one after the other must not be let in by the last.

use access::decide::Presented;
use access::uid::Uid;

use super::select::Sight;

/// Empty looks in a row until a card counts as gone. One alone may be a bad moment of the radio.
const ABSENT_LOOKS: u32 = 3;

/// Unreadable looks in a row until that is reported. A card that is just coming near is often heard
/// badly at first.
const NOISE_LOOKS: u32 = 3;

/// What the looks so far have shown.
#[derive(Debug, Default)]
pub(super) struct Presence {
    shown: Option<Shown>,
    empty: u32,
    noise: u32,
}

#[derive(Debug, Clone, Copy)]
struct Shown {
    uid: Option<Uid>,
    /// Nothing counts any more until the field is empty.
    closed: bool,
}

/// News.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Somebody holds this to the reader.
    Came(Presented, Option<Uid>),
    /// The field is empty again.
    Left,
}

impl Presence {
    /// Whether the next look should not wait.
    pub(super) fn is_busy(&self) -> bool {
        self.shown.is_some() || self.noise > 0
    }

    /// Takes note of a look.
    pub(super) fn observe(&mut self, sight: Sight) -> Option<News> {
        let Sight::Something(presented, uid) = sight else {
            self.empty += 1;
            if self.empty < ABSENT_LOOKS {
                return None;
            }
            self.noise = 0;
            return self.shown.take().map(|_| News::Left);
        };
        self.empty = 0;
        if presented == Presented::Unreadable {
            self.noise += 1;
            let first = self.noise >= NOISE_LOOKS && self.shown.is_none();
            return if first { self.show(presented, uid) } else { None };
        }
        self.noise = 0;
        match &mut self.shown {
            Some(shown) if presented == Presented::Several => {
                shown.closed = true;
                None
            }
            Some(shown) if shown.closed || shown.uid == uid => None,
            Some(_) | None => self.show(presented, uid),
        }
    }

    fn show(&mut self, presented: Presented, uid: Option<Uid>) -> Option<News> {
        self.shown = Some(Shown { uid, closed: presented == Presented::Several });
        Some(News::Came(presented, uid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOISE: Sight = Sight::Something(Presented::Unreadable, None);
    const SEVERAL: Sight = Sight::Something(Presented::Several, None);

    fn card(number: u8) -> Sight {
        Sight::Something(Presented::Classic1k, Some(uid(number)))
    }

    fn uid(number: u8) -> Uid {
        Uid::new(&[number; 4]).unwrap()
    }

    fn came(number: u8) -> News {
        News::Came(Presented::Classic1k, Some(uid(number)))
    }

    fn watch(sights: &[Sight]) -> Vec<News> {
        let mut presence = Presence::default();
        sights.iter().filter_map(|sight| presence.observe(*sight)).collect()
    }

    #[test]
    fn a_card_counts_once_until_it_has_been_away() {
        assert_eq!(watch(&[card(1), card(1), Sight::Empty, card(1)]), [came(1)]);
        assert_eq!(
            watch(&[card(1), Sight::Empty, Sight::Empty, Sight::Empty, card(1)]),
            [came(1), News::Left, came(1)]
        );
    }

    #[test]
    fn another_card_counts_at_once() {
        assert_eq!(watch(&[card(1), card(2)]), [came(1), came(2)]);
    }

    #[test]
    fn after_several_cards_the_last_one_alone_does_not_count() {
        let several = News::Came(Presented::Several, None);
        assert_eq!(watch(&[SEVERAL, card(1), card(1)]), [several]);
        assert_eq!(watch(&[card(1), SEVERAL, card(2)]), [came(1)]);
        let empty = [Sight::Empty; 3];
        let then = [&[SEVERAL], &empty[..], &[card(1)]].concat();
        assert_eq!(watch(&then), [several, News::Left, came(1)]);
    }

    #[test]
    fn noise_counts_only_if_it_stays_and_nothing_was_read() {
        assert_eq!(watch(&[NOISE, NOISE, card(1), NOISE, NOISE, NOISE, NOISE]), [came(1)]);
        assert_eq!(watch(&[NOISE, NOISE, NOISE]), [News::Came(Presented::Unreadable, None)]);
        let gone = [&[NOISE, NOISE], &[Sight::Empty; 3][..], &[NOISE, NOISE]].concat();
        assert_eq!(watch(&gone), []);
    }
}
