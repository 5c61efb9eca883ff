//! Programs that are broken on purpose. Whoever looks at a run must notice each of them.

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The controller acknowledges a report, and commits it afterwards.
    AcknowledgesBeforeCommit,
    /// The door applies a delta whatever it stands on and whatever comes out.
    AppliesUnchecked,
    /// The door forgets an event once it has been sent.
    ForgetsBeforeReceipt,
    /// The door takes a list that is older than the one in force.
    TakesOlderLists,
    /// Nobody checks a MAC.
    ChecksNoMac,
    /// The controller stores an event that it has as a new one.
    StoresTwice,
    /// A list that the door has reported as in force is lost when the power goes.
    ReportsUnsynced,
    /// The door follows a command of an earlier connection.
    FollowsOldCommands,
    /// The door puts a list in force before all of its pieces have come.
    SwitchesTooEarly,
    /// A backup is put back as it is: no generation jumps, and doors are not asked.
    JumpsNot,
    /// A backup is put back, and doors are told at once what is in it.
    HoldsNothing,
    /// The door takes any answer of the controller for one to its newest question.
    TakesOldAnswers,
    /// A journal that was copied back goes on as if nothing had happened.
    BeginsNoEpoch,
}

impl Broken {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::AcknowledgesBeforeCommit,
        Self::AppliesUnchecked,
        Self::ForgetsBeforeReceipt,
        Self::TakesOlderLists,
        Self::ChecksNoMac,
        Self::StoresTwice,
        Self::ReportsUnsynced,
        Self::FollowsOldCommands,
        Self::SwitchesTooEarly,
        Self::JumpsNot,
        Self::HoldsNothing,
        Self::TakesOldAnswers,
        Self::BeginsNoEpoch,
    ];
}
