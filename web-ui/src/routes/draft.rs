//! Drafts of answers in the wording of past ones.

use super::ask::{permit, question};
use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::signed_in::{Posted, SignedIn};
use crate::told_view::{ToldView, told};
use crate::words;
use actix_web::{HttpResponse, web};
use appliance_core::answer::{AnswerKind, Support};
use appliance_core::asking::{self, Draft};
use askama::Template;
use serde::Deserialize;
use tokio::sync::mpsc;

/// A past question with its answer.
pub struct PastView {
    question: ToldView,
    answer: ToldView,
    nearness: String,
}

/// A draft.
pub struct DraftView {
    opening: Option<String>,
    facts: Vec<ToldView>,
    /// Whether the sources do not say.
    refused: bool,
    closing: Option<String>,
    past: Option<PastView>,
}

#[derive(Template)]
#[template(path = "forms/draft.html")]
struct DraftPage {
    page: Page,
    question: String,
    error: Option<String>,
    draft: Option<DraftView>,
}

#[derive(Deserialize)]
pub struct DraftQuery {
    #[serde(default)]
    question: String,
}

/// `GET /draft`
pub async fn page(by: SignedIn, query: web::Query<DraftQuery>) -> Result<HttpResponse, Failure> {
    let page = by.page(Section::Ask, "title-draft");
    html(&DraftPage { page, question: query.into_inner().question, error: None, draft: None })
}

/// `POST /draft`
pub async fn draft(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let page = by.page(Section::Ask, "title-draft");
    let typed = fields.get("question").to_owned();
    let Ok(question) = question(&fields) else {
        return html(&DraftPage { error: Some(page.t("ask-empty")), question: typed, draft: None, page });
    };
    let _permit = permit(&by)?;
    let (events, mut unheard) = mpsc::channel(64);
    let work = async {
        let draft = asking::draft(&by.site.desk.asking, &by.viewer, &question, &events).await;
        drop(events);
        draft
    };
    let (draft, ()) = tokio::join!(work, async { while unheard.recv().await.is_some() {} });
    let draft = view(&page, &draft?);
    html(&DraftPage { error: None, question: typed, draft: Some(draft), page })
}

fn view(page: &Page, draft: &Draft) -> DraftView {
    let sources = &draft.answer.sources;
    let facts = draft.answer.sentences.iter().filter(|s| s.support == Support::Supported);
    DraftView {
        opening: draft.opening.clone(),
        facts: facts.map(|s| told(page, s, sources)).collect(),
        refused: draft.answer.kind == AnswerKind::Refused,
        closing: draft.closing.clone(),
        past: draft.past.as_ref().map(|past| PastView {
            question: told(page, &past.question, sources),
            answer: told(page, &past.answer, sources),
            nearness: page.with("draft-nearness", "percent", words::percent(past.nearness)),
        }),
    }
}
