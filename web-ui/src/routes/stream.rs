//! The answer as it comes about, as server-sent events: `stage`, `sources`, `token`, `answer`, `failed`; or one event `jump`
//! where the question is a reference alone.

use super::ask::{Jump, jump, permit, question};
use crate::again_view::AgainView;
use crate::answer_view::{self, AnswerView, EvidenceView};
use crate::failure::Failure;
use crate::follow_view::{self, FollowView};
use crate::following::{Following, following};
use crate::jump_view::{self, JumpView};
use crate::page::{Page, Section};
use crate::signed_in::{Posted, SignedIn};
use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use appliance_core::answer::Stage;
use appliance_core::asking::{self, AskEvent};
use appliance_core::conversation::{Kept, Withheld};
use appliance_core::question::Question;
use askama::Template;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tracing::Instrument;

/// Events that may wait for a slow client; the longest answer has about 512 tokens.
const WAITING_EVENTS: usize = 256;
/// A client that takes nothing for this long is given up, so that it does not hold the model.
const PATIENCE: Duration = Duration::from_secs(15);
/// A comment goes out this often, because only a write shows that the client has gone.
const HEARTBEAT: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "answer.html")]
struct AnswerPart<'a> {
    page: &'a Page,
    answer: AnswerView,
}

#[derive(Template)]
#[template(path = "evidence.html")]
struct EvidencePart<'a> {
    page: &'a Page,
    evidence: EvidenceView,
}

#[derive(Template)]
#[template(path = "understood.html")]
struct UnderstoodPart<'a> {
    page: &'a Page,
    follow: &'a FollowView,
}

#[derive(Template)]
#[template(path = "follow_up.html")]
struct FollowPart<'a> {
    page: &'a Page,
    follow: &'a FollowView,
}

#[derive(Template)]
#[template(path = "jump.html")]
struct JumpPart<'a> {
    page: &'a Page,
    jump: JumpView,
}

/// `POST /ask/stream`
pub async fn stream(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let question = question(&fields)?;
    let permit = permit(&by)?;
    let question = following(&by, question, &Following::of(&fields)).await?;
    if let Some(jump) = jump(&by, &fields, &question).await? {
        return jumped(&by, &question, &jump);
    }
    let (sender, events) = mpsc::channel(WAITING_EVENTS);
    let work = async move {
        let _permit = permit;
        tell(&by, &question, &Wire(sender)).await;
    };
    let task = actix_web::rt::spawn(work.in_current_span());
    let body = EventStream { events, work: task.abort_handle() };
    Ok(HttpResponse::Ok().content_type("text/event-stream; charset=utf-8").insert_header(("X-Accel-Buffering", "no")).body(body))
}

/// A stream of one event: where the question leads instead of an answer.
fn jumped(by: &SignedIn, question: &Question, jump: &Jump) -> Result<HttpResponse, Failure> {
    let page = by.page(Section::Ask, "title-ask");
    let data = match jump {
        Jump::To(href) => json!({ "href": href }),
        Jump::Choice(destinations) => {
            let jump = jump_view::view(&page, question.text(), destinations);
            json!({ "html": JumpPart { page: &page, jump }.render()? })
        }
    };
    let body = format!("event: jump\ndata: {data}\n\n");
    Ok(HttpResponse::Ok().content_type("text/event-stream; charset=utf-8").body(body))
}

