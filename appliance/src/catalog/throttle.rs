//! Slowing down those who guess passwords: after a few failures for a login, each further try has to wait longer.

use super::Doing;
use appliance_core::ports::PortError;
use sqlx::SqliteConnection;

/// Failures that cost nothing: fingers slip.
const FREE_FAILURES: u32 = 5;
/// The first wait; it doubles with each further failure.
const FIRST_WAIT_MS: i64 = 5_000;
/// The longest wait, 15 minutes: an attacker must not be able to lock a person out for a day.
const LONGEST_WAIT_MS: i64 = 15 * 60 * 1000;
/// Failures are forgotten after a day without a try.
const FORGET_MS: i64 = 24 * 60 * 60 * 1000;

/// Counts an attempt as failed before the password is looked at, so that attempts made at the same moment cannot
/// slip through together. Returns the seconds to wait instead, when it is too early.
pub(super) async fn begin_attempt(db: &mut SqliteConnection, login: &str, now: i64) -> Result<Option<u64>, PortError> {
    sqlx::query("DELETE FROM sign_in_failures WHERE last_attempt < ?")
        .bind(now - FORGET_MS)
        .execute(&mut *db)
        .await
        .doing("forget failures")?;
    let row: Option<(u32, i64)> = sqlx::query_as("SELECT failures, last_attempt FROM sign_in_failures WHERE login = ?")
        .bind(login)
        .fetch_optional(&mut *db)
        .await
        .doing("read failures")?;
    if let Some((failures, last)) = row {
        let open_again = last + wait_ms(failures);
        if now < open_again {
            return Ok(Some(u64::try_from((open_again - now + 999) / 1000).unwrap_or(1)));
        }
    }
    sqlx::query(
        "INSERT INTO sign_in_failures (login, failures, last_attempt) VALUES (?, 1, ?)
         ON CONFLICT (login) DO UPDATE SET failures = failures + 1, last_attempt = excluded.last_attempt",
    )
    .bind(login)
    .bind(now)
    .execute(db)
    .await
    .doing("count an attempt")?;
    Ok(None)
}

/// Forgets the failures of a login after it succeeded, or got a new password.
pub(super) async fn forget(db: &mut SqliteConnection, login: &str) -> Result<(), PortError> {
    sqlx::query("DELETE FROM sign_in_failures WHERE login = ?").bind(login).execute(db).await.doing("forget failures")?;
    Ok(())
}

fn wait_ms(failures: u32) -> i64 {
    match failures.checked_sub(FREE_FAILURES) {
        None => 0,
        Some(over) => FIRST_WAIT_MS.saturating_mul(1 << over.min(20)).min(LONGEST_WAIT_MS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<i64> = [0, 4, 5, 6, 7, 30, u32::MAX].into_iter().map(|f| wait_ms(f) / 1000).collect();
        assert_eq!(seconds, [0, 0, 5, 10, 20, 900, 900]);
    }
}
