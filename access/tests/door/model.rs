//! A second opinion: what the lock must do, written as sums over causes and without the machine's states, compared over
//! a million random steps.

use std::collections::HashMap;

use access::command::Action;
use access::door::{Door, Drive, Effect, Input, JOURNAL_WAIT_MS, OPENING_GRACE_MS, PENDING_MAX, Ticket};
use access::entry::Comfort;
use access::event::{EventKind, Faults, ModeCause, Watched};
use access::message::Leaf;
use access::mode::Mode;
use access::passage::Side;
use access::settings::{DoorSettings, ExitButton, Times};
use access::time::MonoMs;
use access::uid::Uid;

use crate::random::{Random, Step};

const RUNS: u64 = 1_000;
const STEPS: u64 = 1_000;

/// The disk is waited for, for no longer than the release lasts besides; then the release, and its grace.
const AWAITED_MS_MAX: u64 = JOURNAL_WAIT_MS + 2 * Times::RELEASE_MS_MAX as u64 + OPENING_GRACE_MS;

/// A grant or a command that the disk has not answered yet.
#[derive(Debug, Clone, Copy)]
struct Cause {
    ticket: Ticket,
    since: u64,
    /// A lockdown ends it.
    outside: bool,
    long: bool,
}

/// What one kind of cause allows, each until a time.
#[derive(Debug, Clone, Copy, Default)]
struct Allowed {
    released: u64,
    opening: u64,
}

/// What is known without looking into the machine.
#[derive(Debug)]
struct Model {
    settings: DoorSettings,
    contact: Option<bool>,
    mode: Mode,
    now: u64,
    waiting: Vec<Cause>,
    outside: Allowed,
    otherwise: Allowed,
    /// The same, counting only what came while the door stood open; from outside first.
    since_opening: [Allowed; 2],
    exit_down: bool,
    driven: Drive,
    /// Something allowed a release in this very step.
    caused: bool,
    forced: bool,
    held: bool,
    warned: bool,
    raised: Faults,
    /// How often a card was granted, and how often it was told that it has entered or not.
    granted: HashMap<(Uid, Side), (u32, u32)>,
    /// When it was granted last without having been awaited.
    judged: HashMap<(Uid, Side), u64>,
}

impl Model {
    fn new(settings: DoorSettings, contact: Option<bool>, now: u64) -> Self {
        Self {
            settings,
            contact,
            mode: Mode::Normal,
            now,
            waiting: Vec::new(),
            outside: Allowed::default(),
            otherwise: Allowed::default(),
            since_opening: Default::default(),
            exit_down: false,
            driven: Drive::Rest,
            caused: false,
            forced: false,
            held: false,
            warned: false,
            raised: Faults::NONE,
            granted: HashMap::new(),
            judged: HashMap::new(),
        }
    }

    fn allow(&mut self, outside: bool, release_ms: u32, drives: bool) {
        let until = self.now + u64::from(release_ms.min(Times::RELEASE_MS_MAX));
        let allowed = if outside { &mut self.outside } else { &mut self.otherwise };
        let later = &mut self.since_opening[usize::from(!outside)];
        for allowed in [allowed].into_iter().chain((self.contact == Some(true)).then_some(later)) {
            allowed.opening = allowed.opening.max(until);
            allowed.released = allowed.released.max(if drives { until } else { 0 });
        }
        self.caused |= drives;
    }

    fn follow(&mut self, cause: Cause) {
        let times = if cause.long { self.settings.long_times } else { self.settings.times };
        if self.now - cause.since <= JOURNAL_WAIT_MS + u64::from(times.release_ms) {
            self.allow(cause.outside, times.release_ms, true);
        }
    }

    /// Before the machine hears of anything: the disk has had its time.
    fn disk(&mut self) {
        self.caused = false;
        while let Some(first) = self.waiting.first().copied().filter(|c| self.now - c.since >= JOURNAL_WAIT_MS) {
            self.waiting.remove(0);
            self.follow(first);
        }
    }

    fn hear(&mut self, input: Input) {
        match input {
            Input::Exit(down) => {
                if down && !self.exit_down {
                    let drives = self.settings.exit_button == ExitButton::Releases;
                    self.allow(false, self.settings.times.release_ms, drives);
                }
                self.exit_down = down;
            }
            Input::Recorded(ticket) => {
                if let Some(at) = self.waiting.iter().position(|cause| cause.ticket == ticket) {
                    let cause = self.waiting.remove(at);
                    self.follow(cause);
                }
            }
            Input::Mode(mode, _) if mode != self.mode => {
                if self.mode == Mode::Unlocked {
                    self.otherwise.opening = self.otherwise.opening.max(self.now);
                    self.caused = true;
                }
                if mode == Mode::LockedDown {
                    for allowed in [&mut self.outside, &mut self.since_opening[0]] {
                        allowed.released = 0;
                        allowed.opening = allowed.opening.min(self.now);
                    }
                    self.waiting.retain(|cause| !cause.outside);
                }
                self.mode = mode;
            }
            _ => {}
        }
    }

