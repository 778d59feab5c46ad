//! How the appliance fares.

use crate::failure::Failure;
use crate::page::{Page, Section, html};
use crate::signed_in::SignedIn;
use crate::status::{ApplianceStatus, ModelRole, ModelStatus, SandboxStatus};
use crate::words;
use actix_web::HttpResponse;
use appliance_core::viewer::Role;
use askama::Template;

struct ModelRow {
    role: String,
    name: String,
    hash: String,
    context: String,
    ready: bool,
}

/// A part of something, for a bar with its words.
struct Gauge {
    used: u64,
    total: u64,
    words: String,
    tight: bool,
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    page: Page,
    version: String,
    started: String,
    data_dir: String,
    models: Vec<ModelRow>,
    generation: String,
    passages: String,
    searchable: String,
    waiting: String,
    held: String,
    failed: String,
    any_failed: bool,
    disk: Gauge,
    memory: Gauge,
    resident: String,
    outbound: Vec<String>,
    sandbox: SandboxStatus,
}

/// `GET /status`
pub async fn page(by: SignedIn) -> Result<HttpResponse, Failure> {
    by.require(Role::Administrator)?;
    let status = by.site.desk.status.status().await?;
    let page = by.page(Section::Status, "title-status");
    html(&status_page(page, status))
}

fn status_page(page: Page, status: ApplianceStatus) -> StatusPage {
    StatusPage {
        version: status.version,
        started: page.date_time(status.started),
        data_dir: status.data_dir,
        models: status.models.into_iter().map(|m| model(&page, m)).collect(),
        generation: status.index.generation,
        passages: match status.index.awaiting_embeddings {
            0 => words::number(status.index.passages),
            left => page.words(
                "passages-awaiting",
                &[("passages", words::number(status.index.passages).into()), ("left", words::number(left).into())],
            ),
        },
        searchable: words::number(status.documents.searchable),
        waiting: words::number(status.documents.waiting),
        held: words::number(status.documents.held),
        failed: words::number(status.documents.failed),
        any_failed: status.documents.failed > 0,
        disk: gauge(&page, status.disk.free, status.disk.total),
        memory: gauge(&page, status.memory.available, status.memory.total),
        resident: words::bytes(status.memory.resident),
        outbound: status.outbound,
        sandbox: status.sandbox,
        page,
    }
}

fn model(page: &Page, model: ModelStatus) -> ModelRow {
    ModelRow {
        role: page.t(match model.role {
            ModelRole::Embedder => "model-embedder",
            ModelRole::Generator => "model-generator",
            ModelRole::Reranker => "model-reranker",
        }),
        name: model.identity.name,
        hash: model.identity.hash.short().to_owned(),
        context: words::number(model.context_tokens.into()),
        ready: model.ready,
    }
}

fn gauge(page: &Page, free: u64, total: u64) -> Gauge {
    Gauge {
        used: total.saturating_sub(free),
        total,
        words: page.words("status-free", &[("free", words::bytes(free).into()), ("total", words::bytes(total).into())]),
        tight: free < total / 10,
    }
}
