//! How many follow-ups are made plain rightly: `followups.tsv`, every other line of which was kept aside while the rules were written.

use super::{Before, plain};
use crate::folding::fold_tight;
use crate::reference::Context;

/// A follow-up with what its plain form must hold, and what it must not.
struct Case {
    before: &'static str,
    typed: &'static str,
    holds: Vec<&'static str>,
    lacks: Vec<&'static str>,
}

fn cases() -> Vec<Case> {
    let lines = include_str!("followups.tsv").lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|line| {
            let mut fields = line.split('\t');
            let mut next = || fields.next().unwrap_or_default();
            let (before, typed, holds, lacks) = (next(), next(), next(), next());
            let words = |field: &'static str| field.split(',').filter(|w| !w.is_empty()).collect();
            Case { before, typed, holds: words(holds), lacks: words(lacks) }
        })
        .collect()
}

impl Case {
    fn plain(&self) -> Option<String> {
        let context = Context::named_in(self.before);
        plain(self.typed, &Before { question: self.before, context, answered: Vec::new() })
    }

    fn is_right(&self) -> bool {
        let plain = self.plain();
        if self.holds == ["="] {
            return plain.is_none();
        }
        let Some(plain) = plain.map(|p| fold_tight(&p)) else { return false };
        self.holds.iter().all(|w| plain.contains(&fold_tight(w))) && !self.lacks.iter().any(|w| plain.contains(&fold_tight(w)))
    }
}

fn right(half: usize) -> (usize, usize) {
    let cases: Vec<Case> = cases().into_iter().enumerate().filter(|(i, _)| i % 2 == half).map(|(_, c)| c).collect();
    for case in cases.iter().filter(|c| !c.is_right()) {
        eprintln!("wrong: {} / {} -> {:?}", case.before, case.typed, case.plain());
    }
    (cases.iter().filter(|c| c.is_right()).count(), cases.len())
}

#[test]
fn follow_ups_are_made_plain() {
    let (ours, all) = right(0);
    eprintln!("{ours} of {all} right of those that the rules were written with");
    assert!(ours * 100 >= all * 95, "{ours} of {all}");
}

#[test]
fn follow_ups_that_were_kept_aside_are_made_plain() {
    let (held_out, all) = right(1);
    eprintln!("{held_out} of {all} right of those kept aside");
    assert!(held_out * 100 >= all * 80, "{held_out} of {all}");
}

#[test]
fn a_plain_question_keeps_every_number_and_name_of_the_one_typed() {
    for case in cases() {
        let Some(plain) = case.plain() else { continue };
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
        assert!(digits(&plain) >= digits(case.typed), "{} -> {plain}", case.typed);
    }
}
