//! Passwords and tokens. Hashing is slow on purpose and runs off the async threads.

use appliance_core::id::ContentHash;
use appliance_core::ports::PortError;
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use rand::TryRngCore;
use rand::rngs::OsRng;
use std::sync::OnceLock;

/// Letters and digits that nobody takes for one another, read aloud or from paper: 4.95 bits each.
const READABLE: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// The shortest password that a person may choose (NIST SP 800-63B asks for 8 at least).
pub const SHORTEST_PASSWORD: usize = 8;

/// A one-time password of 74 bits: 15 readable characters in groups of five.
pub(super) fn one_time_password() -> Result<String, PortError> {
    let mut password = String::new();
    while password.len() < 17 {
        if password.len() % 6 == 5 {
            password.push('-');
        }
        // 248 is the largest multiple of 31 in a byte; larger bytes would favour the first letters.
        let [byte] = random_bytes::<1>()?;
        if byte < 248 {
            password.push(char::from(READABLE[usize::from(byte) % READABLE.len()]));
        }
    }
    Ok(password)
}

/// 256 random bits in hexadecimal.
pub(super) fn token() -> Result<String, PortError> {
    Ok(random_bytes::<32>()?.iter().map(|b| format!("{b:02x}")).collect())
}

/// What the catalog keeps of a token.
pub(super) fn token_hash(token: &str) -> Vec<u8> {
    ContentHash::of(token.as_bytes()).as_str().as_bytes().to_vec()
}

/// Hashes a password with Argon2id (19 MiB, 2 passes, as OWASP recommends) and a fresh salt.
pub(super) async fn hash(password: &str) -> Result<String, PortError> {
    let password = password.to_owned();
    let salt = SaltString::encode_b64(&random_bytes::<16>()?).map_err(|e| PortError::new(format!("a salt cannot be made: {e}")))?;
    off_the_async_threads(move || {
        let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
        hash.map(|h| h.to_string()).map_err(|e| PortError::new(format!("a password cannot be hashed: {e}")))
    })
    .await
}

/// Whether `password` is the one of `hash`. With no hash it takes as long and says no, so that the time does not
/// tell whether a login exists.
pub(super) async fn verify(password: &str, hash: Option<String>) -> Result<bool, PortError> {
    let password = password.to_owned();
    off_the_async_threads(move || {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => nobodys_hash()?.to_owned(),
        };
        let parsed = PasswordHash::new(&hash).map_err(|e| PortError::new(format!("a stored password hash cannot be read: {e}")))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await
}

fn nobodys_hash() -> Result<&'static str, PortError> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash);
    }
    let salt = SaltString::encode_b64(&random_bytes::<16>()?).map_err(|e| PortError::new(format!("a salt cannot be made: {e}")))?;
    let hash = Argon2::default()
        .hash_password(&random_bytes::<32>()?, &salt)
        .map_err(|e| PortError::new(format!("a password cannot be hashed: {e}")))?
        .to_string();
    Ok(HASH.get_or_init(|| hash))
}

fn random_bytes<const N: usize>() -> Result<[u8; N], PortError> {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).map_err(|e| PortError::caused("the system gives no random bytes", e))?;
    Ok(bytes)
}

async fn off_the_async_threads<T: Send + 'static>(work: impl FnOnce() -> Result<T, PortError> + Send + 'static) -> Result<T, PortError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| PortError::caused("hashing was broken off", e))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_same_password_is_accepted() {
        let hash = hash("正しい馬 電池").await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify("正しい馬 電池", Some(hash.clone())).await.unwrap());
        assert!(!verify("正しい馬　電池", Some(hash)).await.unwrap());
        assert!(!verify("", None).await.unwrap());
    }

    #[test]
    fn one_time_passwords_are_readable_and_never_the_same() {
        let first = one_time_password().unwrap();
        assert_eq!(first.len(), 17);
        assert_eq!(first.split('-').map(str::len).collect::<Vec<_>>(), [5, 5, 5]);
        assert!(!first.contains(['0', 'o', '1', 'l', 'i']));
        assert_ne!(first, one_time_password().unwrap());
    }
}
