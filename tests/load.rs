//! The desk with many people at once, for a few seconds: no error, no page too heavy, and no memory that grows without end. Times
//! are not looked at here; `tests/measure/desk_load.py` measures them, with 100,000 passages and 200 people.

use anyhow::{Context, Result, ensure};
use kura_tests::appliance::{DataFolder, PASSWORD};
use kura_tests::{Appliance, Visitor, workspace};
use std::time::{Duration, Instant};

const PEOPLE: usize = 24;
const ASKING: usize = 6;
const TIME: Duration = Duration::from_secs(8);
/// KB that the server may grow by while the same is asked again and again; its caches are bounded far below.
const MOST_GROWTH: u64 = 150_000;
const MOST_BYTES: usize = 100 * 1024;
const PAGES: [&str; 6] = ["/", "/documents", "/documents?sort=worst&q=手数料", "/documents/1", "/documents/1/reading", "/password"];

#[tokio::test(flavor = "multi_thread")]
async fn many_people_are_served_at_once() -> Result<()> {
    let data = DataFolder::prepare()?;
    // Without a language model: what is tried are the pages beside many questions, not the model.
    std::fs::write(data.path().join("kura.toml"), "[inference]\ngenerator = \"none\"\n")?;
    let file = workspace::sample("みなと市手数料条例.pdf").display().to_string();
    data.kura(&["ingest", &file])?;
    let appliance = Appliance::start(&data).await?;
    Visitor::administrator(&appliance, &data).await?;
    let mut people = Vec::with_capacity(PEOPLE);
    for _ in 0..PEOPLE {
        let mut visitor = Visitor::new(&appliance)?;
        visitor.sign_in("admin", PASSWORD).await?;
        people.push(visitor);
    }
    // Once around, so that what is loaded on first use is loaded.
    for path in PAGES {
        people[0].get(path).await?;
    }
    people[0].ask("手数料はいくらですか").await?;
    let before = appliance.resident()?;
    let until = Instant::now() + TIME;
    let tasks: Vec<_> = people.into_iter().enumerate().map(|(n, visitor)| tokio::spawn(stay(visitor, n, until))).collect();
    let (mut pages, mut answers) = (0, 0);
    for task in tasks {
        let (seen, answered) = task.await??;
        (pages, answers) = (pages + seen, answers + answered);
    }
    let after = appliance.resident()?;
    ensure!(pages > PEOPLE && answers > 0, "{pages} pages and {answers} answers");
    ensure!(after < before + MOST_GROWTH, "the server grew from {before} to {after} KB");
    println!("load: {pages} pages and {answers} answers without an error; {before} KB before, {after} KB after");
    appliance.stop()
}

/// Asks, or looks at pages, until it is time. How many pages and answers came.
async fn stay(visitor: Visitor, n: usize, until: Instant) -> Result<(usize, usize)> {
    let (mut pages, mut answers) = (0, 0);
    while Instant::now() < until {
        if n < ASKING {
            visitor.ask("住民票の写しの手数料はいくらですか").await?;
            answers += 1;
            continue;
        }
        let path = PAGES[(n + pages) % PAGES.len()];
        let reply = visitor.get(path).await.with_context(|| path.to_owned())?;
        ensure!(reply.status.is_success() || reply.status.is_redirection(), "{path}: {}", reply.status);
        ensure!(reply.body.len() < MOST_BYTES, "{path} has {} bytes", reply.body.len());
        pages += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok((pages, answers))
}
