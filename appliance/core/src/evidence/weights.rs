//! Weights of the learned choice and of refusals. Written by `kura eval tune-answers`; do not change by hand.
//!
//! Learned on the even questions of jsquad (600 answerable) and jaquad (600 answerable).

use super::features::FEATURES;
use super::ground::Ground;

/// The hash of the embedder whose cosines they weigh.
pub(super) const EMBEDDER: &str = "a6ff752b520667259882470991c67f10223979ea69370fa0b007dcd8e86d251b";

/// Weights of sentences.
#[rustfmt::skip]
pub(super) const SENTENCES: [f32; FEATURES.len()] = [
    1.8057, // held
    3.3033, // headings
    -0.9176, // elsewhere
    2.3654, // before
    0.9531, // after
    4.3770, // standing
    -0.3345, // rank
    0.7359, // first
    9.4292, // similarity
    1.4787, // coverage
    0.7020, // behind_best
    0.9392, // best
    0.1510, // new
    -4.8495, // nothing_new
    1.7251, // concise
    0.2748, // opening
    0.3840, // position
    2.8991, // time
    1.6066, // person
    0.9840, // place
    1.2148, // number
    -0.0505, // reason
    3.2887, // counted
    1.8057, // sentence
    0.0000, // clause_position
    -0.0000, // clause_last
    -0.0000, // clause_only
    0.0000, // clause_before
    0.0000, // clause_after
    -0.2429, // length
    0.2430, // bearing
];
/// Mean characters, and the least probability a character that leads to them.
#[rustfmt::skip]
pub(super) const SENTENCE_MARGINS: &[(f32, f32)] = &[
    (45.0, 0.200000),
    (60.0, 0.200000),
    (75.0, 0.006791),
    (90.0, 0.002087),
    (105.0, 0.001401),
    (120.0, 0.000989),
    (160.0, 0.000508),
    (240.0, 0.000089),
];

/// Weights of clauses.
#[rustfmt::skip]
pub(super) const CLAUSES: [f32; FEATURES.len()] = [
    2.8402, // held
    3.3893, // headings
    -1.1308, // elsewhere
    2.5625, // before
    1.3633, // after
    4.3761, // standing
    -0.2875, // rank
    0.9011, // first
    11.1023, // similarity
    1.2485, // coverage
    0.7225, // behind_best
    0.9292, // best
    0.2127, // new
    -4.2079, // nothing_new
    1.3949, // concise
    0.2859, // opening
    0.3894, // position
    3.2543, // time
    1.1832, // person
    1.1085, // place
    2.7895, // number
    -0.1013, // reason
    4.1765, // counted
    1.6066, // sentence
    -1.2118, // clause_position
    0.5876, // clause_last
    -0.7972, // clause_only
    1.0676, // clause_before
    0.8860, // clause_after
    -0.1387, // length
    0.3340, // bearing
];
/// Mean characters, and the least probability a character that leads to them.
#[rustfmt::skip]
pub(super) const CLAUSE_MARGINS: &[(f32, f32)] = &[
    (45.0, 0.007662),
    (60.0, 0.003718),
    (75.0, 0.002255),
    (90.0, 0.001472),
    (105.0, 0.001067),
    (120.0, 0.000806),
    (160.0, 0.000367),
    (240.0, 0.000053),
];

/// When to answer: coverage, similarity, owners named, and the constant.
pub(super) const GROUND: [f32; Ground::FEATURES + 1] = [9.332291, 26.687267, 0.8654738, -27.925564];
