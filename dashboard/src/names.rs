//! Names that are kept back, for whoever may see them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use db::site::neutral_of;

use crate::language::Lang;

/// The names that one operator is shown though they are kept back, by the number of the person.
#[derive(Clone, Default)]
pub(crate) struct Names(Arc<BTreeMap<i64, String>>);

/// Names stay out of logs.
impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Names({})", self.0.len())
    }
}

impl Names {
    pub(crate) fn new(names: BTreeMap<i64, String>) -> Self {
        Self(Arc::new(names))
    }

    /// A person's name as the reader may see it, of what the database says: of one that is kept back the neutral word in
    /// their language, or the name.
    pub(crate) fn shown(&self, lang: Lang, stored: &str) -> String {
        let Some(person) = neutral_of(stored) else { return stored.to_owned() };
        let neutral = || lang.say_with("person-neutral", &[("number", person.0.to_string().into())]);
        self.0.get(&person.0).cloned().unwrap_or_else(neutral)
    }

    /// Whether there is none: what is rendered so may be shown to anybody.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the name of this person is kept back, and shown all the same.
    pub(crate) fn holds(&self, person: i64) -> bool {
        self.0.contains_key(&person)
    }
}
