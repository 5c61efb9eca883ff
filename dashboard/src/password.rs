//! Passwords of operators: argon2id, away from the threads that serve pages.

#[expect(clippy::disallowed_types, reason = "it holds scratch memory, no state; no door depends on it")]
use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::try_generate_salt;
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;

use crate::form::Form;

/// Hashes computed at once. Each takes 19 MiB and a core for a while, and a Raspberry Pi has little of
/// both; whoever comes after waits.
const AT_ONCE_MAX: usize = 2;

/// Longest password, in bytes, so that nobody makes us hash a book.
pub const LENGTH_MAX: usize = 1_024;

/// Shortest new password, in characters. Length is what makes a password hard to guess; rules about its letters are not.
pub const LENGTH_MIN: usize = 12;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE_MAX);

/// The memory of those that are through, for those that come: at most [`AT_ONCE_MAX`] pieces, since only
/// who has a turn takes one and gives it back. The allocator would keep a piece for every thread that
/// ever hashed, and use none of them again.
#[expect(clippy::disallowed_types, reason = "it holds scratch memory, no state; no door depends on it")]
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

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
    in_turn(move |memory| phc_string(password.as_bytes(), memory))
        .await
        .unwrap_or_else(|| Err("the machine has no memory for it".to_owned()))
        .map_err(PasswordError::Hashing)
}

/// Looks at a new password that was typed twice.
pub(crate) fn check(form: &mut Form) {
    let password = form.raw("password");
    let problem = if password.chars().count() < LENGTH_MIN {
        Some(("password", "password-short"))
    } else if password.len() > LENGTH_MAX {
        Some(("password", "too-long"))
    } else if password == form.raw("again") {
        None
    } else {
        Some(("again", "password-differs"))
    };
    if let Some((field, code)) = problem {
        form.problem_in(field, code);
    }
}

/// Whether the password is the one that was hashed. Without a hash, as for a name that nobody has, as
/// much time is spent and the answer is no.
pub async fn verify(password: &str, hash: Option<&str>) -> bool {
    if password.len() > LENGTH_MAX {
        return false;
    }
    let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
    in_turn(move |memory| match hash.as_deref().map(PasswordHash::new) {
        Some(Ok(hash)) => is_of(password.as_bytes(), &hash, memory).unwrap_or_else(|error| {
            tracing::error!(error, "the hash of a password cannot be used; set a new password");
            false
        }),
        _ => {
            let _ = output(&Argon2::default(), password.as_bytes(), &[0; Salt::RECOMMENDED_LENGTH], memory);
            false
        }
    })
    .await
    .unwrap_or(false)
}

/// Runs on a blocking thread when it is its turn, with memory enough for [`Params::DEFAULT`]. Nothing if
/// there is none, or the thread did not end well.
async fn in_turn<T: Send + 'static>(work: impl FnOnce(&mut [Block]) -> T + Send + 'static) -> Option<T> {
    let turn = TURNS.acquire().await.ok()?;
    let thread = tokio::task::spawn_blocking(move || {
        let mut memory = take()?;
        let done = work(&mut memory);
        // What it holds was made of the password, and it outlives this call.
        memory.fill(Block::new());
        give_back(memory);
        // Only now: whoever asked may have gone long ago, and the thread works on.
        drop(turn);
        Some(done)
    });
    thread.await.ok().flatten()
}

fn take() -> Option<Vec<Block>> {
    // Nothing that holds the lock can panic half-way, so a poisoned list is still whole.
    let kept = MEMORY.lock().unwrap_or_else(PoisonError::into_inner).pop();
    kept.or_else(|| {
        let blocks = Params::DEFAULT.block_count();
        let mut memory = Vec::new();
        memory.try_reserve_exact(blocks).ok()?;
        memory.resize(blocks, Block::new());
        Some(memory)
    })
}

fn give_back(memory: Vec<Block>) {
    MEMORY.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
}

fn phc_string(password: &[u8], memory: &mut [Block]) -> Result<String, String> {
    let salt = try_generate_salt().map_err(|error| error.to_string())?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::default().into()),
        params: ParamsString::try_from(&Params::DEFAULT).map_err(|error| error.to_string())?,
        salt: Some(Salt::new(&salt).map_err(|error| error.to_string())?),
        hash: Some(output(&Argon2::default(), password, &salt, memory)?),
    };
    Ok(hash.to_string())
}

/// The comparison of outputs takes the same time wherever they differ.
fn is_of(password: &[u8], hash: &PasswordHash, memory: &mut [Block]) -> Result<bool, String> {
    let (Some(salt), Some(expected)) = (hash.salt, hash.hash) else {
        return Err("it has no salt or no output".to_owned());
    };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|error| error.to_string())?;
    let version = hash.version.map_or(Ok(Version::default()), Version::try_from).map_err(|error| error.to_string())?;
    let params = Params::try_from(hash).map_err(|error| error.to_string())?;
    Ok(output(&Argon2::new(algorithm, version, params), password, &salt, memory)? == expected)
}

fn output(argon2: &Argon2<'_>, password: &[u8], salt: &[u8], memory: &mut [Block]) -> Result<Output, String> {
    let length = argon2.params().output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let mut bytes = vec![0; length];
    argon2.hash_password_into_with_memory(password, salt, &mut bytes, memory).map_err(|error| error.to_string())?;
    Output::new(&bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

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
    async fn our_strings_and_those_of_the_library_are_the_same_to_both() {
        let made = Argon2::default().hash_password(b"correct horse").unwrap().to_string();
        assert!(verify("correct horse", Some(&made)).await);
        let ours = hash("correct horse").await.unwrap();
        assert!(ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{ours}");
        let parsed = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(b"correct horse", &parsed).is_ok());
    }

    #[tokio::test]
    async fn a_hash_that_wants_more_memory_than_there_is_verifies_nothing() {
        let hashed = hash("correct horse").await.unwrap();
        let greedy = hashed.replace("m=19456", "m=4000000");
        assert!(!verify("correct horse", Some(&greedy)).await);
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
