//! What the doors of one agent know together.

use super::PassageMemory;

/// What the doors of one agent know together.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Who has gone into which area.
    pub(crate) passages: PassageMemory,
    /// Whether no door is released while another could be passed.
    interlock: bool,
    /// Which doors could be passed, by their numbers.
    passable: Vec<bool>,
}

impl Shared {
    /// For so many doors, none of which can be passed.
    pub(crate) fn new(doors: usize, interlock: bool, passages: PassageMemory) -> Self {
        Self { passages, interlock, passable: vec![false; doors] }
    }

    /// Whether this door must stay shut, because another one of the lock chamber could be passed.
    pub(super) fn interlocks(&self, number: usize) -> bool {
        let mut others = self.passable.iter().enumerate().filter(|(other, _)| *other != number);
        self.interlock && others.any(|(_, passable)| *passable)
    }

    /// Whether this door could be passed.
    pub(super) fn passable(&mut self, number: usize, passable: bool) {
        if let Some(known) = self.passable.get_mut(number) {
            *known = passable;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_interlocked_by_others_and_not_by_itself() {
        let mut shared = Shared::new(3, true, PassageMemory::default());
        shared.passable(1, true);
        assert_eq!([0, 1, 2].map(|number| shared.interlocks(number)), [true, false, true]);
        shared.passable(1, false);
        assert_eq!([0, 1, 2].map(|number| shared.interlocks(number)), [false; 3]);
    }

    #[test]
    fn doors_without_an_interlock_do_not_care() {
        let mut shared = Shared::new(2, false, PassageMemory::default());
        shared.passable(1, true);
        assert!(!shared.interlocks(0));
    }
}
