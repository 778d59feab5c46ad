//! `kura eval tune-answers`: the choice of what to quote and the threshold of refusals, learned from questions whose answers
//! are known.
//!
//! Every set's questions are asked of its own corpus, and of the next set's corpus, which cannot answer them. Only one half
//! of them takes part; `kura eval answers --half` with the other half judges. What is printed as found is judged on held-out
//! fifths of that half; the weights written are learned on all of it.

use super::answers::{Half, prepare};
use super::bar;
use crate::cli::output;
use crate::evaluation::answer_tuning::{LENGTHS, Studied, fit, fit_ground, margin, outlook, study};
use crate::evaluation::answers::read_questions;
use crate::evaluation::{CorpusEntry, read_lines};
use crate::wiring::Place;
use anyhow::{Context as _, Result};
use appliance_core::evidence::{Cut, EvidenceThresholds, FEATURES, Ground, Weights};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Parts that the questions are parted into to judge by what was not learned from.
const FOLDS: usize = 5;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folders of corpus.jsonl and queries.jsonl whose questions name their answers, two or more
    #[arg(required = true, num_args = 2..)]
    folders: Vec<PathBuf>,
    /// Questions taken of each set, spread over it
    #[arg(long, value_name = "N", default_value_t = 600)]
    limit: usize,
    /// The half of the questions to learn from
    #[arg(long, value_enum, default_value = "even")]
    half: Half,
    /// Keep the passages' vectors here between calls
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Write the weights here, as appliance/core/src/evidence/weights.rs
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// What was asked of one corpus: questions that it answers, and some that it does not, in both ways of cutting.
struct Set {
    name: String,
    /// The hash of the embedder that it was searched with.
    embedder: String,
    cuts: [Vec<Studied>; 2],
}

const CUTS: [(Cut, &str); 2] = [(Cut::Sentences, "sentences"), (Cut::Clauses, "clauses")];

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let mut sets = Vec::new();
    for (i, folder) in arguments.folders.iter().enumerate() {
        let other = &arguments.folders[(i + 1) % arguments.folders.len()];
        sets.push(asked(place, arguments, folder, other).await?);
    }
    let mut written = head(arguments, &sets);
    for (i, (_, name)) in CUTS.iter().enumerate() {
        let studied: Vec<Vec<&Studied>> = sets.iter().map(|s| s.cuts[i].iter().filter(|q| q.is_answerable()).collect()).collect();
        let held_out = held_out(&studied);
        output::line(format!("{name}, held-out fifths of the half learned from: containment @ characters, citation precision"))?;
        let mut margins = Vec::new();
        for length in LENGTHS {
            let margin = margin(&held_out, length);
            margins.push((length, margin));
            let judged = sets.iter().zip(&held_out).map(|(set, held_out)| {
                let o = outlook(held_out, margin);
                format!("{} {:.3} @ {:.0}, {:.3}", set.name, o.containment, o.characters, o.precision)
            });
            output::line(format!("  {length:>4} (margin {margin:.5}): {}", judged.collect::<Vec<_>>().join("; ")))?;
        }
        let mut weights = fit(&studied.concat());
        weights.margins = margins;
        write_weights(&mut written, name, &weights)?;
    }
    refusals(&sets, &mut written)?;
    if let Some(path) = &arguments.write {
        fs::write(path, &written).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn asked(place: &Place, arguments: &Arguments, folder: &Path, other: &Path) -> Result<Set> {
    let corpus: Vec<CorpusEntry> = read_lines(&folder.join("corpus.jsonl"))?;
    let at = tempfile::tempdir().context("no temporary folder can be made")?;
    let bar = bar();
    let told = |what: &'static str, done: usize, total: usize| {
        bar.set_message(what);
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    };
    let asking = prepare(place, true, arguments.cache.as_deref(), at.path(), &corpus, &told).await?;
    let own = read_questions(folder, arguments.limit, arguments.half.places())?;
    let foreign = read_questions(other, arguments.limit, arguments.half.places())?;
    let mut cuts = [Vec::new(), Vec::new()];
    for (i, (cut, name)) in CUTS.iter().enumerate() {
        bar.set_message(*name);
        cuts[i] = study(&asking, &own, true, *cut).await?;
        if i == 0 {
            cuts[i].extend(study(&asking, &foreign, false, *cut).await?);
        }
    }
    bar.finish_and_clear();
    let embedder = asking.embedder.identity().hash.to_string();
    Ok(Set { name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(), embedder, cuts })
}

