//! The timer unit (MFRC522, 8.5), which programs use as their time-out.
//!
//! ```text
//!              start: end of transmission (TAuto) or TStartNow
//!   stopped ──────────────────────────────────────────────────▶ running ──┐ expired: TimerIRq
//!      ▲          TStopNow, or the fifth bit of an answer (TAuto)  │  ▲   │
//!      └───────────────────────────────────────────────────────────┘  └───┘ again, if TAutoRestart
//! ```

use super::registers::{Registers, at};
use crate::air::cycles_ns;

/// `TAuto`, start and stop with the traffic.
const AUTO: u8 = 0x80;
/// `TAutoRestart`.
const AUTO_RESTART: u8 = 0x10;
/// `TPrescalEven` of `DemodReg`.
const PRESCALE_EVEN: u8 = 0x10;

/// A down counter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timer {
    run: Option<Run>,
    /// What the counter shows while it stands still.
    shown: u16,
}

#[derive(Clone, Debug)]
struct Run {
    started_ns: u64,
    expires_ns: u64,
    reload: u16,
    tick_cycles: u64,
    restarts: bool,
}

impl Timer {
    /// Whether `TModeReg` ties the timer to the traffic.
    pub(crate) fn is_automatic(registers: &Registers) -> bool {
        registers.has(at::T_MODE, AUTO)
    }

    /// Starts with the settings of this moment; a later change counts from the next start.
    pub(crate) fn start(&mut self, registers: &Registers, now_ns: u64) {
        let reload = u16::from_be_bytes([registers.get(at::T_RELOAD_HIGH), registers.get(at::T_RELOAD_LOW)]);
        let prescaler = u16::from_be_bytes([registers.get(at::T_MODE) & 0x0F, registers.get(at::T_PRESCALER)]);
        let even = u64::from(registers.has(at::DEMOD, PRESCALE_EVEN));
        let tick_cycles = 2 * u64::from(prescaler) + 1 + even;
        let mut run = Run {
            started_ns: now_ns,
            expires_ns: now_ns,
            reload,
            tick_cycles,
            restarts: registers.has(at::T_MODE, AUTO_RESTART),
        };
        run.expires_ns = now_ns.saturating_add(run.period_ns());
        self.run = Some(run);
    }

    pub(crate) fn stop(&mut self, now_ns: u64) {
        self.shown = self.counter(now_ns);
        self.run = None;
    }

    pub(crate) fn is_running(&self) -> bool {
        self.run.is_some()
    }

    /// Whether it goes on after it has expired.
    pub(crate) fn restarts(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.restarts)
    }

    /// When it expires next.
    pub(crate) fn expires_ns(&self) -> Option<u64> {
        self.run.as_ref().map(|run| run.expires_ns)
    }

    /// Takes note that it has expired by `now_ns`, if it has. A timer that restarts skips what was missed, since
    /// the interrupt has only one bit.
    pub(crate) fn expire(&mut self, now_ns: u64) -> bool {
        let Some(run) = self.run.as_mut().filter(|run| run.expires_ns <= now_ns) else {
            return false;
        };
        if run.restarts {
            let period = run.period_ns();
            let missed = (now_ns - run.expires_ns) / period;
            run.started_ns = run.expires_ns.saturating_add(period * missed);
            run.expires_ns = run.started_ns.saturating_add(period);
        } else {
            self.run = None;
            self.shown = 0;
        }
        true
    }

    /// `TCounterValReg`.
    pub(crate) fn counter(&self, now_ns: u64) -> u16 {
        let Some(run) = &self.run else {
            return self.shown;
        };
        let ticks = now_ns.saturating_sub(run.started_ns) / cycles_ns(run.tick_cycles).max(1);
        run.reload.saturating_sub(u16::try_from(ticks).unwrap_or(u16::MAX))
    }
}

impl Run {
    /// (2 * prescaler + 1) * (reload + 1) cycles, never zero.
    fn period_ns(&self) -> u64 {
        cycles_ns(self.tick_cycles * (u64::from(self.reload) + 1)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registers(mode: u8, prescaler: u8, reload: u16) -> Registers {
        let mut registers = Registers::reset(0x92);
        registers.set(at::T_MODE, mode);
        registers.set(at::T_PRESCALER, prescaler);
        let [high, low] = reload.to_be_bytes();
        registers.set(at::T_RELOAD_HIGH, high);
        registers.set(at::T_RELOAD_LOW, low);
        registers
    }

    #[test]
    fn the_drivers_settings_make_25_ms() {
        let mut timer = Timer::default();
        timer.start(&registers(0x80, 0xA9, 0x03E8), 0);
        assert_eq!(timer.expires_ns().unwrap() / 1000, 25_025);
        assert_eq!(timer.counter(0), 1000);
        assert_eq!(timer.counter(12_512_500), 500);
        assert!(!timer.expire(25_024_000));
        assert!(timer.expire(25_026_000));
        assert!(!timer.is_running());
    }

    #[test]
    fn the_even_prescaler_adds_a_cycle() {
        let mut registers = registers(0x80, 0x00, 0x0000);
        let mut timer = Timer::default();
        timer.start(&registers, 0);
        assert_eq!(timer.expires_ns(), Some(73));
        registers.raise(at::DEMOD, PRESCALE_EVEN);
        timer.start(&registers, 0);
        assert_eq!(timer.expires_ns(), Some(147));
    }

    #[test]
    fn a_restarting_timer_skips_what_was_missed() {
        let mut timer = Timer::default();
        timer.start(&registers(0x10, 0x00, 0x0000), 0);
        assert!(timer.expire(1_000_000_000));
        assert!(timer.expires_ns().unwrap() > 1_000_000_000);
        assert!(timer.expires_ns().unwrap() <= 1_000_000_073);
    }
}
