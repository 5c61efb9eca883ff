//! Commands: sent at once to a door that is connected, and never kept for one that is away.

use std::collections::HashMap;
use std::time::Duration;

use access::command::{COMMAND_LIFE_MS_MAX, Command};
use access::message::Down;
use access::time::UtcMs;
use db::site::{CommandState, CommandView, SiteError};
use link::Qos;
use tokio::time::Instant;

use crate::ask::{Answer, Once, ask};
use crate::clerk::Note;
use crate::clock::utc_now;
use crate::desk::{Desk, publish};

/// Life of a command from the moment at which it was asked for. Whoever asked stands in front of the
/// screen; two seconds below what a door accepts, so that a door's faster clock does not refuse it.
const LIFE_MS: u64 = COMMAND_LIFE_MS_MAX - 2_000;

/// Why a command to a door is refused that is left alone since a backup was put back.
const HELD: &str = "site-restored";

/// Time for the door's event to come back after the end of the command's life.
const ANSWER_WAIT: Duration = Duration::from_secs(3);

/// Commands that were sent and may still be answered. None stays for longer than its life.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    sent: HashMap<u64, Instant>,
    asking: Once,
}

impl Desk {
    /// Looks for commands, on a thread of its own.
    pub(crate) fn look_for_commands(&mut self) {
        if self.commands.asking.begin() {
            ask(&self.site, &self.answers, db::site::Site::commands_requested, Answer::Requested);
        }
    }

    /// Sends what was asked for.
    pub(crate) fn requested(&mut self, requested: Result<Vec<CommandView>, SiteError>) {
        match requested {
            Ok(commands) => {
                for command in commands {
                    // That it was sent may not have been written yet.
                    if !self.commands.sent.contains_key(&command.id) {
                        self.command(&command, utc_now());
                    }
                }
            }
            Err(error) => tracing::error!(%error, "commands could not be read"),
        }
        if self.commands.asking.end() {
            self.look_for_commands();
        }
    }

    /// A command that nobody answered in time is over. The door's own event would still have the last
    /// word.
    pub(crate) fn expire_commands(&mut self, now: Instant) {
        let over: Vec<u64> = self.commands.sent.extract_if(|_, until| now >= *until).map(|(id, _)| id).collect();
        for id in over {
            self.settle(id, CommandState::Expired, utc_now());
        }
    }

    fn command(&mut self, view: &CommandView, now: UtcMs) {
        let left = life_left_ms(view.requested, now);
        let line = self.lines.get(&view.door);
        if line.is_some_and(|line| line.held) {
            self.settle(view.id, CommandState::Refused(HELD.to_owned()), now);
            return;
        }
        let session = line.and_then(|line| line.session);
        let sealer = line.and_then(|line| line.sealer(&self.sender));
        let (Some(session), Some(sealer)) = (session, sealer) else {
            self.settle(view.id, CommandState::DoorAway, now);
            return;
        };
        if left == 0 {
            self.settle(view.id, CommandState::Expired, now);
            return;
        }
        let at = Instant::now();
        let command = Command {
            id: view.id,
            boot: session.boot,
            session: session.id,
            expires: session.mono_at(at) + left,
            action: view.action,
        };
        if publish(&self.link, &sealer, &Down::Command(command), Qos::AtLeastOnce) {
            let until = at + Duration::from_millis(left) + ANSWER_WAIT;
            self.commands.sent.insert(view.id, until);
            self.settle(view.id, CommandState::Sent, now);
        } else {
            self.settle(view.id, CommandState::DoorAway, now);
        }
    }

    fn settle(&self, id: u64, state: CommandState, at: UtcMs) {
        self.note(Note::Command { id, state, at });
    }
}

/// A clock that was set back meanwhile makes no command live longer.
fn life_left_ms(requested: UtcMs, now: UtcMs) -> u64 {
    let age = u64::try_from(now.0.saturating_sub(requested.0)).unwrap_or(0);
    LIFE_MS.saturating_sub(age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_lives_from_the_moment_at_which_it_was_asked_for() {
        let left = |age: i64| life_left_ms(UtcMs(1_000_000), UtcMs(1_000_000 + age));
        assert_eq!(left(0), LIFE_MS);
        assert_eq!(left(-5_000), LIFE_MS);
        assert_eq!(left(1_000), LIFE_MS - 1_000);
        assert_eq!(left(60_000), 0);
    }
}
