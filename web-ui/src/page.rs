//! The bones that all pages share: language, title, navigation, and the words.

use crate::dates;
use crate::display::Display;
use crate::failure::Failure;
use crate::request::{PersonView, RequestInfo};
use crate::site::Site;
use crate::{assets, messages};
use actix_web::HttpResponse;
use appliance_core::language::Language;
use appliance_core::validity::{self, Day};
use askama::Template;
use fluent_bundle::FluentValue;
use jiff::Timestamp;

/// The parts of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Asking and answers.
    Ask,
    /// One's own conversations.
    History,
    /// The library and its documents.
    Documents,
    /// People.
    People,
    /// Groups of people.
    Groups,
    /// Collections and to whom they are open.
    Collections,
    /// The retrieval test.
    Retrieval,
    /// What people say of answers.
    Feedback,
    /// The appliance.
    Status,
    /// Outside the navigation.
    None,
}

/// What every template is given.
pub struct Page {
    /// The title, without the product's name.
    pub title: String,
    /// The institution's name; may be empty.
    pub institution: String,
    /// Who is signed in.
    pub person: Option<PersonView>,
    /// Where to come back to after choosing a language.
    pub path: String,
    /// The day that it is.
    pub today: Day,
    /// How it is to look.
    pub display: Display,
    /// How the institution counts years.
    pub institution_calendar: dates::Calendar,
    language: Language,
    calendar: dates::Calendar,
    section: Section,
}

impl Page {
    /// A page with the title under that key.
    pub fn new(site: &Site, info: &RequestInfo, section: Section, title: &str) -> Self {
        Self {
            title: messages::text(info.language, title, &[]),
            institution: site.settings.institution.clone(),
            person: info.person.clone(),
            path: info.path.clone(),
            today: validity::today(site.desk.clock.as_ref()),
            language: info.language,
            calendar: info.display.calendar.unwrap_or(site.settings.calendar),
            display: info.display,
            institution_calendar: site.settings.calendar,
            section,
        }
    }

    /// The BCP 47 tag of the language.
    pub fn tag(&self) -> &'static str {
        self.language.tag()
    }

    /// Whether the page speaks Japanese.
    pub fn japanese(&self) -> bool {
        self.language == Language::Ja
    }

    /// Whether a link of the navigation leads to the section of this page.
    pub fn inside(&self, section: &str) -> bool {
        match self.section {
            Section::Ask => section == "ask",
            Section::History => section == "history",
            Section::Documents => section == "documents",
            Section::People => section == "people" || section == "administration",
            Section::Groups => section == "groups" || section == "administration",
            Section::Collections => section == "collections" || section == "administration",
            Section::Retrieval => section == "retrieval" || section == "administration",
            Section::Feedback => section == "feedback" || section == "administration",
            Section::Status => section == "status" || section == "administration",
            Section::None => false,
        }
    }

    /// Words.
    pub fn t(&self, key: &str) -> String {
        messages::text(self.language, key, &[])
    }

    /// Words around one value.
    pub fn with<'v>(&self, key: &str, name: &'static str, value: impl Into<FluentValue<'v>>) -> String {
        messages::text(self.language, key, &[(name, value.into())])
    }

    /// Words around several values.
    pub fn words(&self, key: &str, arguments: &[(&'static str, FluentValue<'_>)]) -> String {
        messages::text(self.language, key, arguments)
    }

    /// The address of a static file.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// How days are written, as a word for scripts.
    pub fn calendar_word(&self) -> &'static str {
        match (self.calendar, self.language) {
            (dates::Calendar::Japanese, Language::Ja) => "japanese",
            _ => "western",
        }
    }

    /// A date.
    pub fn date(&self, at: Timestamp) -> String {
        dates::date(at, self.calendar, self.language)
    }

    /// A day.
    pub fn day(&self, day: Day) -> String {
        dates::day(day, self.calendar, self.language)
    }

    /// A date with its time.
    pub fn date_time(&self, at: Timestamp) -> String {
        dates::date_time(at, self.calendar, self.language)
    }
}

/// A rendered page.
pub fn html(template: &impl Template) -> Result<HttpResponse, Failure> {
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(template.render()?))
}
