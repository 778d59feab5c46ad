//! `kura search`: the passages that a question finds, and why they rank where they do.

use super::output;
use crate::catalog::Catalog;
use crate::clock::SystemClock;
use crate::wiring::{Place, Writing};
use anyhow::Result;
use appliance_core::asking;
use appliance_core::folding::highlights;
use appliance_core::locator::Span;
use appliance_core::passage::StoredPassage;
use appliance_core::ports::models::TextRole;
use appliance_core::ports::{Embedder, PassageIndex, PassageStore};
use appliance_core::question::Question;
use appliance_core::ranking::{Explanation, HybridQuery, Legs, RankedPassage, ReferenceOutcome, ResolvedReference};
use appliance_core::validity::{self, Day, Days, Standing, typed_day};
use appliance_core::viewer::Viewer;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What to search for
    question: String,
    /// How many passages to print
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: usize,
    /// Which ways of searching take part
    #[arg(long, value_enum, default_value_t)]
    legs: LegsArgument,
    /// The day on which what is found must be in force: 2024-04-01 or 令和6年4月1日 [default: the one that the question names, else today]
    #[arg(long, value_name = "DAY", value_parser = day)]
    as_of: Option<Day>,
    /// Search as this person would; without it, as the operator, who sees everything
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// Say why: matched words, references, names, and the time of each stage
    #[arg(long)]
    explain: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// [`Legs`] as the command line names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum LegsArgument {
    /// Words and character pairs only
    Lexical,
    /// Nearest vectors only
    Vector,
    /// Both, fused
    #[default]
    Hybrid,
}

impl From<LegsArgument> for Legs {
    fn from(legs: LegsArgument) -> Self {
        match legs {
            LegsArgument::Lexical => Self::Lexical,
            LegsArgument::Vector => Self::Vector,
            LegsArgument::Hybrid => Self::Hybrid,
        }
    }
}

