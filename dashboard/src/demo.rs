//! What the demo lends to the dashboard: virtual cards, and doors that they can be tapped at.

/// The emulated doors of the demo. All calls block; they are made from blocking threads.
pub trait DemoDoors: Send + Sync {
    /// The doors, in the order in which they are shown.
    fn doors(&self) -> Vec<DemoDoor>;
    /// The cards, in the order in which they are shown.
    fn cards(&self) -> Vec<DemoCard>;
    /// Taps a card at a door and waits for what the person would see.
    ///
    /// # Errors
    /// What went wrong, in the words of the emulated door.
    fn tap(&self, door: &str, card: &str) -> Result<TapShown, String>;
}

/// A door of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoDoor {
    /// Its id, as the site knows it.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A virtual card of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoCard {
    /// What the emulated door calls it.
    pub name: String,
    /// What a person reads.
    pub label: String,
}

/// What a person saw at the door.
#[derive(Debug, Clone, PartialEq)]
pub struct TapShown {
    /// `released` or `locked`.
    pub lock: String,
    /// The signal: `granted`, `denied` or another word of the emulated door.
    pub signal: String,
    /// How long the reader was busy, in milliseconds.
    pub reader_ms: f64,
    /// The codes of the failing reasons; none if granted.
    pub reasons: Vec<String>,
}
