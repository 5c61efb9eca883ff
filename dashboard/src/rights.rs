//! What an operator may do: a role has rights, and every route asks for one of them.
//!
//! | | admin | security | desk | auditor |
//! | --- | --- | --- | --- | --- |
//! | looks | everything | the log, doors, people, cards, rules, reports | people, cards, who is in | everything but settings |
//! | changes | everything | alarms, commands, lockdowns, blocks | cards | nothing |
//! | asks for access | yes | yes | yes | no |
//!
//! Nobody sees where staff have been unless it is their work: the desk hands out cards without the log.

use axum::http::Method;
use db::site::Role;

/// What a route asks for. The codes are those of the API's problems and of a token's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// The overview, doors and alarms, without the log.
    Look,
    /// The log of doors: who was where.
    Events,
    /// Taking the log along as a file.
    Export,
    /// Acknowledging, closing and muting alarms.
    Alarms,
    /// Commands and orders to doors, and forgiving a card that was passed back.
    Command,
    /// Beginning and lifting lockdowns.
    Lockdown,
    /// How a door is set up.
    DoorSettings,
    /// Looking at people.
    People,
    /// Changing people, their employments and rights to practise.
    PeopleEdit,
    /// Looking at cards.
    Cards,
    /// Taking a card out of use.
    CardBlock,
    /// Giving out cards, writing them, and taking them back into use.
    CardIssue,
    /// The desk where backup cards are handed out.
    Desk,
    /// Looking at rules and explaining them.
    Rules,
    /// Changing who may pass where and when.
    RulesEdit,
    /// Putting one person into a group or taking them out, and letting one card in at one door.
    Grant,
    /// Asking that somebody else puts one person into a group.
    Ask,
    /// Taking over registers.
    Import,
    /// Reports.
    Reports,
    /// Confirming reviews of access rights.
    Review,
    /// Who is in.
    Evacuation,
    /// The operators' log.
    Audit,
    /// Operators, their tokens and sessions.
    Operators,
    /// Settings of the site and the doors' signals.
    Settings,
    /// How long what is kept, and who has searched for whom.
    Privacy,
    /// Deciding after a backup was put back.
    Restore,
    /// One's own account.
    Own,
    /// The demo's virtual cards.
    Demo,
}

impl Right {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 28] = [
        Self::Look,
        Self::Events,
        Self::Export,
        Self::Alarms,
        Self::Command,
        Self::Lockdown,
        Self::DoorSettings,
        Self::People,
        Self::PeopleEdit,
        Self::Cards,
        Self::CardBlock,
        Self::CardIssue,
        Self::Desk,
        Self::Rules,
        Self::RulesEdit,
        Self::Grant,
        Self::Ask,
        Self::Import,
        Self::Reports,
        Self::Review,
        Self::Evacuation,
        Self::Audit,
        Self::Operators,
        Self::Settings,
        Self::Privacy,
        Self::Restore,
        Self::Own,
        Self::Demo,
    ];

    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Events => "events",
            Self::Export => "export",
            Self::Alarms => "alarms",
            Self::Command => "command",
            Self::Lockdown => "lockdown",
            Self::DoorSettings => "door-settings",
            Self::People => "people",
            Self::PeopleEdit => "people-edit",
            Self::Cards => "cards",
            Self::CardBlock => "card-block",
            Self::CardIssue => "card-issue",
            Self::Desk => "desk",
            Self::Rules => "rules",
            Self::RulesEdit => "rules-edit",
            Self::Grant => "grant",
            Self::Ask => "ask",
            Self::Import => "import",
            Self::Reports => "reports",
            Self::Review => "review",
            Self::Evacuation => "evacuation",
            Self::Audit => "audit",
            Self::Operators => "operators",
            Self::Settings => "settings",
            Self::Privacy => "privacy",
            Self::Restore => "restore",
            Self::Own => "own",
            Self::Demo => "demo",
        }
    }

    /// The right of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.code() == code)
    }

    fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

/// What somebody may do who asks now: an operator by their role, or a token, which is never good for more than its
/// operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    looks: u32,
    changes: u32,
}

impl Access {
    /// Nothing at all.
    pub const NONE: Self = Self { looks: 0, changes: 0 };