    fn until(&self) -> u64 {
        self.outside.released.max(self.otherwise.released)
    }

    fn must_be(&self) -> bool {
        self.mode == Mode::Unlocked || self.now < self.until()
    }

    /// Whether an opening is nobody's fault.
    fn in_order(&self) -> bool {
        let opening = self.outside.opening.max(self.otherwise.opening);
        self.mode == Mode::Unlocked || (opening > 0 && self.now < opening + OPENING_GRACE_MS)
    }

    fn see(&mut self, effect: &Effect, input: Input) {
        match effect {
            Effect::Record { ticket, kind, .. } => self.see_record(*ticket, *kind, input),
            Effect::Lock(drive) => {
                if let Drive::Release { for_ms } = drive {
                    assert!(*for_ms <= Times::RELEASE_MS_MAX, "released for longer than the bound");
                    assert!(self.driven != Drive::Rest || self.caused, "released without a cause");
                }
                assert!(*drive != self.driven || matches!(drive, Drive::Release { .. }), "{drive:?} twice");
                self.driven = *drive;
            }
            Effect::Passed(uid, side) | Effect::NotPassed(uid, side) => {
                let (granted, told) = self.granted.entry((*uid, *side)).or_default();
                *told += 1;
                assert!(told <= granted, "{uid:?} was told of more often than it was granted");
            }
            Effect::Show(_) => {}
        }
    }

    fn see_record(&mut self, ticket: Ticket, kind: EventKind, input: Input) {
        match kind {
            EventKind::Tap { decision, .. } if decision.granted() => {
                let tap = if let Input::Tap(tap) = input { Some(tap) } else { None }.unwrap();
                for uid in tap.uid.into_iter().chain(tap.with) {
                    self.granted.entry((uid, tap.side)).or_default().0 += 1;
                }
                let outside = tap.side == Side::In;
                self.wait_for(Cause { ticket, since: self.now, outside, long: tap.comfort.has(Comfort::LONG) });
            }
            EventKind::Command { action: Action::UnlockOnce, refused: None, .. } => {
                self.wait_for(Cause { ticket, since: self.now, outside: false, long: false });
            }
            EventKind::ForcedOpen => {
                assert!(!self.in_order() && !self.raised.has(Watched::Fire), "forced, though it was in order");
                assert!(!self.raised.has(Watched::Contact), "forced, by a contact that cannot be believed");
                assert!(!std::mem::replace(&mut self.forced, true), "forced twice");
            }
            EventKind::ForcedCleared => assert!(std::mem::replace(&mut self.forced, false), "cleared, not forced"),
            EventKind::HeldWarning => {
                assert!(self.minds(), "warned, though nobody minds");
                assert!(!self.held && !self.forced);
                self.warned = true;
            }
            EventKind::HeldOpen => {
                assert!(self.minds() && self.warned, "held without a warning");
                assert!(!std::mem::replace(&mut self.held, true), "held twice");
            }
            EventKind::HeldCleared => assert!(std::mem::replace(&mut self.held, false), "cleared, not held"),
            EventKind::Raised(watched) => {
                assert!(!self.raised.has(watched), "{watched:?} raised twice");
                self.raised.set(watched, true);
            }
            EventKind::Cleared(watched) => {
                assert!(self.raised.has(watched), "{watched:?} cleared twice");
                self.raised.set(watched, false);
            }
            _ => {}
        }
    }

    fn wait_for(&mut self, cause: Cause) {
        if self.waiting.len() >= PENDING_MAX {
            let first = self.waiting.remove(0);
            self.follow(first);
        }
        self.waiting.push(cause);
    }

    fn minds(&self) -> bool {
        !self.raised.has(Watched::Fire) && !self.raised.has(Watched::Contact)
    }
}

/// The door, and its second opinion.
struct Pair {
    door: Door,
    model: Model,
}

impl Pair {
    fn hear(&mut self, input: Input) {
        let now = MonoMs(self.model.now);
        self.model.disk();
        self.model.hear(input);
        self.judge(input);
        let effects = self.door.handle(input, now);
        let opened = self.edge(input) == Some(true);
        let forced = opened && !self.model.in_order() && !self.door.faults().has(Watched::Fire);
        let before = self.model.forced;
        for effect in &effects {
            self.model.see(effect, input);
        }
        if let (Input::Contact(open), true) = (input, self.model.contact.is_some()) {
            let changed = self.model.contact != Some(open);
            let believed = changed && !self.door.faults().has(Watched::Contact);
            self.model.contact = Some(open);
            if believed {
                self.model.warned = false;
                assert_eq!(!before && self.model.forced, forced, "whether it was forced");
            }
            let since_opening =
                if believed { std::mem::take(&mut self.model.since_opening) } else { Default::default() };
            if believed && !open {
                [self.model.outside, self.model.otherwise] = since_opening;
                assert!(!self.model.forced && !self.model.held, "closed, and not cleared");
            }
        }
        self.check();
    }

