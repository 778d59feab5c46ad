//! Choosing the language.

use crate::failure::Failure;
use crate::fields::Fields;
use crate::links::own_path;
use crate::request::LANGUAGE_COOKIE;
use crate::security::see_other;
use crate::signed_in::Visitor;
use actix_web::HttpResponse;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use appliance_core::language::Language;

/// `POST /language`
pub async fn choose(visitor: Visitor, fields: Fields) -> Result<HttpResponse, Failure> {
    visitor.check_token(fields.get("form_token"))?;
    let language = Language::from_tag(fields.get("language")).ok_or(Failure::BadRequest)?;
    let cookie = keep(&visitor, language).await?;
    let mut response = see_other(own_path(fields.get("back")));
    response.add_cookie(&cookie).map_err(|_| Failure::BadRequest)?;
    Ok(response)
}

/// Keeps a language with the account, where somebody is signed in, and gives the cookie that keeps it with the browser.
pub async fn keep(visitor: &Visitor, language: Language) -> Result<Cookie<'static>, Failure> {
    if let Some((_, session)) = &visitor.session {
        visitor.site.desk.people.choose_language(session.viewer.user(), language).await?;
    }
    Ok(kept_for_a_year(visitor, LANGUAGE_COOKIE, language.tag()))
}

/// A cookie that no script reads and that goes to no other site.
pub fn kept_for_a_year(visitor: &Visitor, name: &'static str, value: &str) -> Cookie<'static> {
    Cookie::build(name, value.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(visitor.site.settings.tls)
        .max_age(Duration::days(365))
        .finish()
}
