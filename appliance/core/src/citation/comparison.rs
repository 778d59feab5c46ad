//! Comparing a sentence with the passages it cites, criterion by criterion.

use super::alignment::{Alignment, Gap, align};
use super::fault::{Criterion, Fault};
use super::token::{Cue, Kind, Placed, Token, Tokens, leading_labels};
use super::wording::{self, Word};
use crate::answer::Source;
use crate::folding::pair_set;
use std::collections::HashSet;
use std::ops::Range;

/// The share of a sentence's pairs of characters that its cited passages must hold. Between the true sentences and those
/// that cite another passage of `kura eval check` (docs/measurements/check.md).
pub const LEAST_OVERLAP: f32 = 0.5;
/// The share of a sentence's tokens that stand in one place of the source, from which it is that place reworded, so that
/// every word that differs must be accounted for.
const REPEATED: f32 = 0.6;
/// The share of what a ただし says that an answer must say, to have kept it.
const KEPT: f32 = 0.4;
/// Characters of a name.
const LONGEST_NAME: usize = 12;

/// The passages that a sentence cites, read for comparison.
struct Place<'a> {
    text: &'a str,
    /// With title and headings.
    all: Tokens,
    /// In its supplementary provisions.
    supplementary: bool,
    /// The labels that lead its text and headings: where it stands itself.
    own: Vec<Token>,
}

impl<'a> Place<'a> {
    fn of(source: &'a Source) -> Self {
        let stored = &source.passage;
        let headings = stored.passage.heading_path.join("\n");
        let heads = Tokens::of(&headings);
        let mut own: Vec<Token> = heads.placed.into_iter().map(|p| p.token).filter(|t| matches!(t, Token::Article(_))).collect();
        own.extend(leading_labels(&stored.passage.text));
        Self {
            text: &stored.passage.text,
            all: Tokens::of(&stored.passage.with_headings(&stored.title)),
            supplementary: headings.contains("附則") || stored.passage.text.trim_start().starts_with("附則"),
            own,
        }
    }

    fn holds(&self, token: &Token) -> bool {
        let covers = |other: &Token| match (token, other) {
            (Token::Date(y, m, d), Token::Date(oy, om, od)) => (*y == 0 || y == oy) && (*m == 0 || m == om) && (*d == 0 || d == od),
            _ => token == other,
        };
        self.all.placed.iter().any(|p| covers(&p.token)) || self.own.contains(token)
    }
}

/// The respects in which `sentence` says something else than the sources it cites. `besides` is what the rest of the answer
/// says of the same sources: an exception that it tells is not dropped.
pub(super) fn faults(sentence: &str, cited: &[&Source], besides: &str) -> Vec<Fault> {
    let places: Vec<Place<'_>> = cited.iter().map(|s| Place::of(s)).collect();
    let said = Tokens::of(sentence);
    let alignments = places.iter().filter_map(|place| align(&said, place.text));
    let nearest = alignments.max_by(|a, b| a.share.total_cmp(&b.share));
    let mut comparison = Comparison { said, places, faults: Vec::new() };
    comparison.facts();
    comparison.provisions();
    comparison.words(nearest.as_ref());
    comparison.overlap();
    if let Some(alignment) = nearest {
        if alignment.share >= REPEATED {
            comparison.repeated(&alignment);
        } else {
            comparison.reworded(&alignment);
        }
        comparison.exception_behind(&alignment, besides);
    }
    let mut seen = HashSet::new();
    comparison.faults.retain(|fault| seen.insert(fault.clone()));
    comparison.faults
}

struct Comparison<'a> {
    said: Tokens,
    places: Vec<Place<'a>>,
    faults: Vec<Fault>,
}

fn criterion(token: &Token) -> Criterion {
    match token {
        Token::Date(..) | Token::Weekday(_) | Token::Time(_) => Criterion::Date,
        Token::Article(_) => Criterion::Article,
        Token::Amount(_, "" | "/") => Criterion::Number,
        _ => Criterion::Amount,
    }
}