/// The probabilities of every question's candidates, by weights learned without its fold.
fn held_out<'a>(sets: &[Vec<&'a Studied>]) -> Vec<Vec<(&'a Studied, Vec<f32>)>> {
    let mut judged: Vec<Vec<(&Studied, Vec<f32>)>> = sets.iter().map(|_| Vec::new()).collect();
    for fold in 0..FOLDS {
        let among = |own: bool| move |(i, _): &(usize, &&'a Studied)| (i % FOLDS == fold) == own;
        let others: Vec<&Studied> = sets.iter().flat_map(|set| set.iter().enumerate().filter(among(false)).map(|(_, s)| *s)).collect();
        let weights = fit(&others);
        for (set, judged) in sets.iter().zip(&mut judged) {
            judged.extend(set.iter().enumerate().filter(among(true)).map(|(_, s)| (*s, weights.probabilities(&s.candidates))));
        }
    }
    judged
}

/// Learns when to answer, and prints what each threshold refuses.
fn refusals(sets: &[Set], written: &mut String) -> Result<()> {
    let all: Vec<&Studied> = sets.iter().flat_map(|s| &s.cuts[0]).collect();
    let probability = |weights: &[f32; Ground::FEATURES + 1], ground: &Ground| {
        if ground.is_about(&EvidenceThresholds::default()) { ground.probability_by(weights) } else { 0.0 }
    };
    let mut judged: Vec<Vec<(bool, f32)>> = sets.iter().map(|_| Vec::new()).collect();
    for fold in 0..FOLDS {
        let others: Vec<&Studied> = all.iter().enumerate().filter(|(i, _)| i % FOLDS != fold).map(|(_, s)| *s).collect();
        let weights = fit_ground(&others);
        let mut number = 0;
        for (set, judged) in sets.iter().zip(&mut judged) {
            for studied in &set.cuts[0] {
                if number % FOLDS == fold {
                    judged.push((studied.is_answerable(), probability(&weights, &studied.ground)));
                }
                number += 1;
            }
        }
    }
    output::line("refusals by threshold, held-out fifths: answerable refused, unanswerable refused")?;
    for threshold in [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95] {
        let refused = |judged: &[(bool, f32)], answerable: bool| {
            let asked = judged.iter().filter(|(a, _)| *a == answerable).count().max(1);
            judged.iter().filter(|(a, p)| *a == answerable && *p < threshold).count() as f64 / asked as f64
        };
        let shown = sets.iter().zip(&judged).map(|(set, j)| format!("{} {:.3}, {:.3}", set.name, refused(j, true), refused(j, false)));
        output::line(format!("  {threshold:.2}: {}", shown.collect::<Vec<_>>().join("; ")))?;
    }
    let weights = fit_ground(&all);
    writeln!(
        written,
        "\n/// When to answer: coverage, similarity, owners named, and the constant.\npub(super) const GROUND: [f32; Ground::FEATURES + 1] = {weights:?};"
    )?;
    Ok(())
}

fn head(arguments: &Arguments, sets: &[Set]) -> String {
    let names: Vec<String> =
        sets.iter().map(|s| format!("{} ({} answerable)", s.name, s.cuts[0].iter().filter(|q| q.is_answerable()).count())).collect();
    let half = format!("{:?}", arguments.half).to_lowercase();
    let embedder = sets.first().map_or("", |s| s.embedder.as_str());
    format!(
        "//! Weights of the learned choice and of refusals. Written by `kura eval tune-answers`; do not change by hand.\n//!\n\
         //! Learned on the {half} questions of {}.\n\nuse super::features::FEATURES;\nuse super::ground::Ground;\n\n\
         /// The hash of the embedder whose cosines they weigh.\npub(super) const EMBEDDER: &str = \"{embedder}\";\n",
        names.join(" and ")
    )
}

fn write_weights(written: &mut String, name: &str, weights: &Weights) -> Result<()> {
    let constant = name.to_uppercase();
    writeln!(written, "\n/// Weights of {name}.\n#[rustfmt::skip]\npub(super) const {constant}: [f32; FEATURES.len()] = [")?;
    for (feature, weight) in FEATURES.iter().zip(weights.features) {
        writeln!(written, "    {weight:.4}, // {feature}")?;
    }
    let singular = constant.trim_end_matches('S');
    writeln!(written, "];\n/// Mean characters, and the least probability a character that leads to them.")?;
    writeln!(written, "#[rustfmt::skip]\npub(super) const {singular}_MARGINS: &[(f32, f32)] = &[")?;
    for (length, margin) in &weights.margins {
        writeln!(written, "    ({length:.1}, {margin:.6}),")?;
    }
    writeln!(written, "];")?;
    Ok(())
}
