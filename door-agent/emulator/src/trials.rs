//! The handle again: how a test lets things go wrong, and sees what went over the air.

use crate::card::Fade;
use crate::emulator::Emulator;
use crate::fault::{Fault, Span};
use crate::field::CardId;
use crate::plan::Plan;
use crate::transcript::Transcript;

impl Emulator {
    /// Sets the plan of faults and counts exchanges from 0. `Plan::default()` takes a plan back.
    pub fn set_plan(&self, plan: Plan) {
        self.with(|world| world.field.disturbance.set_plan(plan));
    }

    /// Exchanges since the plan was set, or since the beginning. Counted are frames that a card could hear.
    #[must_use]
    pub fn exchanges(&self) -> u64 {
        self.with(|world| world.field.disturbance.exchanges())
    }

    /// Lets a fault begin by itself and end by itself. It takes the place of one that was set or scheduled before.
    ///
    /// Whether it has begun or ended is looked at with each transaction. A [`Fault::BrownOut`] that lasts for nothing
    /// is a chip that resets itself.
    pub fn schedule_fault(&self, fault: Fault, after: Span, lasts: Span) {
        self.with(|world| {
            world.set_fault(None);
            world.faults.schedule(fault, after, lasts, world.transactions, world.clock.now_ns());
        });
    }

    /// Lets everything on a card fade that was weakly written, wherever the card is. How many blocks have changed;
    /// `None` if there is no such card.
    pub fn fade(&self, card: CardId, to: Fade) -> Option<usize> {
        self.with(|world| {
            let now_ns = world.clock.now_ns();
            let card = world.field.card_mut(card)?;
            card.settle(now_ns);
            Some(card.fade(to))
        })
    }

    /// Records from now on, and forgets what was recorded before. Kept are the newest frames, so many at most and never
    /// more than [`MAX_FRAMES`](crate::MAX_FRAMES). 0 records nothing, which is how an emulator begins.
    pub fn record(&self, frames: usize) {
        self.with(|world| world.field.transcript = Transcript::new(frames));
    }

    /// What was recorded so far.
    #[must_use]
    pub fn transcript(&self) -> Transcript {
        self.with(|world| world.field.transcript.clone())
    }
}
