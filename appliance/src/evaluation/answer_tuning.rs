//! Learning from questions whose answers are known: which sentence or clause answers, how long answers get, and when to refuse.

use super::answers::{AnswerableQuestion, normal};
use super::viewer;
use anyhow::{Context as _, Result};
use appliance_core::asking::{Asking, gather};
use appliance_core::evidence::{Bearing, Candidate, Cut, FEATURES, Ground, Weights, candidates, likeliest};
use appliance_core::question::{MAX_QUESTION_CHARS, Question};

/// Lengths in characters for which a margin is looked up.
pub const LENGTHS: [f32; 8] = [45.0, 60.0, 75.0, 90.0, 105.0, 120.0, 160.0, 240.0];
/// Steps, step size and damping of the descent (Kingma and Ba 2015).
const STEPS: i32 = 400;
const STEP: f64 = 0.05;
const FIRST_MOMENT: f64 = 0.9;
const SECOND_MOMENT: f64 = 0.999;
/// Weight of the squares, so that rare features stay small.
const SQUARES: f64 = 1e-3;

/// A question with what could be quoted.
#[derive(Debug, Clone)]
pub struct Studied {
    /// The candidates and what is known of each.
    pub candidates: Vec<Candidate>,
    /// Their characters.
    lengths: Vec<usize>,
    /// Their words, as they are compared.
    words: Vec<String>,
    /// Whether an answer stands in each.
    answers: Vec<bool>,
    /// Whether each source holds an answer, its title and headings among its words.
    holds: Vec<bool>,
    /// What would be right, as it is compared; empty where nothing in the corpus answers.
    expected: Vec<String>,
    /// What the first sources offer to rest an answer on.
    pub ground: Ground,
}

impl Studied {
    /// Whether the corpus answers it.
    pub fn is_answerable(&self) -> bool {
        !self.expected.is_empty()
    }
}

/// Searches for every question and keeps what could be quoted.
pub async fn study(asking: &Asking, questions: &[AnswerableQuestion], answerable: bool, cut: Cut) -> Result<Vec<Studied>> {
    let viewer = viewer();
    let mut studied = Vec::with_capacity(questions.len());
    for asked in questions {
        let question = Question::new(&asked.question.chars().take(MAX_QUESTION_CHARS).collect::<String>())?;
        let gathered = gather(asking, &viewer, &question).await.context("a question could not be searched for")?;
        let bearing = Bearing::new(&gathered.asked, &gathered.ranking.terms, &gathered.sources, 0);
        let found = candidates(&bearing, cut);
        let right = asked.answers.iter().filter(|_| answerable);
        let expected: Vec<String> = right.map(|a| normal(a)).filter(|a| !a.is_empty()).collect();
        let text = |c: &Candidate| c.span.slice(&gathered.sources[c.source].passage.passage.text).unwrap_or("");
        let words: Vec<String> = found.iter().map(|c| normal(text(c))).collect();
        let is_in = |words: &str| expected.iter().any(|a| words.contains(a.as_str()));
        let whole = gathered.sources.iter().map(|s| normal(&s.passage.passage.with_headings(&s.passage.title)));
        studied.push(Studied {
            lengths: found.iter().map(|c| text(c).chars().count()).collect(),
            answers: words.iter().map(|w| is_in(w)).collect(),
            holds: whole.map(|w| is_in(&w)).collect(),
            words,
            expected,
            ground: Ground::of(&gathered.sources),
            candidates: found,
        });
    }
    Ok(studied)
}

/// A descent along gradients with moments (Adam).
struct Descent<const N: usize> {
    weights: [f64; N],
    first: [f64; N],
    second: [f64; N],
    steps: i32,
}

impl<const N: usize> Descent<N> {
    fn new() -> Self {
        Self { weights: [0.0; N], first: [0.0; N], second: [0.0; N], steps: 0 }
    }

    fn step(&mut self, gradient: &[f64; N]) {
        self.steps += 1;
        let (first, second) = (1.0 - FIRST_MOMENT.powi(self.steps), 1.0 - SECOND_MOMENT.powi(self.steps));
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((weight, (mean, square)), slope) in self.weights.iter_mut().zip(moments).zip(gradient) {
            *mean = FIRST_MOMENT * *mean + (1.0 - FIRST_MOMENT) * slope;
            *square = SECOND_MOMENT * *square + (1.0 - SECOND_MOMENT) * slope * slope;
            *weight -= STEP * (*mean / first) / ((*square / second).sqrt() + 1e-8);
        }
    }
}

