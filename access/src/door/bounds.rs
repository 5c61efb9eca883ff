//! How long the machine waits, and how much it remembers.

/// Longest wait for the journal before the lock is released all the same, in milliseconds.
pub const JOURNAL_WAIT_MS: u64 = 50;

/// Most releases that wait for the journal at once. A reader that read a card each millisecond would not
/// fill it; when it is full the oldest is released at once.
pub const PENDING_MAX: usize = 64;

/// Most cards that may open the door at once: more than can be laid on a reader while one release runs.
pub const PASSERS_MAX: usize = 64;

/// How long after a release an opening still belongs to it, in milliseconds: the contact is heard of
/// [`crate::debounce::DEBOUNCE_MS`] late, and the leaf has to move first. The lock is at rest by then, so nobody gains
/// anything by it.
pub const OPENING_GRACE_MS: u64 = 300;

/// How long the exit button may be down before something holds it down, in milliseconds.
pub const EXIT_STUCK_MS: u64 = 30_000;

/// Most changes of the contact within [`CONTACT_EDGES_MS`]: nobody opens and closes a door ten times in that time.
pub const CONTACT_EDGES_MAX: usize = 20;

/// See [`CONTACT_EDGES_MAX`]; in milliseconds.
pub const CONTACT_EDGES_MS: u64 = 10_000;

/// How long a contact that fluttered must be quiet before it is believed again, in milliseconds.
pub const CONTACT_QUIET_MS: u64 = 60_000;
