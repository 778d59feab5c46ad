//! Signing in and out.

use crate::failure::Failure;
use crate::fields::Fields;
use crate::links::own_path;
use crate::page::{Page, Section, html};
use crate::request::SESSION_COOKIE;
use crate::security::see_other;
use crate::signed_in::Visitor;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use appliance_core::ports::catalog::SignIn;
use askama::Template;
use serde::Deserialize;

/// Longer ones are no names and no passwords; hashing them would cost time.
const MOST_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Page,
    login: String,
    next: String,
    error: Option<String>,
}

#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub async fn page(visitor: Visitor, query: web::Query<Next>) -> Result<HttpResponse, Failure> {
    if visitor.session.is_some() {
        return Ok(see_other(own_path(&query.next)));
    }
    html(&SignInPage { page: visitor.page(Section::None, "title-sign-in"), login: String::new(), next: query.next.clone(), error: None })
}

/// `POST /sign-in`
pub async fn sign_in(visitor: Visitor, fields: Fields) -> Result<HttpResponse, Failure> {
    let (login, password) = (fields.get("login").trim(), fields.get("password"));
    let plausible = !login.is_empty() && !password.is_empty() && login.len() <= MOST_CHARS && password.len() <= MOST_CHARS;
    let outcome = if plausible { visitor.site.desk.people.sign_in(login, password).await? } else { SignIn::Refused };
    match outcome {
        SignIn::Welcome { token } => {
            let mut response = see_other(own_path(fields.get("next")));
            let cookie = session_cookie(token, visitor.site.settings.tls);
            response.add_cookie(&cookie).map_err(|_| Failure::BadRequest)?;
            Ok(response)
        }
        SignIn::Refused => {
            let page = visitor.page(Section::None, "title-sign-in");
            let error = Some(page.t("sign-in-refused"));
            let mut response = html(&SignInPage { page, login: login.to_owned(), next: fields.get("next").to_owned(), error })?;
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            Ok(response)
        }
        SignIn::Wait { seconds } => Err(Failure::TooManyAttempts { seconds }),
    }
}

/// `POST /sign-out`
pub async fn sign_out(visitor: Visitor, fields: Fields) -> Result<HttpResponse, Failure> {
    visitor.check_token(fields.get("form_token"))?;
    if let Some((token, _)) = &visitor.session {
        visitor.site.desk.people.sign_out(token).await?;
    }
    let mut response = see_other("/sign-in");
    let mut cookie = session_cookie(String::new(), visitor.site.settings.tls);
    cookie.make_removal();
    response.add_cookie(&cookie).map_err(|_| Failure::BadRequest)?;
    Ok(response)
}

/// Lives as long as the browser; the catalog ends the session itself.
fn session_cookie(token: String, tls: bool) -> Cookie<'static> {
    Cookie::build(SESSION_COOKIE, token).path("/").http_only(true).same_site(SameSite::Lax).secure(tls).finish()
}
