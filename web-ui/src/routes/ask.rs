//! The ask page: the question, its scope, and where to begin.

use crate::answer_view::{AnswerView, EvidenceView};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::follow_view::FollowView;
use crate::following::{Following, following};
use crate::jump_view::{self, JumpView};
use crate::links;
use crate::page::{Page, Section, html};
use crate::scope_view::ScopeView;
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use appliance_core::answer::Answer;
use appliance_core::asking;
use appliance_core::conversation::{Kept, Limits, MOST_PINS, Pin};
use appliance_core::forms::Form;
use appliance_core::id::{CollectionId, DocumentId};
use appliance_core::jumping::{self, Destination};
use appliance_core::question::{Question, QuestionError};
use appliance_core::validity::{AsOf, ChosenBy, typed_day};
use askama::Template;
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

const RECENT: u32 = 6;

/// A question to try, or one that was asked.
pub struct QuestionLink {
    href: String,
    text: String,
    when: String,
}

/// The ask page, with or without an answer.
#[derive(Template)]
#[template(path = "ask.html")]
pub struct AskPage {
    page: Page,
    question: String,
    error: Option<String>,
    scope: ScopeView,
    examples: Vec<QuestionLink>,
    recent: Vec<QuestionLink>,
    empty_library: bool,
    nothing_visible: bool,
    asked: String,
    answer: Option<AnswerView>,
    evidence: EvidenceView,
    follow: Option<FollowView>,
    jump: Option<JumpView>,
    /// The form that was chosen; empty for the one that the wording asks for.
    form: String,
}

#[derive(Deserialize)]
pub struct AskQuery {
    #[serde(default)]
    question: String,
    /// Documents to ask, by their ids with commas between them.
    #[serde(default)]
    document: String,
}

/// `GET /`
pub async fn page(by: SignedIn, query: web::Query<AskQuery>) -> Result<HttpResponse, Failure> {
    let limits = Limits { pins: pins(query.document.split(',')), only_pins: true, ..Limits::default() };
    html(&ask_page(&by, &query.question, &limits).await?)
}

/// `POST /ask`: the whole answer at once, for browsers without JavaScript.
pub async fn ask(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let question = match question(&fields) {
        Ok(question) => question,
        Err(error) => return sent_back(&by, &fields, &error).await,
    };
    let _permit = permit(&by)?;
    let question = following(&by, question, &Following::of(&fields)).await?;
    match jump(&by, &fields, &question).await? {
        Some(Jump::To(href)) => return Ok(see_other(&href)),
        Some(Jump::Choice(destinations)) => return choice(&by, &fields, &question, &destinations).await,
        None => {}
    }
    let (kept, _) = answered(&by, &question).await?;
    Ok(see_other(&format!("/answers/{}", kept.answer)))
}

/// The question of a form, with its scope.
pub fn question(fields: &Fields) -> Result<Question, QuestionError> {
    let asked = fields.get("question");
    let demands = if asked.trim().is_empty() { String::new() } else { demands(fields) };
    let mut question = Question::new(&format!("{asked}{demands}"))?;
    question.limit(chosen(fields));
    question.form = Form::from_name(fields.get("form"));
    choose_day(&mut question, fields.get("as_of"))?;
    Ok(question)
}

/// What the form's filters demand, as a person would write it behind the question.
fn demands(fields: &Fields) -> String {
    let mut demands = String::new();
    let mut demand = |field: &str, value: String| {
        let value: String = value.chars().filter(|c| !matches!(c, '"' | '“' | '”' | '＂') && !c.is_control()).collect();
        if !value.trim().is_empty() {
            let value = value.trim();
            let quote = if value.contains(char::is_whitespace) { "\"" } else { "" };
            demands.push_str(&format!(" {field}:{quote}{value}{quote}"));
        }
    };
    demand("書名", fields.get("title").to_owned());
    demand("種別", fields.get("kind").to_owned());
    let (from, until) = (fields.get("from").trim(), fields.get("until").trim());
    if !(from.is_empty() && until.is_empty()) {
        demand("日付", format!("{from}..{until}"));
    }
    demand("部署", fields.get("department").to_owned());
    demands
}

/// Where a question that is a reference alone leads.
pub enum Jump {
    /// To this address.
    To(String),
    /// To one of several places, or to none.
    Choice(Vec<Destination>),
}

/// Where a question leads instead of an answer, unless the form wants one all the same (`way=ask`).
pub async fn jump(by: &SignedIn, fields: &Fields, question: &Question) -> Result<Option<Jump>, Failure> {
    if fields.get("way") == "ask" {
        return Ok(None);
    }
    let destinations = jumping::jump(&by.site.desk.asking, &by.viewer, question).await?;
    Ok(destinations.map(|d| jump_view::only(&d).map_or(Jump::Choice(d), Jump::To)))
}

async fn choice(by: &SignedIn, fields: &Fields, question: &Question, destinations: &[Destination]) -> Result<HttpResponse, Failure> {
    let mut page = ask_page(by, question.text(), &chosen(fields)).await?;
    page.form = fields.get("form").to_owned();
    page.scope = page.scope.filled(fields);
    page.jump = Some(jump_view::view(&page.page, question.text(), destinations));
    html(&page)
}