/// Fits the linear model: the probability of the candidates that hold an answer is made as high as it gets.
pub fn fit(studied: &[&Studied]) -> Weights {
    let useful: Vec<&&Studied> = studied.iter().filter(|s| s.answers.contains(&true)).collect();
    let scale = deviations(&useful);
    let scaled = |c: &Candidate| {
        let values = c.features.values();
        std::array::from_fn(|i| f64::from(values[i]) / scale[i])
    };
    let rows: Vec<(Vec<[f64; FEATURES.len()]>, &[bool])> =
        useful.iter().map(|s| (s.candidates.iter().map(scaled).collect(), s.answers.as_slice())).collect();
    let mut descent = Descent::new();
    for _ in 0..STEPS {
        let gradient = gradient(&rows, &descent.weights);
        descent.step(&gradient);
    }
    let features = std::array::from_fn(|i| (descent.weights[i] / scale[i]) as f32);
    Weights { features, margins: Vec::new() }
}

/// The spread of each feature, by which it is divided while the model is fitted; 1 for one that never changes.
fn deviations(studied: &[&&Studied]) -> [f64; FEATURES.len()] {
    let all: Vec<[f32; FEATURES.len()]> = studied.iter().flat_map(|s| &s.candidates).map(|c| c.features.values()).collect();
    std::array::from_fn(|i| spread(all.iter().map(|row| f64::from(row[i]))).1)
}

/// The mean of values and their spread; 1 for the spread of values that never change.
fn spread(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count().max(1) as f64;
    let mean = values.clone().sum::<f64>() / n;
    let spread = (values.map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    (mean, if spread > 1e-6 { spread } else { 1.0 })
}

/// The slope of the loss: over questions, the mean of −ln of what the candidates with an answer have of the probability.
fn gradient<const N: usize>(questions: &[(Vec<[f64; N]>, &[bool])], weights: &[f64; N]) -> [f64; N] {
    let mut gradient: [f64; N] = weights.map(|w| SQUARES * w);
    let n = questions.len().max(1) as f64;
    for (rows, answers) in questions {
        let scores: Vec<f64> = rows.iter().map(|row| row.iter().zip(weights).map(|(v, w)| v * w).sum()).collect();
        let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let raised: Vec<f64> = scores.iter().map(|s| (s - highest).exp()).collect();
        let total: f64 = raised.iter().sum();
        let right: f64 = raised.iter().zip(*answers).filter(|(_, right)| **right).map(|(r, _)| r).sum();
        for ((row, raised), is_right) in rows.iter().zip(&raised).zip(*answers) {
            let pull = raised / total - if *is_right { raised / right.max(1e-300) } else { 0.0 };
            gradient.iter_mut().zip(row).for_each(|(slope, value)| *slope += pull * value / n);
        }
    }
    gradient
}

/// What a choice comes to over questions.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Outlook {
    /// Share of the questions in whose quotations an answer stands.
    pub containment: f64,
    /// Mean characters quoted.
    pub characters: f64,
    /// Share of the cited passages that hold an answer.
    pub precision: f64,
}

/// Quotes for every question at a margin.
pub fn outlook(studied: &[(&Studied, Vec<f32>)], margin: f32) -> Outlook {
    let (mut contained, mut characters, mut right) = (0, 0, 0);
    for (question, probabilities) in studied {
        let quoted = likeliest(&question.candidates, probabilities, |i| question.lengths[i], margin);
        let is_quoted = |c: &Candidate| quoted.iter().any(|q| q.source == c.source && q.span.contains(c.span));
        let chosen: Vec<usize> = (0..question.candidates.len()).filter(|i| is_quoted(&question.candidates[*i])).collect();
        let shown: String = chosen.iter().map(|i| question.words[*i].as_str()).collect();
        contained += usize::from(question.expected.iter().any(|a| shown.contains(a.as_str())));
        characters += chosen.iter().map(|i| question.lengths[*i]).sum::<usize>();
        right += usize::from(quoted.first().is_some_and(|q| question.holds[q.source]));
    }
    let share = |part: usize| part as f64 / studied.len().max(1) as f64;
    Outlook { containment: share(contained), characters: share(characters), precision: share(right) }
}

