//! Versions in time: which answers on which day, and what the index must follow.

use super::ingest_log::parsed;
use super::{Trial, text_upload};
use appliance_core::document::{Block, BlockKind};
use appliance_core::id::{ContentHash, PassageId, VersionId};
use appliance_core::locator::Place;
use appliance_core::ports::catalog::{Decided, Edition, Job, VersionState};
use appliance_core::ports::{EmbeddingLog, IngestLog, Library, PassageStore};
use appliance_core::ranking::Embedding;
use appliance_core::testing::MemoryIndex;
use appliance_core::validity::lineage::SetDays;
use appliance_core::validity::{Day, Ending};
use std::sync::Arc;

const MODEL: &[u8] = b"model";

/// An ordinance as it reads after some of its amendments, and in force from the day of the last.
fn ordinance(fee: u32, from: &[&str]) -> Vec<String> {
    let mut texts = vec![
        "○港市駐車場条例\n平成27年12月18日\n条例第29号\n".to_owned(),
        format!("第1条　使用料は、1回につき{fee}円とする。\n"),
        "第2条　費用は、還付しない。\n".to_owned(),
    ];
    for (i, from) in from.iter().enumerate() {
        let head = if i == 0 { "附　則\n".to_owned() } else { format!("附　則（令和{i}年12月20日条例第30号）\n") };
        texts.push(format!("{head}この条例は、{from}から施行する。\n"));
    }
    texts
}

/// Uploads a version, reads it and lets it answer.
async fn published(trial: &Trial, name: &str, texts: &[String], set: SetDays) -> (Job, Vec<PassageId>) {
    published_as(trial, "港市駐車場条例", name, texts, set).await
}

async fn published_as(trial: &Trial, title: &str, name: &str, texts: &[String], set: SetDays) -> (Job, Vec<PassageId>) {
    let operator = trial.catalog.local_operator().await.unwrap();
    let upload = text_upload(trial, name, &texts.concat());
    trial.catalog.accept(&operator, appliance_core::ports::catalog::Upload { days: set, ..upload }).await.unwrap();
    let job = trial.catalog.next_job().await.unwrap().unwrap();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (mut parsed, mut passages) = parsed(title, &texts);
    for passage in &mut passages {
        passage.heading_path.clear();
        let mut at = passage.locator.span.start;
        for line in passage.text.split_inclusive('\n') {
            let span = appliance_core::locator::Span::new(at, at + line.trim_end().len());
            let place = Place::Text { first_line: 1, last_line: 1 };
            parsed.document.blocks.push(Block { kind: BlockKind::Paragraph, span, place });
            at += line.len();
        }
    }
    let ids = trial.catalog.store_parsed(job.version, &parsed, &passages).await.unwrap();
    let vector = Embedding::normalised(vec![1.0, 2.0]).unwrap();
    let embedded: Vec<_> = ids.iter().map(|id| (*id, vector.clone())).collect();
    trial.catalog.store_embeddings(&ContentHash::of(MODEL), &embedded).await.unwrap();
    trial.catalog.period_to_be(job.version).await.unwrap();
    trial.catalog.publish(&job).await.unwrap();
    (job, ids)
}

/// What is found of these on a day, with its own fee.
async fn fees(trial: &Trial, ids: &[PassageId], day: &str) -> Vec<VersionId> {
    let operator = trial.catalog.local_operator().await.unwrap();
    let day: Day = day.parse().unwrap();
    let mut found = trial.catalog.visible_passages(&operator, ids).await.unwrap();
    found.retain(|s| s.days.include(day) && s.passage.text.contains("使用料"));
    found.into_iter().map(|s| s.version).collect()
}

async fn pending(trial: &Trial) -> Vec<VersionId> {
    trial.catalog.pending_updates().await.unwrap().into_iter().map(|u| u.version).collect()
}

