//! Alarms: what a human must look at.
//!
//! ```text
//!             raised                  acknowledged                    closed by a person
//!   (nothing) ──────▶ open ─────────────────────────▶ acknowledged ──────────────────────▶ closed
//!                     ▲  │ ◀───── raised again ─────────────┘ │                            ▲ ▲
//!                     └──┘ raised again: counted              └ cause gone, or was gone ───┘ │
//!                     │                                         (technical, security)        │
//!                     └─ cause gone (technical) ─────────────────────────────────────────────┘
//! ```
//!
//! While an alarm is not closed, the same kind at the same door with the same card is counted in it. What a cause
//! that is gone does depends on the kind's [`AlarmClass`]. A person may close an alarm whose cause is still there,
//! but has to say why. Each step is in the alarm's history, and those that matter outside go into the outbox in the
//! same transaction, so that neither can be without the other.

mod acts;
mod kind;
mod list;
mod mutes;
mod outbox;
mod raise;
mod step;
mod types;
mod watch;

pub use kind::{AlarmClass, AlarmKind, Severity};
pub use mutes::{MUTE_LENGTH_MAX_MS, MUTES_MAX};
pub use outbox::{CHANNEL_NAME_LENGTH_MAX, CHANNELS_MAX, NOTIFICATION_ATTEMPTS_MAX, NOTIFICATIONS_WAITING_MAX};
pub use raise::REMINDERS_MAX;
pub(super) use raise::{Raised, clear, heard, raise};
pub use step::COMMENT_LENGTH_MAX;
pub use types::{
    AlarmCounts, AlarmDetail, AlarmFilter, AlarmKey, AlarmState, AlarmStep, AlarmView, Channel, Closed, Done, MuteView,
    NewMute, Notification, StepKind,
};
pub use watch::{Condition, DoorWatch};

/// Longest code of an alarm, in bytes.
const KIND_LENGTH_MAX: usize = 64;
