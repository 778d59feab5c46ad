//! Remarks about answers: sent from under an answer, listed for administrators and for whoever is in charge of a document.

use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::request::wants_json;
use crate::security::see_other;
use crate::signed_in::{Posted, SignedIn};
use actix_web::{HttpRequest, HttpResponse, web};
use appliance_core::feedback::{Feedback, FeedbackFilter, Judgement, LONGEST_REMARK, Remark};
use appliance_core::id::{AnswerId, DocumentId, FeedbackId};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

/// Remarks on one page.
const LISTED: u32 = 200;

#[derive(Template)]
#[template(path = "feedback_sent.html")]
struct SentPage {
    page: Page,
    answer: AnswerId,
}

struct Row {
    id: FeedbackId,
    judgement: String,
    tone: &'static str,
    words: String,
    by: String,
    said: String,
    question: Option<String>,
    document: Option<(DocumentId, String)>,
    settled: Option<String>,
}

#[derive(Template)]
#[template(path = "feedback.html")]
struct FeedbackPage {
    page: Page,
    rows: Vec<Row>,
    judgement: String,
    settled: bool,
}

/// What of the list is shown.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    judgement: String,
    #[serde(default)]
    settled: String,
}

/// `POST /answers/{id}/feedback`, fields `judgement`, `words` and `document`
pub async fn say(posted: Posted, req: HttpRequest, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let judgement = Judgement::from_name(fields.get("judgement")).ok_or(Failure::BadRequest)?;
    let words = fields.get("words").trim();
    if words.chars().count() > LONGEST_REMARK {
        return Err(Failure::BadRequest);
    }
    let document = match fields.get("document") {
        "" => None,
        id => Some(DocumentId(id.parse().map_err(|_| Failure::BadRequest)?)),
    };
    let remark = Remark { answer: AnswerId(*id), judgement, words: words.to_owned(), document };
    if !by.site.desk.feedback.say(&by.viewer, &remark).await? {
        return Err(Failure::NotFound);
    }
    tracing::info!(answer.id = %id, feedback.judgement = judgement.name(), "feedback was given");
    if wants_json(&req) {
        let page = by.page(Section::Ask, "feedback-sent");
        return Ok(HttpResponse::Ok().json(json!({ "message": page.t("feedback-sent-what") })));
    }
    html(&SentPage { page: by.page(Section::Ask, "feedback-sent"), answer: AnswerId(*id) })
}

/// `GET /feedback`
pub async fn page(by: SignedIn, wanted: web::Query<Wanted>) -> Result<HttpResponse, Failure> {
    let filter = FeedbackFilter { judgement: Judgement::from_name(&wanted.judgement), settled: !wanted.settled.is_empty() };
    let remarks = by.site.desk.feedback.remarks(&by.viewer, filter, LISTED).await?;
    let page = by.page(Section::Feedback, "title-feedback");
    let rows = remarks.into_iter().map(|one| row(&page, one)).collect();
    html(&FeedbackPage { rows, judgement: filter.judgement.map_or("", Judgement::name).to_owned(), settled: filter.settled, page })
}

/// `POST /feedback/{id}`, field `settled`: `yes` or `no`
pub async fn settle(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let settled = fields.get("settled") == "yes";
    let done = by.site.desk.feedback.settle(&by.viewer, FeedbackId(*id), settled).await?;
    if done { Ok(see_other(if settled { "/feedback" } else { "/feedback?settled=1" })) } else { Err(Failure::NotFound) }
}

fn row(page: &Page, one: Feedback) -> Row {
    let (key, tone) = match one.judgement {
        Judgement::Right => ("judge-right", "good"),
        Judgement::Wrong => ("judge-wrong", "bad"),
        Judgement::Missing => ("judge-missing", "warn"),
    };
    Row {
        id: one.id,
        judgement: page.t(key),
        tone,
        words: one.words,
        by: one.by,
        said: page.date_time(one.said),
        question: one.question,
        document: one.document,
        settled: one.settled.map(|at| page.date(at)),
    }
}
