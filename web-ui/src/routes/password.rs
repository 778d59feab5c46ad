//! Choosing a new password; forced after a one-time password.

use crate::failure::Failure;
use crate::fields::Fields;
use crate::page::{Page, Section, html};
use crate::security::see_other;
use crate::signed_in::Visitor;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// Characters of a password, at least.
const LEAST_CHARS: usize = 10;
/// Characters of a password, at most; hashing longer ones would cost time.
const MOST_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    page: Page,
    forced: bool,
    done: bool,
    least: String,
    error: Option<String>,
}

/// `GET /password`
pub async fn page(visitor: Visitor) -> Result<HttpResponse, Failure> {
    html(&password_page(&visitor, None)?)
}

/// `POST /password`
pub async fn change(visitor: Visitor, fields: Fields) -> Result<HttpResponse, Failure> {
    visitor.check_token(fields.get("form_token"))?;
    let (token, session) = visitor.session.as_ref().ok_or(Failure::SignInNeeded)?;
    let (current, new) = (fields.get("current"), fields.get("new"));
    if let Err(problem) = acceptable(current, new, fields.get("again")) {
        return sent_back(&visitor, problem);
    }
    if !visitor.site.desk.people.change_password(session.viewer.user(), token, current, new).await? {
        return sent_back(&visitor, "password-wrong");
    }
    if session.must_change_password {
        return Ok(see_other("/"));
    }
    let mut page = password_page(&visitor, None)?;
    page.done = true;
    html(&page)
}

/// The key of what is wrong with a new password.
fn acceptable(current: &str, new: &str, again: &str) -> Result<(), &'static str> {
    match new.chars().count() {
        n if n < LEAST_CHARS => Err("password-too-short"),
        n if n > MOST_CHARS => Err("password-too-long"),
        _ if new != again => Err("password-differs"),
        _ if new == current => Err("password-same"),
        _ => Ok(()),
    }
}

fn sent_back(visitor: &Visitor, problem: &str) -> Result<HttpResponse, Failure> {
    let mut page = password_page(visitor, None)?;
    page.error = Some(page.page.with(problem, "least", LEAST_CHARS));
    let mut response = html(&page)?;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}

fn password_page(visitor: &Visitor, error: Option<String>) -> Result<PasswordPage, Failure> {
    let (_, session) = visitor.session.as_ref().ok_or(Failure::SignInNeeded)?;
    let page = visitor.page(Section::None, "title-password");
    let least = page.with("password-least", "least", LEAST_CHARS);
    Ok(PasswordPage { forced: session.must_change_password, done: false, least, error, page })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_is_long_new_and_typed_twice_alike() {
        assert_eq!(acceptable("old-password", "short", "short"), Err("password-too-short"));
        assert_eq!(acceptable("old-password", "new-password", "new-passwort"), Err("password-differs"));
        assert_eq!(acceptable("old-password", "old-password", "old-password"), Err("password-same"));
        assert_eq!(acceptable("old-password", "ながいあいことばです", "ながいあいことばです"), Ok(()));
    }
}
