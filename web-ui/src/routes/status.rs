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
    words: String,
    tight: bool,
}

/// A part of a bar: its mark for the stylesheet, where it begins and how far it goes, in hundredths of the bar.
struct Slice {
    mark: &'static str,
    from: String,
    width: String,
}

/// A bar of these parts, one after the other; those of nothing are left out.
fn bar(parts: &[(&'static str, u64)]) -> Vec<Slice> {
    let total = parts.iter().map(|(_, n)| n).sum::<u64>().max(1) as f64;
    let hundredths = |n: u64| n as f64 * 100.0 / total;
    let mut before = 0;
    let mut slices = Vec::with_capacity(parts.len());
    for (mark, n) in parts.iter().filter(|(_, n)| *n > 0) {
        slices.push(Slice { mark, from: format!("{:.2}", hundredths(before)), width: format!("{:.2}", hundredths(*n)) });
        before += n;
    }
    slices
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
    by_state: Vec<Slice>,
    disk_bar: Vec<Slice>,
    memory_bar: Vec<Slice>,
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
    let (documents, disk, memory) = (status.documents, status.disk, status.memory);
    let others = memory.total.saturating_sub(memory.available).saturating_sub(memory.resident);
    StatusPage {
        by_state: bar(&[("good", documents.searchable), ("busy", documents.waiting), ("warn", documents.held), ("bad", documents.failed)]),
        disk_bar: bar(&[("used", disk.total.saturating_sub(disk.free)), ("free", disk.free)]),
        memory_bar: bar(&[("used", memory.resident), ("others", others), ("free", memory.available)]),
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
        words: page.words("status-free", &[("free", words::bytes(free).into()), ("total", words::bytes(total).into())]),
        tight: free < total / 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_bar_stand_side_by_side() {
        let slices = bar(&[("good", 3), ("busy", 0), ("bad", 1)]);
        let told: Vec<_> = slices.iter().map(|s| (s.mark, s.from.as_str(), s.width.as_str())).collect();
        assert_eq!(told, [("good", "0.00", "75.00"), ("bad", "75.00", "25.00")]);
        assert!(bar(&[("good", 0)]).is_empty());
    }
}