#[tokio::test]
async fn each_day_is_answered_from_its_own_version_whatever_their_order() {
    let trial = Trial::new().await;
    let operator = trial.catalog.local_operator().await.unwrap();
    let library = trial.library(Arc::new(MemoryIndex::default()));
    let all = ["平成28年4月1日", "令和2年4月1日", "令和12年4月1日"];
    let as_read = SetDays::default();
    let (second, mut ids) = published(&trial, "rule.txt", &ordinance(100, &all[..2]), as_read).await;
    let (third, more) = published(&trial, "rule.txt", &ordinance(200, &all), as_read).await;
    ids.extend(more);
    assert_eq!(pending(&trial).await, [second.version], "the version before has got its last day");
    let (first, more) = published(&trial, "rule.txt", &ordinance(80, &all[..1]), as_read).await;
    ids.extend(more);
    assert_eq!(first.document, second.document);
    for (day, expected) in
        [("2016-04-01", first.version), ("2020-03-31", first.version), ("2020-04-01", second.version), ("2030-04-01", third.version)]
    {
        assert_eq!(fees(&trial, &ids, day).await, [expected], "{day}");
    }
    assert!(fees(&trial, &ids, "2016-03-31").await.is_empty(), "nothing was in force");
    assert_eq!(trial.catalog.pending_removals().await.unwrap(), []);

    // The clock stands in 2026: the document opens in the version of that day, not in the newest.
    let open = library.open_document(&operator, first.document, Edition::Answering).await.unwrap().unwrap();
    assert_eq!(open.version, second.version);
    assert_eq!(open.days.unwrap().ending, Some(Ending::Replaced));
    let third_open = library.open_document(&operator, first.document, Edition::Kept(third.version)).await.unwrap().unwrap();
    assert!(third_open.text.contains("200円"));
    let kept = trial.catalog.kept_versions(&operator, first.document).await.unwrap();
    assert!(kept.iter().all(|v| v.state == VersionState::Searchable && v.days.is_some()));
    let passage = library.passage(&operator, ids[0]).await.unwrap().unwrap();
    assert_eq!(passage.version, second.version, "a citation leads to the version that it cites");
}

#[tokio::test]
async fn what_an_operator_sets_wins_and_can_be_taken_back() {
    let trial = Trial::new().await;
    let operator = trial.catalog.local_operator().await.unwrap();
    let plain = |fee: u32| vec![format!("使用料は、1回につき{fee}円とする。\n")];
    let (old, mut ids) = published(&trial, "plain.txt", &plain(80), SetDays::default()).await;
    let (new, more) = published(&trial, "plain.txt", &plain(100), SetDays::default()).await;
    ids.extend(more);
    assert_eq!(fees(&trial, &ids, "2020-01-01").await, [new.version], "without days the newest answers");
    assert_eq!(trial.catalog.pending_removals().await.unwrap(), [old.version]);

    let from = |day: &str| SetDays { from: Some(day.parse().unwrap()), until: None };
    let set = async |version, days| trial.catalog.set_days(&operator, old.document, version, days).await.unwrap();
    assert_eq!(set(new.version, from("2024-04-01")).await, Decided::Done);
    assert_eq!(fees(&trial, &ids, "2020-01-01").await, [old.version], "the one before it holds until then");
    assert_eq!(fees(&trial, &ids, "2024-04-01").await, [new.version]);
    assert_eq!(trial.catalog.pending_removals().await.unwrap(), []);
    assert_eq!(pending(&trial).await, [old.version, new.version]);
    let again = trial.catalog.passages_to_update(old.version, &ContentHash::of(MODEL)).await.unwrap();
    assert!(again.len() == 1 && again[0].embedding.is_none(), "its embeddings were given up and are made anew");
    let until = SetDays { until: Some("2026-01-01".parse().unwrap()), ..from("2024-04-01") };
    assert_eq!(set(new.version, until).await, Decided::Done);
    assert!(fees(&trial, &ids, "2026-01-01").await.is_empty(), "repealed");
    let wrong = SetDays { until: Some("2020-01-01".parse().unwrap()), ..from("2024-04-01") };
    assert_eq!(set(new.version, wrong).await, Decided::TooLate);
    assert_eq!(set(VersionId(999), from("2024-04-01")).await, Decided::Unknown);
    assert_eq!(set(new.version, SetDays::default()).await, Decided::Done);
    assert_eq!(fees(&trial, &ids, "2020-01-01").await, [new.version]);
    let updates = trial.catalog.pending_updates().await.unwrap();
    trial.catalog.updates_done(&updates).await.unwrap();
    assert_eq!(pending(&trial).await, []);
}

