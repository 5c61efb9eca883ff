//! The one secret of a session.
//!
//! The client underneath keeps its own copy of the password for as long as an attempt
//! lives; that copy is not wiped, and cannot be from here.

use std::fmt;

use zeroize::Zeroizing;

/// User name and password. The password is wiped when dropped and never printed.
#[derive(Clone)]
pub struct Credentials {
    user: String,
    password: Zeroizing<String>,
}

impl Credentials {
    /// Takes over both; keep no copy of the password.
    #[must_use]
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: Zeroizing::new(password.into()) }
    }

    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}, redacted)", self.user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    #[test]
    fn the_password_is_not_printed() {
        let mut options = Options::new("broker", 1883, "door-7");
        options.credentials = Some(Credentials::new("door-7", "hunter2"));
        let printed = format!("{options:?}");
        assert!(printed.contains("redacted"), "{printed}");
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}