/// A passage found, with its place in each leg.
#[derive(Debug, Serialize)]
struct Hit<'a> {
    rank: usize,
    place: String,
    #[serde(flatten)]
    ranked: &'a RankedPassage,
    stored: &'a StoredPassage,
    /// How it stands today.
    standing: Standing,
    /// Whether it is a transitional measure (経過措置).
    transitional: bool,
    /// Bytes of the text that show the question's words.
    highlights: Vec<Span>,
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let mut question = Question::new(&arguments.question)?;
    arguments.as_of.into_iter().for_each(|day| question.choose_day(day));
    let today = validity::today(&SystemClock);
    let as_of = question.as_of(today);
    let catalog = place.catalog().await?;
    let viewer = viewer(&catalog, arguments.login.as_deref()).await?;
    let engines = place.engines(Writing::NotNeeded).await?;
    let index = place.index_to_read(&engines).await?;
    refuse_lost_index(index.as_ref(), &catalog).await?;
    let embedded = engines.embedder.embed(TextRole::Query, vec![question.words()]).await?;
    let mut query = match embedded.into_iter().next() {
        Some(embedding) => HybridQuery::new(&viewer, &question, embedding, arguments.limit).with_legs(arguments.legs.into()),
        None => HybridQuery::lexical(&viewer, &question, arguments.limit),
    };
    query.explain = arguments.explain;
    query.as_of = Some(as_of.day);
    let mut ranking = index.search(asking::prepared(&catalog, &viewer, query).await?).await?;
    if let (Some((reranker, _)), LegsArgument::Hybrid) = (&engines.reranker, arguments.legs) {
        let policy = place.configuration.asking;
        ranking = asking::reranked(reranker.as_ref(), &catalog, &policy, &viewer, &question, ranking).await?;
    }
    let terms: HashSet<String> = ranking.terms.iter().map(|t| t.term.clone()).collect();
    let ids: Vec<_> = ranking.passages.iter().map(|p| p.passage).collect();
    let found: HashMap<_, _> = catalog.visible_passages(&viewer, &ids).await?.into_iter().map(|s| (s.id, s)).collect();
    let hits: Vec<Hit<'_>> = ranking
        .passages
        .iter()
        .filter_map(|ranked| Some((ranked, found.get(&ranked.passage).filter(|s| s.days.include(as_of.day))?)))
        .enumerate()
        .map(|(i, (ranked, stored))| Hit {
            rank: i + 1,
            place: output::place(&stored.passage.locator.place),
            ranked,
            stored,
            standing: stored.days.standing(today),
            transitional: validity::is_transitional(&stored.passage.heading_path, &stored.passage.text),
            highlights: highlights(&stored.passage.text, &terms),
        })
        .collect();
    if arguments.json {
        output::json(&serde_json::json!({
            "question": question.text(),
            "as_of": as_of,
            "references": ranking.references,
            "passages": hits,
            "explanation": ranking.explanation,
        }))?;
    } else {
        output::line(format!("as of {}", as_of.day))?;
        ranking.references.iter().for_each(tell);
        hits.iter().try_for_each(|hit| print(hit, ranking.explanation.as_ref()))?;
        ranking.explanation.iter().try_for_each(print_stages)?;
        if hits.is_empty() {
            output::say("nothing found");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Beside a server the counts of index and catalog may differ for a moment, but an index that is empty while the
/// catalog is not was lost; it would find nothing without a word.
pub async fn refuse_lost_index(index: &dyn PassageIndex, catalog: &Catalog) -> Result<()> {
    let kept = catalog.count_searchable().await?;
    if kept > 0 && index.len().await? == 0 {
        return Err(output::refusal(format!("the index is empty, but the catalog holds {kept} searchable passages"), "run `kura reindex`"));
    }
    Ok(())
}

/// Who is looking: the person named, or the operator.
pub async fn viewer(catalog: &Catalog, login: Option<&str>) -> Result<Viewer> {
    match login {
        None => Ok(catalog.local_operator().await?),
        Some(login) => {
            let viewer = catalog.viewer_for(login).await?;
            viewer.ok_or_else(|| output::refusal(format!("nobody active signs in as {login}"), "see `kura user list`"))
        }
    }
}

/// Says what became of a reference that leads nowhere.
fn tell(reference: &ResolvedReference) {
    let ResolvedReference { name, address, outcome, .. } = reference;
    match outcome {
        ReferenceOutcome::Found { .. } => {}
        ReferenceOutcome::NoSuchPlace { nearest } if nearest.is_empty() => output::say(format!("{name} has no {address}")),
        ReferenceOutcome::NoSuchPlace { nearest } => {
            let nearest: Vec<&str> = nearest.iter().map(|(place, _)| place.as_str()).collect();
            output::say(format!("{name} has no {address}; nearest: {}", nearest.join(", ")));
        }
        ReferenceOutcome::NoSuchName { nearest } if nearest.is_empty() => output::say(format!("{address}: no such regulation is known")),
        ReferenceOutcome::NoSuchName { nearest } => {
            output::say(format!("{address}: no such regulation is known; names like it: {}", nearest.join(", ")));
        }
        ReferenceOutcome::Unnamed => output::say(format!("{address}: the question does not say of which regulation")),
    }
}

fn print_stages(explanation: &Explanation) -> Result<()> {
    let stages: Vec<String> =
        explanation.stages.iter().map(|s| format!("{} {:.1} ms", s.stage, f64::from(s.microseconds) / 1000.0)).collect();
    output::line(format!("words: {}", explanation.words.join(" ")))?;
    if !explanation.names.is_empty() {
        output::line(format!("names: {}", explanation.names.join(", ")))?;
    }
    output::line(format!("{} passages may be found; {}", explanation.visible, stages.join(", ")))
}

fn print(hit: &Hit<'_>, explanation: Option<&Explanation>) -> Result<()> {
    let leg = |name: &str, rank: Option<u32>| rank.map(|r| format!(" · {name} {r}")).unwrap_or_default();
    let lexical = leg("lexical", hit.ranked.lexical.map(|l| l.rank));
    let vector = leg("vector", hit.ranked.vector.map(|l| l.rank));
    let named = if hit.ranked.named { " · named" } else { "" };
    let in_force = in_force(&hit.stored.days, hit.standing);
    let transitional = if hit.transitional { " · 経過措置" } else { "" };
    output::line(format!(
        "{}. {} · {}{in_force}{transitional} · {:.4}{named}{lexical}{vector}",
        hit.rank, hit.stored.title, hit.place, hit.ranked.score.0
    ))?;
    if !hit.stored.passage.heading_path.is_empty() {
        output::line(format!("   {}", hit.stored.passage.heading_path.join(" › ")))?;
    }
    let matched = explanation.and_then(|e| e.matched.iter().find(|m| m.passage == hit.ranked.passage));
    if let Some(matched) = matched {
        let words: Vec<String> = matched.words.iter().map(|(word, fields)| format!("{word} ({})", fields.join(", "))).collect();
        let bm25 = hit.ranked.lexical.map_or_else(|| "-".to_owned(), |l| format!("{:.2}", l.score.0));
        let cosine = hit.ranked.vector.map_or_else(|| "-".to_owned(), |v| format!("{:.3}", v.score.0));
        output::line(format!("   BM25 {bm25}, cosine {cosine}, covers {:.2}: {}", matched.coverage, words.join(", ")))?;
        let features: Vec<String> = matched.features.iter().map(|f| format!("{} {:.2}×{:.2}", f.name, f.value, f.weight)).collect();
        if !features.is_empty() {
            output::line(format!("   {}", features.join(" + ")))?;
        }
    }
    output::line(format!("   {}", shortened(&hit.stored.passage.text)))
}

/// A day of the command line.
pub fn day(text: &str) -> Result<Day, String> {
    typed_day(text).ok_or_else(|| "no day: write 2024-04-01 or 令和6年4月1日".to_owned())
}

/// When a text is in force, and how it stands today; nothing where no day is known.
pub fn in_force(days: &Days, standing: Standing) -> String {
    let standing = match standing {
        Standing::Undated => return String::new(),
        Standing::InForce => "in force",
        Standing::NotYet => "not yet in force (未施行)",
        Standing::Past => "former text (旧)",
        Standing::Repealed => "repealed (廃止)",
        Standing::Expired => "expired (失効)",
    };
    let from = days.from.map(|d| format!(" from {d}")).unwrap_or_default();
    let until = days.until.map(|d| format!(" until before {d}")).unwrap_or_default();
    format!(" · {standing}{from}{until}")
}

/// The first 120 characters on one line.
pub fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(120) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
