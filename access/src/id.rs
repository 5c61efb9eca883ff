//! Names of sites and doors.

use core::fmt;
use core::str::FromStr;

use alloc::string::{String, ToString};
use serde::{Deserialize, Serialize};

/// Longest name of a site or a door, in bytes: it stands in every MQTT topic and every envelope.
pub const NAME_LENGTH_MAX: usize = 32;

/// Why a text cannot name a site or a door.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot name a {1}: use 1 to 32 small letters, digits and hyphens, starting with a letter")]
pub struct NameError(pub String, pub &'static str);

macro_rules! name {
    ($name:ident, $what:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                if is_name(text) {
                    Ok(Self(text.to_string()))
                } else {
                    Err(NameError(text.chars().take(NAME_LENGTH_MAX).collect(), $what))
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(SiteId, "site", "A site: one controller and its doors. Lower-case, 1 to 32 bytes.");
name!(
    DoorId,
    "door",
    "A door of a site. Lower-case, 1 to 32 bytes, unique within its site, never given to another door."
);

/// The alphabet leaves out `/`, `+` and `#`, which mean something in an MQTT topic, and whatever would
/// need quoting in a file name or a URL.
fn is_name(text: &str) -> bool {
    text.len() <= NAME_LENGTH_MAX
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_mean_something_in_a_topic_or_a_path_are_refused() {
        for bad in ["", "Pharmacy", "a/b", "+", "#", "..", "a b", "ä", "9a", "-a", &"a".repeat(33)] {
            assert!(bad.parse::<DoorId>().is_err(), "{bad}");
        }
        for good in ["a", "pharmacy-1", &"a".repeat(32)] {
            assert_eq!(good.parse::<DoorId>().unwrap().as_str(), good);
        }
    }
}