impl Comparison<'_> {
    fn fault(&mut self, criterion: Criterion, written: impl Into<String>) {
        self.faults.push(Fault::new(criterion, written));
    }

    fn written(&self, i: usize) -> String {
        self.said.text(i, i).trim().to_owned()
    }

    /// Every figure, day and article of the sentence stands in a cited place.
    fn facts(&mut self) {
        for (i, placed) in self.said.placed.clone().iter().enumerate() {
            if placed.token.is_fact() && !self.places.iter().any(|place| place.holds(&placed.token)) {
                self.fault(criterion(&placed.token), self.written(i));
            }
        }
    }

    /// What is said of the supplementary provisions stands in them, and the other way round.
    fn provisions(&mut self) {
        let of = |key: &str| key.starts_with("附則");
        let labels: Vec<String> =
            self.said.placed.iter().filter_map(|p| if let Token::Article(key) = &p.token { Some(key.clone()) } else { None }).collect();
        let mentions = |place: &Place<'_>| place.all.folded.contains("附則");
        if labels.iter().any(|key| of(key)) && !self.places.iter().any(|p| p.supplementary || mentions(p)) {
            self.fault(Criterion::Provision, "附則");
        }
        let only_supplementary = !self.places.is_empty() && self.places.iter().all(|p| p.supplementary);
        let main = self.said.folded.contains("本則");
        let own = |key: &String| self.places.iter().any(|p| p.own.contains(&Token::Article(key.clone())));
        let begins = self.said.placed.first().is_some_and(|p| matches!(&p.token, Token::Article(key) if !of(key) && own(key)));
        let names_itself = begins
            && !labels.iter().any(|key| of(key))
            && self.said.placed.get(1).is_none_or(|p| p.token == Token::Letter('は') || p.token == Token::Letter('で'));
        if only_supplementary && ((main && !self.places.iter().any(|p| p.all.folded.contains("本則"))) || names_itself) {
            self.fault(Criterion::Provision, "本則");
        }
    }

    /// Every name stands in a cited place; of a sentence that repeats its source, every word.
    fn words(&mut self, nearest: Option<&Alignment>) {
        let words = wording::words(&self.said);
        let foreign = |word: &&Word| !self.places.iter().any(|p| wording::stands(&word.text, &p.all.folded));
        let foreign: Vec<Word> = words.iter().filter(foreign).cloned().collect();
        let repeats = nearest.is_some_and(|a| a.share >= REPEATED);
        let mut faults = Vec::new();
        for word in foreign {
            let several = word.text.chars().count() > 1;
            let takes_a_place = nearest.is_some_and(|a| a.gaps.iter().any(|gap| overlaps(&word, gap) && replaces_content(a, gap)));
            if wording::is_document(&word.text) {
                faults.push(Fault::new(Criterion::Document, word.text));
            } else if wording::is_name(&word, &self.said) || (repeats && (several || takes_a_place)) {
                faults.push(Fault::new(Criterion::Name, word.text));
            }
        }
        self.faults.extend(faults);
    }

    fn overlap(&mut self) {
        let overlap = self.places.iter().map(|p| wording::overlap(&self.said, &p.all)).fold(0.0, f32::max);
        if overlap < LEAST_OVERLAP {
            self.fault(Criterion::Content, "");
        }
    }

    /// What differs between the sentence and the place that it repeats.
    fn repeated(&mut self, alignment: &Alignment) {
        for gap in &alignment.gaps {
            let said: Vec<Placed> = self.said.placed[gap.said.clone()].to_vec();
            let source: Vec<Placed> = alignment.window.placed[gap.source.clone()].to_vec();
            self.exchanged_facts(gap, &said, &source);
            self.exchanged_names(gap, &said, &source, alignment);
            self.modes(gap, &said, &source, alignment);
            self.bounds(gap, &said, &source, alignment);
            self.exceptions(&said, &source, alignment);
        }
    }

    /// A figure where the source has another of its kind, though it may stand elsewhere in the place.
    fn exchanged_facts(&mut self, gap: &Gap, said: &[Placed], source: &[Placed]) {
        for (i, placed) in said.iter().enumerate().filter(|(_, p)| p.token.is_fact()) {
            if source.iter().any(|s| covers(&placed.token, &s.token)) {
                continue;
            }
            if source.iter().any(|s| s.token.is_fact() && criterion(&s.token) == criterion(&placed.token)) {
                self.fault(criterion(&placed.token), self.written(gap.said.start + i));
            }
        }
    }

    /// A word where the source has another, though it may stand elsewhere in the place; and 不, 非, 未, 無 in front of a word.
    fn exchanged_names(&mut self, gap: &Gap, said: &[Placed], source: &[Placed], alignment: &Alignment) {
        let (here, there) = (run(said), run(source));
        for (prefix, other) in [(&here, &there), (&there, &here)] {
            if matches!(prefix.as_str(), "不" | "非" | "未" | "無") && other.is_empty() {
                self.fault(Criterion::Negation, prefix.clone());
            }
        }
        let short = here.chars().count() <= LONGEST_NAME && there.chars().count() <= LONGEST_NAME;
        if !short || (here.is_empty() && there.is_empty()) {
            return;
        }
        let place = around(&alignment.window, &gap.source);
        for word in wording::words(&self.said).into_iter().filter(|w| w.first <= gap.said.end && gap.said.start <= w.last + 1) {
            let touched = overlaps(&word, gap);
            let both = !here.is_empty() && !there.is_empty();
            let letters = word.text.chars().count();
            // A single character is a word of its own only where it takes another's place.
            let inside = word.first < gap.said.start && gap.said.end <= word.last;
            let part = inside || !here.is_empty() || adjoins_run(alignment, gap, there.as_str());
            let changed = if letters == 1 { touched && both } else { touched || part };
            let times = |text: &str| text.matches(word.text.as_str()).count();
            // Said more often than there: it took the place of something else.
            let again = touched && both && times(&self.said.folded) > times(&alignment.window.folded);
            let general = wording::is_general(&word.text);
            if changed && !general && (again || !wording::stands(&word.text, &place)) {
                self.fault(Criterion::Name, word.text);
            }
        }
    }

    /// Denials, duties and permissions.
    fn modes(&mut self, gap: &Gap, said: &[Placed], source: &[Placed], alignment: &Alignment) {
        let (here, there) = (cues(said, Kind::Mode), cues(source, Kind::Mode));
        for (i, cue) in &here {
            let same = there.iter().any(|(_, other)| same_mode(*cue, *other));
            let turned = matches!(cue, Cue::Must | Cue::May) && !there.is_empty();
            if !same && (cue.denies() || turned) {
                self.fault(Criterion::Negation, self.written(gap.said.start + i));
            }
        }
        for (i, cue) in &there {
            let same = here.iter().any(|(_, other)| same_mode(*cue, *other));
            let stem_left_out = source[..*i].iter().rev().take(4).any(|p| p.token.is_content()) && run(said).is_empty();
            if !same && cue.denies() && !stem_left_out {
                self.fault(Criterion::Negation, alignment.window.text(gap.source.start + i, gap.source.start + i).to_owned());
            }
        }
    }

    /// Limits of numbers and times.
    fn bounds(&mut self, gap: &Gap, said: &[Placed], source: &[Placed], alignment: &Alignment) {
        let (here, there) = (cues(said, Kind::Bound), cues(source, Kind::Bound));
        for (i, cue) in &here {
            if there.iter().any(|(_, other)| same_bound(*cue, *other)) {
                continue;
            }
            let own = &self.said.placed[gap.said.start + i];
            let before = (gap.said.start + i).checked_sub(1).map(|before| &self.said.placed[before]);
            let limits = !there.is_empty() || before.is_some_and(|before| before.token.is_fact() && before.end == own.start);
            if limits {
                self.fault(Criterion::Bound, self.written(gap.said.start + i));
            }
        }
        for (i, cue) in &there {
            if here.iter().any(|(_, other)| same_bound(*cue, *other)) {
                continue;
            }
            // What it limits is left out with it, when that stands in the gap too.
            let limited = gap.source.start.checked_sub(1).map(|before| &alignment.window.placed[before]);
            if *i == 0 && limited.is_some_and(|before| before.token.is_fact() && before.end == source[0].start) {
                self.fault(Criterion::Bound, alignment.window.text(gap.source.start + i, gap.source.start + i).to_owned());
            }
        }
    }

    /// Exceptions of the rule.
    fn exceptions(&mut self, said: &[Placed], source: &[Placed], alignment: &Alignment) {
        let (here, there) = (cues(said, Kind::Exception), cues(source, Kind::Exception));
        let all_said: Vec<Cue> = cues(&self.said.placed, Kind::Exception).into_iter().map(|(_, c)| c).collect();
        let all_source: Vec<Cue> = cues(&alignment.window.placed, Kind::Exception).into_iter().map(|(_, c)| c).collect();
        let count = |list: &[Cue], cue: Cue| list.iter().filter(|c| **c == cue).count();
        for (i, cue) in &here {
            if !there.iter().any(|(_, other)| other == cue) && count(&all_said, *cue) > count(&all_source, *cue) {
                self.fault(Criterion::Exception, self.said.folded[said[*i].start..said[*i].end].to_owned());
            }
        }
        for (i, cue) in &there {
            if !here.iter().any(|(_, other)| other == cue) && count(&all_source, *cue) > count(&all_said, *cue) {
                self.fault(Criterion::Exception, alignment.window.folded[source[*i].start..source[*i].end].to_owned());
            }
        }
    }

    /// Of a sentence in words of its own, whether it denies as its source does.
    fn reworded(&mut self, alignment: &Alignment) {
        let denies = |tokens: &Tokens| tokens.placed.iter().any(|p| matches!(p.token, Token::Cue(c) if c.denies()));
        let somewhere = self.places.iter().any(|p| denies(&p.all));
        if denies(&self.said) && !somewhere {
            self.fault(Criterion::Negation, "");
        }
        let window_denies_once = alignment.window.placed.iter().filter(|p| matches!(p.token, Token::Cue(c) if c.denies())).count() == 1;
        if window_denies_once && !denies(&self.said) && alignment.share > 0.4 {
            self.fault(Criterion::Negation, "");
        }
    }

    /// A ただし right behind what is repeated, which neither the sentence nor the rest of the answer tells.
    fn exception_behind(&mut self, alignment: &Alignment, besides: &str) {
        let following = &alignment.following;
        let limits = ["ただし", "但し", "この限りでない"].iter().any(|word| following.trim_start().starts_with(word));
        if !limits {
            return;
        }
        let told = pair_set(&format!("{} {besides}", self.said.folded));
        // What the rule itself says too does not tell whether its exception was told.
        let rule = pair_set(&alignment.window.folded);
        let exception: Vec<String> = pair_set(following).into_iter().filter(|pair| !rule.contains(pair)).collect();
        let kept = exception.iter().filter(|pair| told.contains(*pair)).count() as f32 / exception.len().max(1) as f32;
        if kept < KEPT {
            self.fault(Criterion::Exception, "ただし");
        }
    }
}