/// Asks as of a day that was typed, if one was; a day that the question names itself goes before it.
pub fn choose_day(question: &mut Question, typed: &str) -> Result<(), QuestionError> {
    if !typed.trim().is_empty() {
        question.choose_day(typed_day(typed).ok_or(QuestionError::NoDay)?);
    }
    Ok(())
}

/// The right to have one question answered now.
pub fn permit(by: &SignedIn) -> Result<OwnedSemaphorePermit, Failure> {
    Arc::clone(&by.site.asking).try_acquire_owned().map_err(|_| Failure::Busy)
}

/// Answers and keeps a question, telling nobody how far it is.
pub async fn answered(by: &SignedIn, question: &Question) -> Result<(Kept, Answer), Failure> {
    let desk = &by.site.desk;
    let (events, mut unheard) = mpsc::channel(64);
    let work = async {
        let answer = asking::ask(&desk.asking, &by.viewer, question, &events).await;
        drop(events);
        answer
    };
    let (answer, ()) = tokio::join!(work, async { while unheard.recv().await.is_some() {} });
    let answer = answer?;
    let kept = desk.archive.keep(&by.viewer, question, &answer).await?;
    Ok((kept, answer))
}

/// The page without an answer.
pub async fn ask_page(by: &SignedIn, question: &str, limits: &Limits) -> Result<AskPage, Failure> {
    let page = by.page(Section::Ask, "title-ask");
    let collections = by.site.desk.library.collections(&by.viewer).await?;
    let documents: Vec<DocumentId> = limits.pins.iter().filter(|_| limits.only_pins).map(|p| p.document).collect();
    let documents = if documents.is_empty() { Vec::new() } else { by.site.desk.shelves.entries(&by.viewer, &documents).await? };
    let recent = by.site.desk.archive.recent(&by.viewer, RECENT).await?;
    let recent = recent.into_iter().map(|(id, text, at)| QuestionLink { href: format!("/answers/{id}"), text, when: page.date_time(at) });
    Ok(AskPage {
        question: question.to_owned(),
        error: None,
        empty_library: collections.iter().all(|c| c.documents == 0),
        nothing_visible: collections.is_empty(),
        scope: ScopeView::over(collections, &limits.collections).with_documents(documents),
        examples: by.site.settings.examples.iter().map(|e| example(e)).collect(),
        recent: recent.collect(),
        asked: String::new(),
        answer: None,
        evidence: EvidenceView { cited: Vec::new(), others: Vec::new() },
        follow: None,
        jump: None,
        form: String::new(),
        page,
    })
}

impl AskPage {
    /// The same page with an answer on it.
    pub fn with_answer(mut self, asked: String, answer: AnswerView, evidence: EvidenceView) -> Self {
        self.page.title.clone_from(&self.question);
        self.asked = asked;
        self.answer = Some(answer);
        self.evidence = evidence;
        self
    }

    /// The same page with the answer's place in its conversation.
    pub fn with_follow(mut self, follow: FollowView) -> Self {
        self.follow = Some(follow);
        self
    }

    /// The same page with the day that was chosen beside the question.
    pub fn with_day(mut self, as_of: Option<AsOf>) -> Self {
        self.scope.as_of = as_of.filter(|a| a.by == ChosenBy::Person).map(|a| a.day.to_string()).unwrap_or_default();
        self
    }

    /// The bones, for the views of the answer.
    pub fn page(&self) -> &Page {
        &self.page
    }
}

async fn sent_back(by: &SignedIn, fields: &Fields, error: &QuestionError) -> Result<HttpResponse, Failure> {
    let mut page = ask_page(by, fields.get("question"), &chosen(fields)).await?;
    let key = match error {
        QuestionError::Empty => "ask-empty",
        QuestionError::TooLong(_) => "ask-too-long",
        QuestionError::NoDay => "ask-no-day",
    };
    page.form = fields.get("form").to_owned();
    page.scope = page.scope.filled(fields);
    page.error = Some(page.page.t(key));
    let mut response = html(&page)?;
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}

/// What the form's scope limits the question to.
fn chosen(fields: &Fields) -> Limits {
    let pins = pins(fields.all("document"));
    Limits {
        collections: fields.all("collection").filter_map(|id| id.parse().ok()).map(CollectionId).collect(),
        only_pins: !pins.is_empty(),
        pins,
        without: fields.all("without").filter_map(|id| id.parse().ok()).map(DocumentId).take(MOST_PINS).collect(),
    }
}

/// Documents by their ids.
fn pins<'i>(ids: impl Iterator<Item = &'i str>) -> Vec<Pin> {
    let documents = ids.filter_map(|id| id.trim().parse().ok()).map(DocumentId);
    documents.map(|document| Pin { document, passage: None }).take(MOST_PINS).collect()
}

fn example(text: &str) -> QuestionLink {
    QuestionLink { href: format!("/?question={}", links::encoded(text)), text: text.to_owned(), when: String::new() }
}
