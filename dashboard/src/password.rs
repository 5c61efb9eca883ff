//! Passwords of operators: argon2id, away from the threads that serve pages.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

/// Hashes computed at once. Each takes 19 MiB and a core for a while, and a Raspberry Pi has little of
/// both; whoever comes after waits.
const AT_ONCE_MAX: usize = 2;

/// Longest password, in bytes, so that nobody makes us hash a book.
pub const LENGTH_MAX: usize = 1_024;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE_MAX);

/// Why a password could not be hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// See [`LENGTH_MAX`].
    #[error("the password is longer than {LENGTH_MAX} bytes; choose a shorter one")]
    TooLong,
    /// The machine refused memory or randomness.
    #[error("the password could not be hashed: {0}")]
    Hashing(String),
}

/// The PHC string of a new password: argon2id with OWASP's minimum (m=19456, t=2, p=1) and a random salt.
///
/// # Errors
/// If it is too long, or the machine refuses memory or randomness.
pub async fn hash(password: &str) -> Result<String, PasswordError> {
    if password.len() > LENGTH_MAX {
        return Err(PasswordError::TooLong);
    }
    let password = password.to_owned();
    in_turn(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| PasswordError::Hashing(error.to_string()))
    })
    .await
    .unwrap_or_else(|| Err(PasswordError::Hashing("the thread ended".to_owned())))
}

/// Whether the password is the one that was hashed. Without a hash, as for a name that nobody has, as
/// much time is spent and the answer is no.
pub async fn verify(password: &str, hash: Option<&str>) -> bool {
    if password.len() > LENGTH_MAX {
        return false;
    }
    let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
    in_turn(move || match hash.as_deref().map(PasswordHash::new) {
        Some(Ok(hash)) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
        _ => {
            let _ = Argon2::default().hash_password(password.as_bytes());
            false
        }
    })
    .await
    .unwrap_or(false)
}

/// Runs on a blocking thread when it is its turn. Nothing if the thread did not end well.
async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let turn = TURNS.acquire().await.ok()?;
    let done = tokio::task::spawn_blocking(work).await.ok();
    drop(turn);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_is_verified() {
        let hashed = hash("correct horse").await.unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(verify("correct horse", Some(&hashed)).await);
        assert!(!verify("correct horsf", Some(&hashed)).await);
        assert!(!verify("correct horse", None).await);
        assert!(!verify("correct horse", Some("not a hash")).await);
    }

    #[tokio::test]
    async fn the_same_password_never_has_the_same_hash() {
        assert_ne!(hash("same").await.unwrap(), hash("same").await.unwrap());
    }

    #[tokio::test]
    async fn a_password_that_is_a_book_is_refused() {
        let book = "a".repeat(LENGTH_MAX + 1);
        assert!(hash(&book).await.is_err());
        assert!(!verify(&book, None).await);
    }
}