    /// A card that is not awaited is judged anew, and so is one that passes with it.
    fn judge(&mut self, input: Input) {
        let Input::Tap(tap) = input else { return };
        let late = self.door.deadline().is_some_and(|at| at.0 <= self.model.now);
        for uid in tap.uid.into_iter().chain(tap.with).filter(|_| tap.decision.granted()) {
            if late || Some(uid) == tap.with || !self.door.awaits(uid, tap.side) {
                self.model.judged.insert((uid, tap.side), self.model.now);
            }
        }
    }

    fn edge(&self, input: Input) -> Option<bool> {
        let Input::Contact(open) = input else { return None };
        let changed = self.model.contact.is_some_and(|contact| contact != open);
        (changed && !self.door.faults().has(Watched::Contact)).then_some(open)
    }

    fn check(&self) {
        let (door, model) = (&self.door, &self.model);
        assert_eq!(door.is_released(), model.must_be(), "whether the lock is released");
        match model.driven {
            Drive::Hold => assert_eq!(model.mode, Mode::Unlocked),
            Drive::Rest => assert!(!model.must_be()),
            Drive::Release { .. } => assert!(model.mode != Mode::Unlocked && model.must_be()),
        }
        assert_eq!((door.mode(), door.faults()), (model.mode, model.raised));
        assert_eq!((door.leaf() == Leaf::Forced, door.leaf() == Leaf::HeldOpen), (model.forced, model.held));
        assert_eq!(door.leaf() == Leaf::Closed, model.contact != Some(true));
        for ((uid, side), judged) in &model.judged {
            assert!(!door.awaits(*uid, *side) || model.now < judged + AWAITED_MS_MAX, "{uid:?} is awaited without end");
        }
        assert!(door.deadline().is_none_or(|at| at.0 > model.now), "a deadline that has passed was not acted on");
    }

    /// From wherever it is: whatever is put right is right again, and nothing is left behind.
    fn comes_to_rest(&mut self) {
        let well = Watched::ALL.map(|watched| Input::Watched(watched, false));
        let right = [Input::Exit(false), Input::Mode(Mode::Normal, ModeCause::Time), Input::Contact(false)];
        for input in well.into_iter().chain(right) {
            self.hear(input);
        }
        for _ in 0..20 {
            if let Some(at) = self.door.deadline() {
                self.model.now = at.0;
                self.hear(Input::Tick);
            }
        }
        assert_eq!(self.door.deadline(), None);
        assert_eq!(
            (self.model.driven, self.door.leaf(), self.door.faults()),
            (Drive::Rest, Leaf::Closed, Faults::NONE)
        );
        for ((uid, side), (_, told)) in &self.model.granted {
            assert!(*told > 0 && !self.door.awaits(*uid, *side), "{uid:?} was granted, and nothing came of it");
        }
    }
}

fn run(seed: u64) {
    let mut random = Random(seed);
    let contact = [None, Some(false), Some(true), Some(false)][usize::try_from(seed % 4).unwrap()];
    let settings = random.settings();
    let mut pair = Pair { door: Door::new(settings, contact), model: Model::new(settings, contact, 5_000) };
    for _ in 0..STEPS {
        match random.step() {
            Step::Hear(input) => pair.hear(input),
            Step::Answer(which) => {
                let waiting = &pair.model.waiting;
                let ticket = waiting.get(usize::try_from(which).unwrap() % waiting.len().max(1)).map(|c| c.ticket);
                pair.hear(ticket.map_or(Input::Tick, Input::Recorded));
            }
            Step::Deadline => {
                pair.model.now = pair.door.deadline().map_or(pair.model.now, |at| at.0.max(pair.model.now));
                pair.hear(Input::Tick);
            }
            Step::Wait(ms) => {
                pair.model.now += ms;
                pair.hear(Input::Tick);
            }
            Step::Settings(settings) => {
                pair.door.set(settings);
                pair.model.settings = settings;
            }
            Step::Restart => {
                let (settings, contact) = (pair.model.settings, pair.model.contact);
                pair.door = Door::new(settings, contact);
                pair.model = Model::new(settings, contact, pair.model.now);
                pair.hear(Input::Tick);
            }
        }
    }
    pair.comes_to_rest();
}

/// No sequence of inputs, commands, jumps of the clock, settings and restarts releases the lock without a grant, an exit
/// press, a command or the mode, or for longer than the bound; held and forced are raised and cleared in turns; and every
/// state is left.
#[test]
fn a_million_random_steps_agree_with_the_second_opinion() {
    for seed in 0..RUNS {
        println!("seed {seed}, {STEPS} steps");
        run(seed);
    }
}
