//! What is said about orders and lockdowns.

use access::id::DoorId;
use access::mode::Order;
use access::time::{UtcMs, UtcS};

/// What a lockdown reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockdownScope {
    /// One door.
    Door(DoorId),
    /// The doors of an area, those that join it later too.
    Area(i64),
    /// All doors.
    Site,
}

impl LockdownScope {
    /// The stable code: `door`, `area` or `site`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Door(_) => "door",
            Self::Area(_) => "area",
            Self::Site => "site",
        }
    }
}

/// A lockdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockdownView {
    /// Its number.
    pub id: i64,
    /// What it reaches.
    pub scope: LockdownScope,
    /// What people call the door or the area; the site's name if it is of the site.
    pub name: String,
    /// When it ends by itself; only when it is lifted if there is none.
    pub until: Option<UtcS>,
    /// Why.
    pub reason: String,
    /// Who.
    pub operator: String,
    /// When it was ordered.
    pub at: UtcMs,
    /// Who lifted it.
    pub lifted: Option<Lifted>,
    /// How many doors it reaches, or reached when it was lifted.
    pub doors: u32,
    /// How many of them have it in force, as far as they have told.
    pub in_force: u32,
}

impl LockdownView {
    /// Whether it is on: not lifted, and its time not over.
    #[must_use]
    pub fn is_on(&self, at: UtcS) -> bool {
        self.lifted.is_none() && self.until.is_none_or(|until| at < until)
    }
}

/// How a lockdown was lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifted {
    /// Who did it.
    pub operator: String,
    /// When.
    pub at: UtcMs,
    /// Why; empty if its time was over, and it was only put away.
    pub reason: String,
}

/// What an operator has ordered for a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderView {
    /// Which door.
    pub door: DoorId,
    /// What people call it.
    pub name: String,
    /// What; its time may be over.
    pub order: Order,
    /// Why.
    pub reason: String,
    /// Who.
    pub operator: String,
    /// When.
    pub at: UtcMs,
}

/// Everything that is ordered for one door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorOrders {
    /// The operator's order, and whether the door has it in force.
    pub order: Option<(OrderView, bool)>,
    /// The lockdowns that reach it, newest first, and whether the door has each in force.
    pub lockdowns: Vec<(LockdownView, bool)>,
}
