//! A tap that passes, to be spoilt by a test.

use access::calendar::Zone;
use access::decide::Decision;
use access::local::{Circumstances, Local, Verdict};
use access::mode::Mode;
use access::passage::{AreaId, Passage, Passback, Side};
use access::reason::{Reason, Reasons};
use access::settings::{Beyond, DoorSettings};
use access::time::{At, ClockTrust, MonoMs, UtcMs};
use access::uid::Uid;
use access::whitelist::Generation;

/// 2027-01-15T08:00:00Z, a Friday: 10:00 on the wall in Helsinki.
pub(crate) const NOW_MS: i64 = 1_800_000_000_000;
pub(crate) const INSIDE: AreaId = AreaId(1);
pub(crate) const OUTSIDE: AreaId = AreaId(2);

#[derive(Debug, Clone)]
pub(crate) struct Around {
    pub(crate) side: Side,
    pub(crate) uid: Option<Uid>,
    pub(crate) listed: bool,
    pub(crate) visitor: bool,
    pub(crate) settings: DoorSettings,
    pub(crate) mode: Mode,
    pub(crate) mono_s: u64,
    pub(crate) utc_ms: i64,
    pub(crate) trust: ClockTrust,
    pub(crate) zone: Zone,
    pub(crate) passback: Vec<(Passback, Option<Passage>)>,
    pub(crate) old_list: Option<Beyond>,
    pub(crate) exempt: bool,
    pub(crate) interlocked: bool,
    pub(crate) own_release: bool,
}

pub(crate) fn card(number: u8) -> Uid {
    Uid::new(&[number, 2, 3, 4]).unwrap()
}

impl Around {
    pub(crate) fn new(number: u8) -> Self {
        Self {
            side: Side::In,
            uid: Some(card(number)),
            listed: true,
            visitor: false,
            settings: DoorSettings { leads_into: Some(INSIDE), leads_out_of: Some(OUTSIDE), ..DoorSettings::default() },
            mode: Mode::Normal,
            mono_s: 1_000,
            utc_ms: NOW_MS,
            trust: ClockTrust::Synchronised,
            zone: Zone::HELSINKI,
            passback: Vec::new(),
            old_list: None,
            exempt: false,
            interlocked: false,
            own_release: false,
        }
    }

    pub(crate) fn at(&self, mono_s: u64) -> Self {
        Self { mono_s, ..self.clone() }
    }

    pub(crate) fn judge(&self, local: &mut Local, reasons: impl Into<Reasons>) -> Verdict {
        let decision = Decision { reasons: reasons.into(), generation: Generation(1) };
        let at = At { mono: MonoMs(self.mono_s * 1_000), utc: UtcMs(self.utc_ms), trust: self.trust };
        local.judge(
            &decision,
            &Circumstances {
                side: self.side,
                uid: self.uid,
                listed: self.listed,
                visitor: self.visitor,
                settings: &self.settings,
                mode: self.mode,
                at,
                zone: &self.zone,
                passback: &self.passback,
                old_list: self.old_list,
                exempt: self.exempt,
                interlocked: self.interlocked,
                own_release: self.own_release,
            },
        )
    }

    pub(crate) fn granted(&self, local: &mut Local) -> Vec<Reason> {
        self.judge(local, Reasons::NONE).reasons.iter().collect()
    }
}

#[test]
fn a_tap_without_rules_is_left_as_it_is_and_an_interlocked_door_lets_nobody_in_but_everybody_out() {
    let mut around = Around::new(1);
    assert_eq!(around.judge(&mut Local::default(), Reasons::NONE), Verdict::default());
    around.interlocked = true;
    assert_eq!(around.granted(&mut Local::default()), [Reason::Interlocked]);
    around.side = Side::Out;
    assert_eq!(around.granted(&mut Local::default()), []);
}

#[test]
fn a_list_that_is_too_old_denies_as_the_door_says_and_keeps_nobody_in() {
    let around = |old_list, exempt| Around { old_list, exempt, ..Around::new(1) };
    for (old_list, exempt, denied) in [
        (None, false, false),
        (Some(Beyond::GoesOn), false, false),
        (Some(Beyond::ExemptOnly), false, true),
        (Some(Beyond::ExemptOnly), true, false),
        (Some(Beyond::Denies), false, true),
        (Some(Beyond::Denies), true, true),
    ] {
        let tap = around(old_list, exempt);
        assert_eq!(tap.granted(&mut Local::default()) == [Reason::ListTooOld], denied, "{old_list:?}, {exempt}");
        let out = Around { side: Side::Out, ..tap };
        assert_eq!(out.granted(&mut Local::default()), [], "{old_list:?}, {exempt}");
    }
}
