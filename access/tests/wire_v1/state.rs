//! What a door shall be.

use access::calendar::Zone;
use access::entry::ScheduleId;
use access::message::Down;
use access::mode::{Lockdown, Order, Unlock};
use access::passage::{AreaId, Passback};
use access::settings::{Age, Beyond, DoorSettings, ExitButton, Lockout, Reading, Times, UnknownTime};
use access::signal::{Pattern, Signal, SignalSet};
use access::state::DoorState;
use access::time::UtcS;
use access::whitelist::Generation;

use crate::support::down;

fn state() -> DoorState {
    let times = |release_ms| Times { release_ms, held_warning_ms: 15_000, held_alarm_ms: 30_000 };
    DoorState {
        generation: Generation(5),
        order: Some(Order { unlock: true, until: UtcS(1_800_000_000) }),
        lockdown: Some(Lockdown { until: None }),
        settings: DoorSettings {
            reading: Reading::Sector,
            times: times(5_000),
            long_times: times(15_000),
            exit_button: ExitButton::Shunts,
            unlock: Some(Unlock { schedule: ScheduleId(7), first_person_in: true }),
            two_person_s: Some(10),
            escort_s: None,
            lockout: Lockout { denials: 5, within_s: 60, for_s: 300 },
            age: Some(Age { limit_s: 3_600, beyond: Beyond::Denies }),
            unknown_time: UnknownTime::Allows,
            leads_into: Some(AreaId(300)),
            leads_out_of: None,
        },
        zone: Zone::HELSINKI,
        passback: vec![Passback { area: AreaId(300), hard: true, within_s: Some(3_600), forgiven_at: Some(240) }],
        signals: SignalSet(vec![(Signal::Denied, Pattern::parse("RB300 .150").unwrap())]),
    }
}

#[test]
fn a_state_with_everything_and_one_with_nothing() {
    assert_eq!(state().check(), Ok(()));
    assert_eq!(
        down(&Down::State(state())),
        "0105010180c8ceb40d01000188279875b0ea0198759875b0ea0101010701010a00053cac0201901c020101ac0200c07001e0a801030506b0540a0506c07001ac020101901c01f001010202000101ac020000009601"
    );
    assert_eq!(
        down(&Down::State(DoorState::default())),
        "010000000088279875b0ea019875c8df02e0d40300000000053c3c0180e90f0000000000000000"
    );
}
