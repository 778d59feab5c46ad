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
    if let Some((_, session)) = &visitor.session {
        visitor.site.desk.people.choose_language(session.viewer.user(), language).await?;
    }
    let cookie = Cookie::build(LANGUAGE_COOKIE, language.tag())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(visitor.site.settings.tls)
        .max_age(Duration::days(365))
        .finish();
    let mut response = see_other(own_path(fields.get("back")));
    response.add_cookie(&cookie).map_err(|_| Failure::BadRequest)?;
    Ok(response)
}