#[tokio::test]
async fn a_file_of_another_name_becomes_a_version_with_its_days() {
    let trial = Trial::new().await;
    let operator = trial.catalog.local_operator().await.unwrap();
    let plain = |fee: u32| vec![format!("使用料は、1回につき{fee}円とする。\n")];
    let (now, _) = published(&trial, "now.txt", &plain(100), SetDays { from: Some("2024-04-01".parse().unwrap()), until: None }).await;
    let upload = text_upload(&trial, "before.txt", &plain(80).concat());
    let days = SetDays { from: Some("2016-04-01".parse().unwrap()), until: None };
    let upload = appliance_core::ports::catalog::Upload { version_of: Some(now.document), days, ..upload };
    trial.catalog.accept(&operator, upload).await.unwrap();
    let job = trial.catalog.next_job().await.unwrap().unwrap();
    assert_eq!(job.document, now.document);
    let (parsed, passages) = parsed("使用料", &["使用料は、1回につき80円とする。\n"]);
    let ids = trial.catalog.store_parsed(job.version, &parsed, &passages).await.unwrap();
    trial.catalog.period_to_be(job.version).await.unwrap();
    trial.catalog.publish(&job).await.unwrap();
    assert_eq!(fees(&trial, &ids, "2020-01-01").await, [job.version]);
    assert!(fees(&trial, &ids, "2024-04-01").await.is_empty());
    let entry = trial.catalog.visible_document(&operator, now.document).await.unwrap().unwrap();
    assert_eq!((entry.title.as_str(), entry.versions), ("港市駐車場条例", 2), "the list shows the last in time, not the last that came");
}

#[tokio::test]
async fn an_article_with_a_day_of_its_own_keeps_its_former_wording_until_then() {
    let trial = Trial::new().await;
    let (old, mut ids) = published(&trial, "rule.txt", &ordinance(80, &["平成28年4月1日"]), SetDays::default()).await;
    let mut newer = ordinance(100, &["平成28年4月1日", "令和2年4月1日"]);
    let last = newer.last_mut().unwrap();
    *last = last.replace("から施行する。", "から施行する。ただし、第1条の改正規定は、令和2年10月1日から施行する。");
    let (new, more) = published(&trial, "rule.txt", &newer, SetDays::default()).await;
    ids.extend(more);
    assert_eq!(fees(&trial, &ids, "2020-09-30").await, [old.version]);
    assert_eq!(fees(&trial, &ids, "2020-10-01").await, [new.version]);
}

#[tokio::test]
async fn a_regulation_is_repealed_by_another_and_stands_again_when_that_one_goes() {
    let trial = Trial::new().await;
    let operator = trial.catalog.local_operator().await.unwrap();
    let library = trial.library(Arc::new(MemoryIndex::default()));
    let (old, ids) = published(&trial, "rule.txt", &ordinance(80, &["平成28年4月1日"]), SetDays::default()).await;
    let repeal = [
        "○港市駐車場条例を廃止する条例\n令和7年12月19日\n条例第50号\n".to_owned(),
        "港市駐車場条例（平成27年条例第29号）は、廃止する。\n".to_owned(),
        "附　則\nこの条例は、令和8年4月1日から施行する。\n".to_owned(),
    ];
    let (by, _) = published_as(&trial, "港市駐車場条例を廃止する条例", "repeal.txt", &repeal, SetDays::default()).await;
    assert_eq!(fees(&trial, &ids, "2026-03-31").await, [old.version]);
    assert!(fees(&trial, &ids, "2026-04-01").await.is_empty());
    let kept = trial.catalog.kept_versions(&operator, old.document).await.unwrap();
    assert_eq!(kept[0].days.unwrap().ending, Some(Ending::Repealed));
    assert!(pending(&trial).await.contains(&old.version));
    assert!(library.delete(&operator, by.document).await.unwrap());
    assert_eq!(fees(&trial, &ids, "2026-04-01").await, [old.version]);
}