    /// What a role is for.
    #[must_use]
    pub fn of(role: Role) -> Self {
        use Right as R;
        let both = |rights: &[R]| Self { looks: bits(rights), changes: bits(rights) };
        match role {
            Role::Admin => both(&R::ALL),
            Role::Security => both(&[
                R::Look,
                R::Events,
                R::Export,
                R::Alarms,
                R::Command,
                R::Lockdown,
                R::People,
                R::Cards,
                R::CardBlock,
                R::Rules,
                R::Ask,
                R::Reports,
                R::Evacuation,
                R::Own,
            ]),
            Role::Desk => both(&[
                R::Look,
                R::People,
                R::Cards,
                R::CardBlock,
                R::CardIssue,
                R::Desk,
                R::Ask,
                R::Evacuation,
                R::Own,
            ]),
            // Whoever judges what others did does nothing that would have to be judged.
            Role::Auditor => Self {
                looks: bits(&[
                    R::Look,
                    R::Events,
                    R::Export,
                    R::People,
                    R::Cards,
                    R::Rules,
                    R::Ask,
                    R::Reports,
                    R::Audit,
                    R::Privacy,
                    R::Evacuation,
                    R::Own,
                ]),
                changes: bits(&[R::Own]),
            },
        }
    }

    /// What is left of it for somebody who is limited to a part of the site: nothing that touches both worlds.
    #[must_use]
    pub fn limited(self) -> Self {
        let kept = bits(&[
            Right::Look,
            Right::Events,
            Right::Export,
            Right::Alarms,
            Right::Command,
            Right::Lockdown,
            Right::People,
            Right::PeopleEdit,
            Right::Cards,
            Right::CardBlock,
            Right::CardIssue,
            Right::Desk,
            Right::Rules,
            Right::Grant,
            Right::Ask,
            Right::Reports,
            Right::Evacuation,
            Right::Own,
        ]);
        Self { looks: self.looks & kept, changes: self.changes & kept }
    }

    /// What is left of it for a token of this scope: `all`, `read`, or codes of rights with commas. Whoever may change rules may
    /// also put one person into a group. What is not understood is good for nothing.
    #[must_use]
    pub fn scoped(self, scope: &str) -> Self {
        match scope {
            "all" => self,
            "read" => Self { changes: 0, ..self },
            named => {
                let of = |right: Right| {
                    if right == Right::RulesEdit { right.bit() | Right::Grant.bit() } else { right.bit() }
                };
                let named = named.split(',').filter_map(Right::from_code).fold(0, |bits, right| bits | of(right));
                Self { looks: self.looks & named, changes: self.changes & named }
            }
        }
    }

    /// Whether they may look at what asks for this right.
    #[must_use]
    pub fn may(self, right: Right) -> bool {
        self.looks & right.bit() != 0
    }

    /// Whether they may also change something by it.
    #[must_use]
    pub fn may_change(self, right: Right) -> bool {
        self.changes & right.bit() != 0
    }

    /// Whether they may call such a route with this method.
    #[must_use]
    pub fn allows(self, method: &Method, right: Right) -> bool {
        if method.is_safe() { self.may(right) } else { self.may_change(right) }
    }
}

fn bits(rights: &[Right]) -> u32 {
    rights.iter().fold(0, |bits, right| bits | right.bit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_good_for_more_than_its_operator() {
        for role in Role::ALL {
            let whole = Access::of(role);
            for scope in ["all", "read", "events,card-block", "card-block", "", "nonsense", "ALL"] {
                let scoped = whole.scoped(scope);
                for right in Right::ALL {
                    assert!(whole.may(right) || !scoped.may(right), "{role:?} {scope} {right:?}");
                    assert!(whole.may_change(right) || !scoped.may_change(right), "{role:?} {scope} {right:?}");
                    assert!(scoped.may(right) || !scoped.may_change(right), "{role:?} {scope} {right:?}");
                }
            }
            assert_eq!(whole.scoped("nonsense"), Access::NONE);
            assert!(Right::ALL.iter().all(|right| !whole.scoped("read").may_change(*right)));
        }
    }

    #[test]
    fn codes_are_read_back_and_no_right_shares_its_bit() {
        for right in Right::ALL {
            assert_eq!(Right::from_code(right.code()), Some(right));
            assert_eq!(Right::ALL.iter().filter(|other| other.bit() == right.bit()).count(), 1);
        }
    }
}