/// The margin at which no set's answers are longer on average than `length`.
pub fn margin(sets: &[Vec<(&Studied, Vec<f32>)>], length: f32) -> f32 {
    let (mut low, mut high) = (1e-5_f32, 0.2_f32);
    for _ in 0..22 {
        let middle = (low * high).sqrt();
        if sets.iter().any(|set| outlook(set, middle).characters > f64::from(length)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Fits when to answer: the logistic weights of the ground's features and, last, the constant.
pub fn fit_ground(studied: &[&Studied]) -> [f32; Ground::FEATURES + 1] {
    const WIDE: usize = Ground::FEATURES + 1;
    let features: Vec<[f32; Ground::FEATURES]> = studied.iter().map(|s| s.ground.features()).collect();
    let scale: [(f64, f64); Ground::FEATURES] = std::array::from_fn(|i| spread(features.iter().map(|row| f64::from(row[i]))));
    let scaled = |row: &[f32; Ground::FEATURES]| -> [f64; WIDE] {
        std::array::from_fn(|i| scale.get(i).map_or(1.0, |(mean, spread)| (f64::from(row[i]) - mean) / spread))
    };
    let rows: Vec<[f64; WIDE]> = features.iter().map(scaled).collect();
    let n = rows.len().max(1) as f64;
    let mut descent = Descent::<WIDE>::new();
    for _ in 0..4 * STEPS {
        let mut gradient = descent.weights.map(|w| SQUARES * w);
        gradient[WIDE - 1] = 0.0;
        for (row, studied) in rows.iter().zip(studied) {
            let score: f64 = row.iter().zip(&descent.weights).map(|(v, w)| v * w).sum();
            let pull = 1.0 / (1.0 + (-score).exp()) - if studied.is_answerable() { 1.0 } else { 0.0 };
            gradient.iter_mut().zip(row).for_each(|(slope, value)| *slope += pull * value / n);
        }
        descent.step(&gradient);
    }
    let shift: f64 = scale.iter().zip(&descent.weights).map(|((mean, spread), w)| w * mean / spread).sum();
    std::array::from_fn(|i| scale.get(i).map_or(descent.weights[i] - shift, |(_, spread)| descent.weights[i] / spread) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::evidence::Features;
    use appliance_core::locator::Span;

    fn studied(held: [f32; 2], answer: usize, coverage: f32) -> Studied {
        let candidate = |i: usize| Candidate {
            source: 0,
            span: Span::new(10 * i, 10 * i + 10),
            features: Features { held: held[i], ..Features::default() },
        };
        Studied {
            candidates: vec![candidate(0), candidate(1)],
            lengths: vec![10, 10],
            words: vec!["一".to_owned(), "二".to_owned()],
            answers: vec![answer == 0, answer == 1],
            holds: vec![answer < 2],
            expected: ["一", "二"].get(answer).map(|a| vec![(*a).to_owned()]).unwrap_or_default(),
            ground: Ground { coverage, similarity: Some(0.8), owners: true, identifiers: true },
        }
    }

    #[test]
    fn what_tells_answers_apart_is_learned() {
        let questions =
            [studied([0.9, 0.1], 0, 0.9), studied([0.2, 0.8], 1, 0.8), studied([0.7, 0.3], 0, 0.9), studied([0.5, 0.5], 2, 0.1)];
        let all: Vec<&Studied> = questions.iter().collect();
        let weights = fit(&all[..3]);
        assert!(weights.features[0] > 1.0, "{weights:?}");
        let judged: Vec<(&Studied, Vec<f32>)> = all[..3].iter().map(|s| (*s, weights.probabilities(&s.candidates))).collect();
        assert_eq!(outlook(&judged, 0.2), Outlook { containment: 1.0, characters: 10.0, precision: 1.0 });
        // What is as likely as the rest is quoted with it where length costs nothing.
        let even: Vec<(&Studied, Vec<f32>)> = all[..3].iter().map(|s| (*s, vec![0.5, 0.5])).collect();
        assert_eq!(outlook(&even, 0.0).characters, 20.0);
        let ground = fit_ground(&all);
        let score = |coverage: f32| ground[3] + ground[0] * coverage + ground[1] * 0.8 + ground[2];
        assert!(score(0.9) > 0.0 && score(0.1) < 0.0, "{ground:?}");
    }
}
