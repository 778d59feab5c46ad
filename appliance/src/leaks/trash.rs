//! The same for the trash: documents go there and come back at random, and what lies there is nowhere to be found.

use super::*;
use crate::job_runner::JobRunner;
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::Decided;
use appliance_core::ports::models::{ModelIdentity, TextRole};
use appliance_core::ports::{Library, Shelves};
use appliance_core::ranking::Embedding;
use async_trait::async_trait;
use jiff::SignedDuration;
use tokio::sync::Notify;

/// Embeds nothing: what comes back from the trash has its embeddings.
struct Never(HashEmbedder);

#[async_trait]
impl Embedder for Never {
    fn identity(&self) -> &ModelIdentity {
        self.0.identity()
    }

    fn dimension(&self) -> usize {
        self.0.dimension()
    }

    async fn embed(&self, _: TextRole, _: Vec<String>) -> Result<Vec<Embedding>, PortError> {
        panic!("nothing is embedded again")
    }
}

fn runner(bench: &Bench) -> JobRunner {
    let catalog = bench.trial.catalog.clone();
    let ingesting = Ingesting {
        parser: Arc::new(Numbered),
        embedder: Arc::new(Never(HashEmbedder::new())),
        index: Arc::clone(&bench.index) as _,
        log: Arc::new(catalog.clone()),
        embeddings: Arc::new(catalog.clone()),
        hold_below: 0.0,
    };
    let (arrivals, trash_keeps) = (Arc::new(Notify::new()), SignedDuration::from_hours(24));
    JobRunner { ingesting, catalog, arrivals, following: Arc::default(), trash_keeps }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_the_trash_is_ever_shown() {
    let mut bench = Bench::new().await;
    let catalog = bench.trial.catalog.clone();
    for n in 0..COLLECTIONS {
        catalog.open_collection(LOCAL_OPERATOR, bench.collections[n], Principal::Everyone).await.unwrap();
        bench.rules.open.insert((n, Principal::Everyone));
    }
    let operator = catalog.local_operator().await.unwrap();
    let library = bench.trial.library(Arc::clone(&bench.index) as _);
    let runner = runner(&bench);
    let (mut found, mut offered, mut led, mut answered, mut restored) = (0, 0, 0, 0, 0);
    for _ in 0..100 {
        let n = bench.random.below(DOCUMENTS);
        if bench.trashed.remove(&n) {
            assert_eq!(library.restore(&operator, bench.documents[n]).await.unwrap(), Decided::Done);
            runner.work_off(0).await;
            restored += 1;
        } else {
            assert_eq!(library.discard(&operator, bench.documents[n]).await.unwrap(), Decided::Done);
            bench.trashed.insert(n);
        }
        for turn in 0..12 {
            let person = bench.random.below(PEOPLE);
            let (question, typed) = bench.question();
            let seen = bench.visible(person);
            let viewer = catalog.viewer_for(&bench.people[person].1.clone()).await.unwrap().unwrap();
            match turn % 6 {
                0 => led += jump(&bench, &viewer, &seen, &question, typed).await,
                1 => answered += ask(&mut bench, &viewer, person, &seen, &question, typed).await,
                2 => list(&bench, &viewer, &seen).await,
                3 => look_back(&bench).await,
                4 => found += search(&bench, &viewer, &seen, &question, typed).await,
                _ => offered += complete(&bench, &viewer, person, &seen, &question).await,
            }
        }
    }
    let tried = [found, offered, led, answered, restored];
    assert!(tried.iter().all(|n| *n > 20), "everything was tried: {tried:?}");
    assert!(catalog.pending_removals().await.unwrap().is_empty());
    assert!(library.documents(&operator).await.unwrap().len() < DOCUMENTS);
    assert_eq!(catalog.integrity().await.unwrap(), None);
}
