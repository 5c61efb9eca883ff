//! One exchange: the cards hear a frame and answer, and what a plan or the air does to it.

use std::time::Duration;

use crate::air::Downlink;
use crate::card::VirtualCard;
use crate::fault::Fault;
use crate::field::{Answer, Field};
use crate::plan::{FaultKind, Plan, corrupt, corrupted};
use crate::random::Random;
use crate::transcript::{Frame, Side};

/// What disturbs the air.
#[derive(Debug)]
pub(crate) struct Disturbance {
    fault: Option<Fault>,
    plan: Plan,
    /// Exchanges since the plan was set.
    exchanges: u64,
    /// For what the plan leaves to chance, and for noise.
    random: Random,
}

impl Default for Disturbance {
    fn default() -> Self {
        Self { fault: None, plan: Plan::default(), exchanges: 0, random: Random::new(0) }
    }
}

impl Disturbance {
    pub(crate) fn set_fault(&mut self, fault: Option<Fault>) {
        if let Some(Fault::AirNoise { seed, .. }) = fault
            && fault != self.fault
        {
            self.random = Random::new(seed);
        }
        self.fault = fault;
    }

    pub(crate) fn set_plan(&mut self, plan: Plan) {
        self.random = Random::new(plan.seed());
        self.plan = plan;
        self.exchanges = 0;
    }

    pub(crate) fn exchanges(&self) -> u64 {
        self.exchanges
    }

    /// Which bit the noise flips, if it flips one.
    fn noise(&mut self) -> Option<u16> {
        let Some(Fault::AirNoise { per_mille, .. }) = self.fault else { return None };
        let hit = self.random.happens(per_mille);
        hit.then(|| u16::from_be_bytes([self.random.byte(), self.random.byte()]))
    }
}

/// What comes of a frame.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    pub(crate) answers: Vec<Answer>,
    /// The chip resets itself before it can hear anything.
    pub(crate) resets_chip: bool,
}

impl Field {
    /// Every fed card hears a frame that ends now.
    pub(crate) fn deliver(&mut self, frame: &Downlink, now_ns: u64) -> Delivery {
        if !self.powered {
            return Delivery::default();
        }
        let heard = self.present.iter().any(|present| present.ready_ns <= now_ns);
        let number = self.disturbance.exchanges;
        let due = if heard { self.disturbance.plan.due(number) } else { Vec::new() };
        self.disturbance.exchanges = number.saturating_add(u64::from(heard));
        self.transcript.note(|| reader_frame(frame, heard.then_some(number), &due, now_ns));

        self.take_off_before(&due, now_ns);
        self.bring(&due, now_ns);
        let mut answers = self.answer(frame, &due, now_ns);
        for answer in &mut answers {
            self.disturb(answer, &due);
        }
        self.take_off_after(&due, now_ns);
        if due.contains(&FaultKind::DropAnswer) {
            answers.clear();
        }
        Delivery { answers, resets_chip: due.contains(&FaultKind::ResetChip) }
    }

    /// Notes what the reader heard, with the number of the exchange that it belongs to.
    pub(crate) fn note_answer(&mut self, answer: Frame) {
        let exchange = self.disturbance.exchanges.checked_sub(1);
        self.transcript.note(|| Frame { exchange, ..answer });
    }

    /// What the cards say to the frame as it reaches them.
    fn answer(&mut self, frame: &Downlink, due: &[FaultKind], now_ns: u64) -> Vec<Answer> {
        let mut frame = frame.clone();
        if let Some(bit) = self.disturbance.noise() {
            frame = corrupted(&frame, bit);
        }
        let mut nak = None;
        for kind in due {
            match kind {
                FaultKind::DropFrame => return Vec::new(),
                FaultKind::CorruptFrame { bit } => frame = corrupted(&frame, *bit),
                FaultKind::Nak(value) => nak = Some(*value),
                _ => {}
            }
        }
        let fault = self.disturbance.fault;
        let hear = |card: &mut VirtualCard| match nak {
            Some(value) => card.refuse_for_once(value),
            None => card.hear(&frame, now_ns, fault),
        };
        let fed = self.present.iter_mut().filter(|present| present.ready_ns <= now_ns);
        fed.filter_map(|present| {
            let uplink = hear(&mut present.card)?;
            Some(Answer {
                card: present.id,
                bits: uplink.bits,
                known_bits: uplink.known_bits,
                work_ns: uplink.work_ns,
                damaged: false,
                parity_error: false,
            })
        })
        .collect()
    }

    fn disturb(&mut self, answer: &mut Answer, due: &[FaultKind]) {
        if let Some(bit) = self.disturbance.noise() {
            corrupt(answer, bit, true);
        }
        for kind in due {
            match kind {
                FaultKind::CorruptAnswer { bit, parity } => corrupt(answer, *bit, *parity),
                FaultKind::DelayAnswer { us } => {
                    answer.work_ns = answer.work_ns.saturating_add(u64::from(*us) * 1_000);
                }
                _ => {}
            }
        }
    }

    /// Who is taken off at once does not hear the frame. The chip receives nothing at this moment, so no answer
    /// is cut short.
    fn take_off_before(&mut self, due: &[FaultKind], now_ns: u64) {
        let mut any = false;
        for kind in due {
            if let FaultKind::Remove { after_us: 0, away_ms } = kind {
                any = true;
                self.present.iter_mut().for_each(|present| present.take_off(now_ns, *away_ms));
            }
        }
        if any {
            self.pass(now_ns);
        }
    }

    fn bring(&mut self, due: &[FaultKind], now_ns: u64) {
        for kind in due {
            if let FaultKind::SecondCard { uid } = kind
                && let Ok(card) = VirtualCard::classic_1k(uid)
            {
                // Without room it does not come, as documented.
                let _ = self.place(card, None, now_ns);
            }
        }
    }

    fn take_off_after(&mut self, due: &[FaultKind], now_ns: u64) {
        let random = &mut self.disturbance.random;
        for present in &mut self.present {
            for kind in due {
                match *kind {
                    FaultKind::Remove { after_us: after_us @ 1.., away_ms } => {
                        present.take_off(now_ns.saturating_add(u64::from(after_us) * 1_000), away_ms);
                    }
                    FaultKind::TearWrite { left, away_ms } => {
                        let fails_ns = present.card.interrupt(left, random.next(), now_ns);
                        present.take_off(fails_ns, away_ms);
                    }
                    FaultKind::LoseAck { away_ms } => present.take_off(present.card.busy_until_ns(now_ns), away_ms),
                    _ => {}
                }
            }
        }
    }
}

fn reader_frame(frame: &Downlink, exchange: Option<u64>, due: &[FaultKind], now_ns: u64) -> Frame {
    let (bytes, encrypted) = match frame {
        Downlink::Frame { bytes, encrypted, .. } => (bytes.clone(), *encrypted),
        Downlink::Proof { .. } => (Vec::new(), false),
    };
    let lasts_ns = frame.air_ns();
    Frame {
        begins: Duration::from_nanos(now_ns.saturating_sub(lasts_ns)),
        lasts: Duration::from_nanos(lasts_ns),
        from: Side::Reader,
        exchange,
        bytes,
        bits: frame.bits(),
        encrypted,
        collided: false,
        faults: due.to_vec(),
    }
}
