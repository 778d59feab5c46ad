//! How a person likes the desk: colours, contrast, size of text, dates, language. A form, kept in cookies and, for the language,
//! with the account.

use super::language;
use crate::dates::{self, Calendar};
use crate::display::{DISPLAY_COOKIE, Display};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::page::{Page, Section, html};
use crate::security::see_other;
use crate::signed_in::Visitor;
use actix_web::HttpResponse;
use actix_web::web;
use appliance_core::language::Language;
use askama::Template;
use serde::Deserialize;

/// One of several choices.
struct Choice {
    value: &'static str,
    words: String,
    chosen: bool,
}

/// A subject with its choices.
struct Subject {
    name: &'static str,
    title: String,
    help: String,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "preferences.html")]
struct PreferencesPage {
    page: Page,
    subjects: Vec<Subject>,
    saved: bool,
}

#[derive(Deserialize)]
pub struct Saved {
    #[serde(default)]
    saved: String,
}

/// `GET /preferences`
pub async fn page(visitor: Visitor, query: web::Query<Saved>) -> Result<HttpResponse, Failure> {
    let page = visitor.page(Section::None, "title-preferences");
    html(&PreferencesPage { subjects: subjects(&page, visitor.info.display), saved: !query.saved.is_empty(), page })
}

/// `POST /preferences`
pub async fn choose(visitor: Visitor, fields: Fields) -> Result<HttpResponse, Failure> {
    visitor.check_token(fields.get("form_token"))?;
    let words = ["theme", "contrast", "text", "calendar"].map(|name| fields.get(name));
    let mut response = see_other("/preferences?saved=1");
    let display = Display::read(words.into_iter()).written();
    let keep = |response: &mut HttpResponse, cookie| response.add_cookie(&cookie).map_err(|_| Failure::BadRequest);
    keep(&mut response, language::kept_for_a_year(&visitor, DISPLAY_COOKIE, &display))?;
    if let Some(chosen) = Language::from_tag(fields.get("language")) {
        keep(&mut response, language::keep(&visitor, chosen).await?)?;
    }
    Ok(response)
}

fn subjects(page: &Page, display: Display) -> Vec<Subject> {
    let subject = |name, [title, help]: [&str; 2], chosen: &str, choices: &[(&'static str, String)]| Subject {
        name,
        title: page.t(title),
        help: page.t(help),
        choices: choices.iter().map(|(value, words)| Choice { value, words: words.clone(), chosen: *value == chosen }).collect(),
    };
    let dated = |calendar| dates::day(page.today, calendar, Language::Ja);
    let institution = page.with("prefer-calendar-institution", "day", dated(page.institution_calendar));
    vec![
        subject(
            "theme",
            ["prefer-theme", "prefer-theme-help"],
            display.theme_word(),
            &[("", page.t("prefer-device")), ("light", page.t("prefer-theme-light")), ("dark", page.t("prefer-theme-dark"))],
        ),
        subject(
            "contrast",
            ["prefer-contrast", "prefer-contrast-help"],
            display.contrast_word(),
            &[("", page.t("prefer-device")), ("high", page.t("prefer-contrast-high"))],
        ),
        subject(
            "text",
            ["prefer-text", "prefer-text-help"],
            display.text_word(),
            &[("", page.t("prefer-text-normal")), ("large", page.t("prefer-text-large")), ("larger", page.t("prefer-text-larger"))],
        ),
        subject(
            "calendar",
            ["prefer-calendar", "prefer-calendar-help"],
            display.calendar_word(),
            &[
                ("", institution),
                ("western", page.with("prefer-calendar-western", "day", dated(Calendar::Western))),
                ("japanese", page.with("prefer-calendar-japanese", "day", dated(Calendar::Japanese))),
            ],
        ),
        subject(
            "language",
            ["prefer-language", "prefer-language-help"],
            page.tag(),
            &[("ja", "日本語".to_owned()), ("en", "English".to_owned())],
        ),
    ]
}
