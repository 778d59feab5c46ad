//! Around every request: an id, a span, the security headers, and failures put into words.

use crate::display::Display;
use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::request::{self, RequestInfo};
use crate::site::Site;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use serde_json::json;
use tracing::Instrument;

/// No inline code, nothing from elsewhere, no framing.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    // `no-referrer` would blank the Origin header of forms, which `comes_from_here` reads.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
];

/// The middleware around all routes.
pub async fn guard(
    site: actix_web::web::Data<Site>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let info = RequestInfo {
        id: site.next_request_id(),
        language: request::language(req.request()),
        person: None,
        // A page that answers a form cannot be come back to.
        path: match (req.method() == Method::GET, req.uri().path_and_query()) {
            (true, Some(path)) => path.to_string(),
            _ => "/".to_owned(),
        },
        display: Display::of(req.request()),
    };
    let id = info.id.clone();
    // The matched pattern, never the query: that may hold a question.
    let route = req.match_pattern().unwrap_or_default();
    let span = tracing::info_span!("http", request.id = %id, http.method = %req.method(), http.route = %route);
    let started = site.desk.clock.now();
    req.extensions_mut().insert(info);
    async move {
        let response = next.call(req).await?.map_into_boxed_body();
        let mut response = if is_bare_failure(&response) { in_words(&site, response) } else { response };
        protect(response.headers_mut(), &id, site.settings.tls);
        let elapsed = site.desk.clock.now().duration_since(started).as_millis();
        tracing::info!(http.status = response.status().as_u16(), http.ms = u64::try_from(elapsed).unwrap_or(0), "answered");
        Ok(response)
    }
    .instrument(span)
    .await
}

/// Whether a form was sent by one of our own pages. Browsers say where a form comes from; programs that say nothing
/// are held by the form token alone.
pub fn comes_from_here(req: &HttpRequest) -> bool {
    let value = |name: HeaderName| req.headers().get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = value(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match (value(header::ORIGIN), value(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host)),
        (Some(_), None) => false,
        (None, _) => true,
    }
}

fn is_bare_failure(response: &ServiceResponse<BoxBody>) -> bool {
    let status = response.status();
    let empty = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0));
    let refused = status.is_client_error() || status.is_server_error();
    refused && (empty || response.response().error().is_some())
}

/// Gives a failure its page, its JSON, or the way to where it can be mended.
fn in_words(site: &Site, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let (req, response) = response.into_parts();
    let retry_after = response.headers().get(header::RETRY_AFTER).cloned();
    let foreign;
    let failure = match response.error().and_then(|e| e.as_error::<Failure>()) {
        Some(failure) => failure,
        None => {
            foreign = Failure::of_status(response.status());
            &foreign
        }
    };
    let info = RequestInfo::of(&req);
    failure.log(&info.id);
    let mut written = match failure {
        _ if request::wants_json(&req) => as_json(&info, failure, response.status()),
        Failure::SignInNeeded => to_sign_in(&req, &info),
        Failure::PasswordChangeNeeded => see_other("/password"),
        _ => as_page(site, &info, failure, response.status()),
    };
    if let Some(seconds) = retry_after {
        written.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    ServiceResponse::new(req, written)
}

/// A redirect to be followed with GET.
pub fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}

fn to_sign_in(req: &HttpRequest, info: &RequestInfo) -> HttpResponse {
    let back = req.method() == Method::GET && info.path != "/";
    if back { see_other(&format!("/sign-in?next={}", crate::links::encoded(&info.path))) } else { see_other("/sign-in") }
}

fn as_json(info: &RequestInfo, failure: &Failure, status: StatusCode) -> HttpResponse {
    let words = crate::messages::text(info.language, failure.words().1, &[("seconds", seconds(failure).into())]);
    HttpResponse::build(status).json(json!({ "error": failure.code(), "message": words, "request_id": info.id }))
}

fn seconds(failure: &Failure) -> u64 {
    if let Failure::TooManyAttempts { seconds } = failure { *seconds } else { 0 }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    heading: String,
    what: String,
    request_id: String,
}

fn as_page(site: &Site, info: &RequestInfo, failure: &Failure, status: StatusCode) -> HttpResponse {
    let (heading, what) = failure.words();
    let page = Page::new(site, info, Section::None, heading);
    let what = page.with(what, "seconds", seconds(failure));
    let heading = page.title.clone();
    let body = ErrorPage { page, heading, what, request_id: info.id.clone() };
    match html(&body) {
        Ok(mut response) => {
            *response.status_mut() = status;
            response
        }
        Err(error) => error.error_response(),
    }
}

fn protect(headers: &mut HeaderMap, id: &str, tls: bool) {
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[track_caller]
    fn check(headers: &[(&'static str, &'static str)], expected: bool) {
        let req = headers.iter().fold(TestRequest::default(), |req, header| req.insert_header(*header)).to_http_request();
        assert_eq!(comes_from_here(&req), expected, "{headers:?}");
    }

    #[test]
    fn forms_of_other_sites_are_told_apart() {
        check(&[("host", "kura.local:8080"), ("origin", "http://kura.local:8080")], true);
        check(&[("host", "kura.local:8080"), ("origin", "http://evil.local")], false);
        check(&[("host", "kura.local"), ("origin", "null")], false);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "same-origin"), ("origin", "http://behind.proxy")], true);
        check(&[("host", "kura.local")], true);
    }
}
