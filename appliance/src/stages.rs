//! How long each stage of reading takes: listens to the spans that `ingest` opens around its stages.
//!
//! A stage inside another counts for itself alone, so the stages' times add up. Nothing is measured, and next to nothing
//! paid, while no listener is installed.

use parking_lot::Mutex;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::span::Id;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

/// What the names of the stages' spans begin with.
const PREFIX: &str = "ingest.";

/// Time spent in each stage so far, over all threads.
#[derive(Debug, Clone, Default)]
pub struct Stages(Arc<Mutex<BTreeMap<&'static str, Duration>>>);

/// Whether a span is a stage. Invariant: [`Stages`] is told of no other.
pub fn is_stage(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.name().starts_with(PREFIX)
}

impl Stages {
    /// The stages' names and times, longest first.
    pub fn spent(&self) -> Vec<(&'static str, Duration)> {
        let mut spent: Vec<_> = self.0.lock().iter().map(|(name, time)| (*name, *time)).collect();
        spent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        spent
    }
}

thread_local! {
    /// The stages this thread is in: since when, and how much of that went to stages inside.
    static ENTERED: RefCell<Vec<(Instant, Duration)>> = const { RefCell::new(Vec::new()) };
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Stages {
    fn on_enter(&self, _: &Id, _: Context<'_, S>) {
        ENTERED.with_borrow_mut(|entered| entered.push((Instant::now(), Duration::ZERO)));
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        let Some(name) = context.span(id).and_then(|s| s.name().strip_prefix(PREFIX)) else { return };
        ENTERED.with_borrow_mut(|entered| {
            let Some((since, inside)) = entered.pop() else { return };
            let whole = since.elapsed();
            if let Some((_, parent)) = entered.last_mut() {
                *parent += whole;
            }
            *self.0.lock().entry(name).or_default() += whole.saturating_sub(inside);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::layer::SubscriberExt as _;

    #[test]
    fn a_stage_inside_another_counts_once() {
        let stages = Stages::default();
        let listener = tracing_subscriber::registry().with(stages.clone());
        tracing::subscriber::with_default(listener, || {
            let _outer = tracing::info_span!("ingest.outer").entered();
            tracing::info_span!("ingest.inner").in_scope(|| std::thread::sleep(Duration::from_millis(30)));
        });
        let spent = stages.spent();
        assert_eq!(spent.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["inner", "outer"]);
        assert!(spent[0].1 >= Duration::from_millis(30) && spent[1].1 < Duration::from_millis(30), "{spent:?}");
    }
}
