//! JSON for scripts, under the same session cookie and the same rights as the pages.

use super::ask::{answered, choose_day, permit};
use crate::failure::Failure;
use crate::following::{Following, following};
use crate::links::{self, Mark};
use crate::security::comes_from_here;
use crate::signed_in::{SignedIn, Visitor};
use actix_web::{HttpRequest, HttpResponse, web};
use appliance_core::answer::Answer;
use appliance_core::asking;
use appliance_core::conversation::Kept;
use appliance_core::forms::Form;
use appliance_core::id::{AnswerId, CollectionId, ConversationId, DocumentId};
use appliance_core::passage::StoredPassage;
use appliance_core::question::Question;
use appliance_core::ranking::RankedPassage;
use appliance_core::validity::{self, Standing};
use appliance_core::viewer::Role;
use serde::{Deserialize, Serialize};
use serde_json::json;

const MOST_RESULTS: usize = 100;

/// `GET /api/session`: also for someone who must choose a new password first, because that form needs the token.
pub async fn session(visitor: Visitor) -> Result<HttpResponse, Failure> {
    let (_, session) = visitor.session.as_ref().ok_or(Failure::SignInNeeded)?;
    let viewer = &session.viewer;
    let people = visitor.site.desk.people.people().await?;
    let login = people.into_iter().find(|p| p.id == viewer.user()).map(|p| p.login);
    Ok(HttpResponse::Ok().json(json!({
        "login": login,
        "name": viewer.name(),
        "role": viewer.role(),
        "form_token": session.form_token,
        "must_change_password": session.must_change_password,
    })))
}

/// `GET /api/collections`
pub async fn collections(by: SignedIn) -> Result<HttpResponse, Failure> {
    Ok(HttpResponse::Ok().json(by.site.desk.library.collections(&by.viewer).await?))
}

/// `GET /api/documents`
pub async fn documents(by: SignedIn) -> Result<HttpResponse, Failure> {
    Ok(HttpResponse::Ok().json(by.site.desk.library.documents(&by.viewer).await?))
}

/// `GET /api/documents/{id}`
pub async fn document(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let entry = by.site.desk.library.document(&by.viewer, DocumentId(*id)).await?.ok_or(Failure::NotFound)?;
    Ok(HttpResponse::Ok().json(entry))
}

#[derive(Deserialize)]
pub struct SearchQuery {
    q: String,
    #[serde(default = "ten")]
    limit: usize,
    /// The day on which what is found must be in force.
    #[serde(default)]
    as_of: String,
}

fn ten() -> usize {
    10
}

/// A passage that was found, why, and where it can be seen.
#[derive(Serialize)]
struct Found {
    #[serde(flatten)]
    stored: StoredPassage,
    ranked: Option<RankedPassage>,
    /// How it stands today.
    standing: Standing,
    /// Whether it is a transitional measure (経過措置).
    transitional: bool,
    href: String,
}

/// `GET /api/search?q=&limit=&as_of=`
pub async fn search(by: SignedIn, query: web::Query<SearchQuery>) -> Result<HttpResponse, Failure> {
    let mut question = Question::new(&query.q)?;
    choose_day(&mut question, &query.as_of)?;
    let asking = &by.site.desk.asking;
    let ranking = asking::search(asking, &by.viewer, &question, query.limit.clamp(1, MOST_RESULTS)).await?;
    let today = validity::today(asking.clock.as_ref());
    let found: Vec<Found> = asking::found(asking, &by.viewer, question.as_of(today), &ranking)
        .await?
        .into_iter()
        .map(|stored| Found {
            ranked: ranking.passages.iter().find(|p| p.passage == stored.id).copied(),
            href: links::place(stored.document, &stored.passage.locator.place, Some(mark(&stored))),
            standing: stored.days.standing(today),
            transitional: validity::is_transitional(&stored.passage.heading_path, &stored.passage.text),
            stored,
        })
        .collect();
    Ok(HttpResponse::Ok().json(found))
}

fn mark(stored: &StoredPassage) -> Mark {
    Mark { passage: stored.id, quote: None, version: Some(stored.version) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskBody {
    question: String,
    #[serde(default)]
    collections: Vec<CollectionId>,
    /// The day as of which it is answered; today where it is empty.
    #[serde(default)]
    as_of: String,
    /// How it is set out: `plain`, `steps`, `table`, `list`; or `json`, by `schema`. What the wording asks for where it is absent.
    #[serde(default)]
    form: Option<String>,
    /// The JSON Schema of the fields that are to be filled.
    #[serde(default)]
    schema: Option<serde_json::Value>,
    /// The conversation that it goes on with; a new one where it is missing.
    #[serde(default)]
    conversation: Option<ConversationId>,
    /// Whether it is asked as it stands, whatever was asked before.
    #[serde(default)]
    as_typed: bool,
}

#[derive(Serialize)]
struct Answered {
    id: AnswerId,
    conversation: ConversationId,
    /// The question that was searched for, where the conversation made it another.
    #[serde(skip_serializing_if = "Option::is_none")]
    searched: Option<String>,
    #[serde(flatten)]
    answer: Answer,
}

/// `POST /api/ask`
pub async fn ask(req: HttpRequest, by: SignedIn, body: web::Json<AskBody>) -> Result<HttpResponse, Failure> {
    if !comes_from_here(&req) {
        return Err(Failure::FormExpired);
    }
    by.check_token(req.headers().get("X-Form-Token").and_then(|v| v.to_str().ok()).unwrap_or_default())?;
    let AskBody { question, collections, as_of, form, schema, conversation, as_typed } = body.into_inner();
    let mut question = Question::new(&question)?;
    choose_day(&mut question, &as_of)?;
    question.collections = collections;
    if form.as_deref() == Some("json") || schema.is_some() {
        return super::extract::extract(&by, question, schema).await;
    }
    question.form = form.map(|name| Form::from_name(&name).ok_or(Failure::BadRequest)).transpose()?;
    let _permit = permit(&by)?;
    let question = following(&by, question, &Following { conversation, as_typed }).await?;
    let (Kept { answer: id, conversation }, answer) = answered(&by, &question).await?;
    let searched = question.follows.as_ref().map(|_| question.text().to_owned());
    Ok(HttpResponse::Ok().json(Answered { id, conversation, searched, answer }))
}

/// `GET /api/status`
pub async fn status(by: SignedIn) -> Result<HttpResponse, Failure> {
    by.require(Role::Administrator)?;
    Ok(HttpResponse::Ok().json(by.site.desk.status.status().await?))
}