fn covers(token: &Token, other: &Token) -> bool {
    match (token, other) {
        (Token::Date(y, m, d), Token::Date(oy, om, od)) => (*y == 0 || y == oy) && (*m == 0 || m == om) && (*d == 0 || d == od),
        _ => token == other,
    }
}

fn cues(tokens: &[Placed], kind: Kind) -> Vec<(usize, Cue)> {
    let of = |(i, p): (usize, &Placed)| if let Token::Cue(cue) = p.token { Some((i, cue)).filter(|(_, c)| c.kind() == kind) } else { None };
    tokens.iter().enumerate().filter_map(of).collect()
}

fn same_mode(a: Cue, b: Cue) -> bool {
    a == b || (a.denies() && b.denies())
}

fn same_bound(a: Cue, b: Cue) -> bool {
    let alike = |x: Cue, y: Cue| matches!((x, y), (Cue::Since, Cue::After) | (Cue::UpTo, Cue::Until));
    a == b || alike(a, b) || alike(b, a)
}

fn overlaps(word: &Word, gap: &Gap) -> bool {
    word.first < gap.said.end && gap.said.start <= word.last
}

fn replaces_content(alignment: &Alignment, gap: &Gap) -> bool {
    alignment.window.placed[gap.source.clone()].iter().any(|p| p.token.is_content())
}

/// The characters and words of meaning among some tokens, figures and cues aside.
fn run(tokens: &[Placed]) -> String {
    let letters = tokens.iter().filter(|p| p.token.is_content());
    letters
        .filter_map(|p| match &p.token {
            Token::Letter(c) => Some(c.to_string()),
            Token::Word(word) => Some(format!("{word} ")),
            _ => None,
        })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// The source's text around a gap, to the ends of the words that it touches and some characters further.
fn around(window: &Tokens, source: &Range<usize>) -> String {
    const NEAR: usize = 8;
    let mut first = source.start.saturating_sub(NEAR);
    let mut last = (source.end + NEAR).min(window.placed.len()).saturating_sub(1);
    for word in wording::words(window) {
        let holds = |i: usize| word.first <= i && i <= word.last;
        (first, last) = (if holds(first) { word.first } else { first }, if holds(last) { word.last } else { last });
    }
    window.text(first, last).chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether what the source has in a gap is the beginning or end of a longer word there (the 東 of 東京都).
fn adjoins_run(alignment: &Alignment, gap: &Gap, there: &str) -> bool {
    !there.is_empty()
        && wording::words(&alignment.window).iter().any(|w| w.first < gap.source.end && gap.source.start <= w.last && w.text != there)
}
