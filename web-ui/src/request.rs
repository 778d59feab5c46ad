//! What is known of a request before any page is made: its id, its language, and who asks.

use crate::display::Display;
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest};
use appliance_core::language::Language;
use appliance_core::viewer::Role;

/// The cookie that keeps the session's token.
pub const SESSION_COOKIE: &str = "kura_session";
/// The cookie that keeps the language of someone who is not signed in.
pub const LANGUAGE_COOKIE: &str = "kura_language";

/// A person as the pages name them.
#[derive(Debug, Clone)]
pub struct PersonView {
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The token for their forms.
    pub form_token: String,
}

impl PersonView {
    /// Whether they add and remove documents.
    pub fn edits(&self) -> bool {
        self.role >= Role::Editor
    }

    /// Whether they manage people and the appliance.
    pub fn administers(&self) -> bool {
        self.role >= Role::Administrator
    }
}

/// One request. Kept in its extensions, so that an error page knows what a page would have known.
#[derive(Debug, Clone, Default)]
pub struct RequestInfo {
    /// Shown with errors and written to the log.
    pub id: String,
    /// The language to answer in.
    pub language: Language,
    /// Who asks, once the session was looked up.
    pub person: Option<PersonView>,
    /// Path and query, to come back to.
    pub path: String,
    /// How the desk is to look.
    pub display: Display,
}

impl RequestInfo {
    /// What the middleware noted for this request.
    pub fn of(req: &HttpRequest) -> Self {
        req.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    /// Notes more about this request.
    pub fn note(self, req: &HttpRequest) {
        req.extensions_mut().insert(self);
    }
}

/// The language a browser wants: from our cookie, else from `Accept-Language`, else Japanese.
pub fn language(req: &HttpRequest) -> Language {
    if let Some(chosen) = req.cookie(LANGUAGE_COOKIE).and_then(|c| Language::from_tag(c.value())) {
        return chosen;
    }
    let accepted = req.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut wanted: Vec<(f32, Language)> = accepted.split(',').filter_map(weighted).collect();
    // A stable sort: of equal weights the first one counts.
    wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
    wanted.first().map_or(Language::Ja, |w| w.1)
}

fn weighted(element: &str) -> Option<(f32, Language)> {
    let (tag, weight) = element.split_once(";q=").unwrap_or((element, "1"));
    Some((weight.trim().parse().ok()?, Language::from_tag(tag)?))
}

/// Whether the answer should be JSON rather than a page.
pub fn wants_json(req: &HttpRequest) -> bool {
    let accept = req.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    req.path().starts_with("/api/") || accept.contains("application/json") || accept.contains("text/event-stream")
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[track_caller]
    fn check(accepted: &str, expected: Language) {
        let req = TestRequest::default().insert_header(("Accept-Language", accepted)).to_http_request();
        assert_eq!(language(&req), expected, "{accepted}");
    }

    #[test]
    fn the_browsers_wish_is_heard() {
        check("", Language::Ja);
        check("en-US,en;q=0.9", Language::En);
        check("en;q=0.5, ja;q=0.9", Language::Ja);
        check("fr-FR", Language::Ja);
    }

    #[test]
    fn a_chosen_language_wins() {
        let req = TestRequest::default()
            .insert_header(("Accept-Language", "ja"))
            .cookie(actix_web::cookie::Cookie::new(LANGUAGE_COOKIE, "en"))
            .to_http_request();
        assert_eq!(language(&req), Language::En);
    }
}