/// Answers the question and writes every event to the wire.
async fn tell(by: &SignedIn, question: &Question, wire: &Wire) {
    let page = by.page(Section::Ask, "title-ask");
    let desk = &by.site.desk;
    let (sender, events) = mpsc::channel(WAITING_EVENTS);
    let work = async {
        let answer = asking::ask(&desk.asking, &by.viewer, question, &sender).await;
        drop(sender);
        answer
    };
    let (answer, ()) = tokio::join!(work, pass_on(&page, events, wire));
    let kept = async {
        let answer = answer?;
        let Kept { answer: id, conversation } = desk.archive.keep(&by.viewer, question, &answer).await?;
        let again = AgainView::of_question(question, conversation, &answer);
        let view = answer_view::answer(&page, id, &answer).with_again(again).with_contacts(by).await?;
        let html = AnswerPart { page: &page, answer: view }.render()?;
        let evidence = EvidencePart { page: &page, evidence: answer_view::evidence(&page, &answer) }.render()?;
        let searched = question.follows.as_ref().map(|_| question.text());
        let follow = follow_view::follow(&page, conversation, searched, Withheld::default());
        Ok::<Value, Failure>(json!({
            "id": id, "conversation": conversation, "searched": searched,
            "html": html, "evidence": evidence, "kind": answer.kind,
            "understood": UnderstoodPart { page: &page, follow: &follow }.render()?,
            "follow": FollowPart { page: &page, follow: &follow }.render()?,
        }))
    };
    match kept.await {
        Ok(data) => wire.send("answer", &data).await.unwrap_or(()),
        Err(Failure::ReaderLeft) => {}
        Err(failure) => {
            failure.log(&by.info.id);
            let data = json!({ "message": page.t(failure.words().1), "request_id": by.info.id });
            wire.send("failed", &data).await.unwrap_or(());
        }
    }
}

/// Passes events on, with a heartbeat between them. Ends early when the client is gone, which ends the asking.
async fn pass_on(page: &Page, mut events: mpsc::Receiver<AskEvent>, wire: &Wire) {
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    loop {
        let sent = tokio::select! {
            event = events.recv() => match event {
                Some(event) => wire.event(page, &event).await,
                None => return,
            },
            _ = heartbeat.tick() => wire.comment().await,
        };
        if sent.is_err() {
            return;
        }
    }
}

/// The client is gone, or does not read.
struct Gone;

struct Wire(mpsc::Sender<Bytes>);

impl Wire {
    async fn event(&self, page: &Page, event: &AskEvent) -> Result<(), Gone> {
        match event {
            AskEvent::Stage { stage, found, chosen } => self.send("stage", &stage_data(page, *stage, *found, *chosen)).await,
            AskEvent::Token { text } => self.send("token", &json!({ "text": text })).await,
            AskEvent::Sources { sources } => {
                let view = answer_view::found(page, sources);
                let listed: Vec<Value> =
                    view.others.iter().map(|s| json!({ "number": s.number, "title": s.title, "place": s.place, "href": s.href })).collect();
                let html = EvidencePart { page, evidence: view }.render().unwrap_or_default();
                self.send("sources", &json!({ "sources": listed, "html": html })).await
            }
        }
    }

    async fn send(&self, name: &str, data: &Value) -> Result<(), Gone> {
        self.write(Bytes::from(format!("event: {name}\ndata: {data}\n\n"))).await
    }

    async fn comment(&self) -> Result<(), Gone> {
        self.write(Bytes::from_static(b":\n\n")).await
    }

    async fn write(&self, bytes: Bytes) -> Result<(), Gone> {
        match tokio::time::timeout(PATIENCE, self.0.send(bytes)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}

/// What begins, and how what came before it is to be remembered.
fn stage_data(page: &Page, stage: Stage, found: u32, chosen: u32) -> Value {
    let (label, before) = match stage {
        Stage::Searching => (page.t("stage-searching"), String::new()),
        Stage::Choosing => (page.with("stage-choosing", "found", found), page.with("stage-found", "found", found)),
        Stage::Writing => (page.t("stage-writing"), page.words("stage-chosen", &[("found", found.into()), ("chosen", chosen.into())])),
        Stage::Checking => (page.t("stage-checking"), page.t("stage-written")),
    };
    json!({ "stage": stage, "found": found, "chosen": chosen, "label": label, "before": before })
}

/// The body of the response. Dropping it, as the server does when the client goes, stops the work behind it.
struct EventStream {
    events: mpsc::Receiver<Bytes>,
    work: AbortHandle,
}

impl MessageBody for EventStream {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        self.events.poll_recv(cx).map(|event| event.map(Ok))
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.work.abort();
    }
}
