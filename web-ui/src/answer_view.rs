//! An answer and its evidence, as the pages show them.

use crate::again_view::AgainView;
use crate::arranged_view::{self, ArrangedView};
use crate::failure::Failure;
use crate::feedback_view::{self, AboutView};
use crate::links::{self, Mark};
use crate::page::Page;
use crate::place_view::{Crop, Piece, crop, excerpt};
use crate::record_view::{self, FoundView};
use crate::signed_in::SignedIn;
use crate::validity_view::{self, ValidityView};
use crate::words;
use appliance_core::answer::{Answer, AnswerKind, AnswerSentence, Citation, Repeated, Source, Support, Unresolved, UnresolvedReason};
use appliance_core::id::AnswerId;
use appliance_core::locator::Span;
use appliance_core::validity::is_transitional;

/// Characters of a quotation that a mark shows at once.
const LONGEST_QUOTE: usize = 240;
/// Sources offered after a refusal.
const CANDIDATES: usize = 5;

/// A numbered mark behind a sentence.
pub struct MarkView {
    /// The source's number.
    pub number: u32,
    /// ①.
    pub symbol: String,
    /// The place; `None` when the source is no longer visible.
    pub href: Option<String>,
    /// What a screen reader says.
    pub label: String,
    /// The words that it points at, in their sentence.
    pub quote: QuoteView,
    /// The document and the place, for those who see.
    pub whereabouts: String,
}

/// Words of a source with what stands around them in their sentence.
#[derive(Default)]
pub struct QuoteView {
    /// What stands before them.
    pub before: String,
    /// The words, shortened where they are long.
    pub words: String,
    /// What stands behind them.
    pub after: String,
}

/// A sentence.
pub struct SentenceView {
    /// Its words.
    pub text: String,
    /// Whether it is backed.
    pub supported: bool,
    /// Whether the words are the source's own.
    pub verbatim: bool,
    /// Whether it is the short answer that the next sentence holds.
    pub lead: bool,
    /// In which respects it failed the check, in words.
    pub faults: Vec<String>,
    /// Its marks.
    pub marks: Vec<MarkView>,
}

/// A source beside the answer.
pub struct SourceView {
    /// Its number.
    pub number: u32,
    /// ①.
    pub symbol: String,
    /// The document's title.
    pub title: String,
    /// The headings above the passage.
    pub headings: String,
    /// Where it stands.
    pub place: String,
    /// The place in the viewer.
    pub href: String,
    /// The text, cited parts marked.
    pub pieces: Vec<Piece>,
    /// The place as a picture.
    pub crop: Option<Crop>,
    /// That its characters were recognised in a picture, if they were.
    pub recognised: Option<String>,
    /// Other documents that say the same.
    pub repeated: Vec<RepeatedView>,
    /// When it is in force, where that is known.
    pub validity: Option<ValidityView>,
    /// Whether it is a transitional measure (経過措置).
    pub transitional: bool,
}

/// A place in another document that says the same as a source.
pub struct RepeatedView {
    /// The document's title.
    pub title: String,
    /// Where it stands.
    pub place: String,
    /// The place in the viewer.
    pub href: String,
}

/// The sources: those shown with their text, and the others that were found.
pub struct EvidenceView {
    /// Cited, or nearest to a question without an answer, in the order of their numbers.
    pub cited: Vec<SourceView>,
    /// Found and not cited.
    pub others: Vec<SourceView>,
}

/// A line of the record of how an answer came about.
pub struct RecordLine {
    /// What.
    pub label: String,
    /// Its value.
    pub value: String,
}

/// An answer.
pub struct AnswerView {
    /// `quoted`, `extracted`, `composed` or `refused`.
    pub kind: &'static str,
    /// The kind in words.
    pub kind_words: String,
    /// What the kind means for the reader.
    pub kind_note: String,
    /// What the AI did, and that it must be checked.
    pub notice: String,
    /// Whether the sources do not say.
    pub refused: bool,
    /// Whether the sentences run on as one text.
    pub flowing: bool,
    /// The sentences.
    pub sentences: Vec<SentenceView>,
    /// The answer set out in the form that was asked for; it then takes the sentences' place.
    pub arranged: Option<ArrangedView>,
    /// How many sentences and sources passed the check, in words.
    pub foot: String,
    /// Whether any sentence failed the check.
    pub doubtful: bool,
    /// That sentences were left out, where some were.
    pub dropped: String,
    /// What the check proves, and what it does not.
    pub proof: String,
    /// What is to be said of references that lead nowhere.
    pub unresolved: Vec<String>,
    /// As of which day it was given; empty where that was not kept.
    pub as_of: String,
    /// Whether it rests on little: it is given with the candidates.
    pub thin: bool,
    /// The nearest sources, for a refusal; for a thin answer those that it does not cite.
    pub candidates: Vec<SourceView>,
    /// What a remark may be about.
    pub about: Vec<AboutView>,
    /// How it came about.
    pub record: Vec<RecordLine>,
    /// What was found where, and why.
    pub found: Vec<FoundView>,
    /// Its address, once it is kept.
    pub address: String,
    /// How to ask again of other sources; nothing where none were found.
    pub again: Option<AgainView>,
}

/// The view of an answer.
pub fn answer(page: &Page, id: AnswerId, answer: &Answer) -> AnswerView {
    let refused = answer.kind == AnswerKind::Refused;
    let (kind, note, notice) = match answer.kind {
        AnswerKind::Quoted => ("quoted", "kind-quoted-note", "ai-notice"),
        AnswerKind::Extracted => ("extracted", "kind-extracted-note", "ai-notice-extracted"),
        AnswerKind::Composed => ("composed", "kind-composed-note", "ai-notice"),
        AnswerKind::Refused => ("refused", "kind-refused-note", "ai-notice-refused"),
    };
    let note = if answer.undecided { "kind-undecided-note" } else { note };
    let cited = |s: &&Source| answer.sentences.iter().flat_map(|a| &a.citations).any(|c| c.source == s.number);
    let nearest = answer.sources.iter().filter(|s| refused || answer.thin && !cited(s));
    let candidates = nearest.take(CANDIDATES).map(|s| source(page, s, &[])).collect();
    let mut sentences = sentences(page, answer);
    for mark in sentences.iter_mut().flat_map(|s| &mut s.marks) {
        mark.href = mark.href.take().map(|href| links::of_answer(&href, id));
    }
    AnswerView {
        kind,
        kind_words: words::kind(page, answer.kind),
        kind_note: page.t(note),
        notice: page.t(notice),
        refused,
        flowing: answer.kind == AnswerKind::Composed,
        sentences,
        arranged: answer.arranged.as_ref().map(|a| arranged_view::view(page, answer, a)),
        foot: foot(page, answer),
        doubtful: answer.sentences.iter().any(|s| s.support == Support::Unsupported),
        dropped: if answer.record.dropped > 0 { page.with("answer-dropped", "count", answer.record.dropped) } else { String::new() },
        proof: page.t(if answer.kind == AnswerKind::Composed { "check-proof-composed" } else { "check-proof-quoted" }),
        unresolved: answer.unresolved.iter().map(|u| unresolved(page, u)).collect(),
        as_of: answer.as_of.map(|day| validity_view::as_of(page, day)).unwrap_or_default(),
        thin: answer.thin,
        candidates,
        about: feedback_view::about(answer),
        record: record(page, answer),
        found: record_view::found(page, answer),
        address: format!("/answers/{id}"),
        again: None,
    }
}

impl AnswerView {
    /// Whether anybody is named whom to ask.
    pub fn has_contacts(&self) -> bool {
        self.about.iter().any(|a| a.contact.is_some())
    }

    /// The same with a way to ask again.
    pub fn with_again(mut self, again: AgainView) -> Self {
        self.again = Some(again).filter(|a| !a.documents.is_empty());
        self
    }

    /// The same with whom to ask about its documents.
    pub async fn with_contacts(mut self, by: &SignedIn) -> Result<Self, Failure> {
        let documents: Vec<_> = self.about.iter().map(|a| a.id).collect();
        let mut contacts = by.site.desk.feedback.contacts(&by.viewer, &documents).await?;
        for one in &mut self.about {
            let at = contacts.iter().position(|(document, _)| *document == one.id);
            one.contact = at.map(|at| contacts.swap_remove(at).1);
        }
        Ok(self)
    }
}

/// The view of an answer's sources.
pub fn evidence(page: &Page, answer: &Answer) -> EvidenceView {
    // A source that only an unconfirmed sentence names backs nothing.
    let rows = answer.arranged.iter().flat_map(|a| a.lead.iter().chain(a.rows.iter().map(|r| &r.backing)));
    let shown: Vec<&AnswerSentence> = answer.sentences.iter().chain(rows).collect();
    let supported = || shown.iter().filter(|s| s.support == Support::Supported);
    let quotes =
        |number: u32| -> Vec<Citation> { supported().flat_map(|s| &s.citations).filter(|c| c.source == number).copied().collect() };
    let (mut cited, mut others) = (Vec::new(), Vec::new());
    for found in &answer.sources {
        let citations = quotes(found.number);
        let view = source(page, found, &citations);
        // After a refusal the nearest passages are shown with their text, for the reader to judge.
        let in_full = if answer.kind == AnswerKind::Refused { cited.len() < CANDIDATES } else { !citations.is_empty() };
        if in_full { cited.push(view) } else { others.push(view) }
    }
    EvidenceView { cited, others }
}

/// The view of sources that no answer rests on yet.
pub fn found(page: &Page, sources: &[Source]) -> EvidenceView {
    EvidenceView { cited: Vec::new(), others: sources.iter().map(|s| source(page, s, &[])).collect() }
}

fn sentences(page: &Page, answer: &Answer) -> Vec<SentenceView> {
    let held_by_next = |i: usize, sentence: &AnswerSentence| {
        answer.kind == AnswerKind::Quoted && answer.sentences.get(i + 1).is_some_and(|next| next.text.contains(&sentence.text))
    };
    let view = |(i, sentence): (usize, &AnswerSentence)| SentenceView {
        text: sentence.text.clone(),
        supported: sentence.support == Support::Supported,
        verbatim: sentence.verbatim,
        lead: held_by_next(i, sentence),
        faults: sentence.faults.iter().map(|f| words::fault(page, f)).collect(),
        marks: sentence.citations.iter().map(|c| mark(page, answer, *c)).collect(),
    };
    answer.sentences.iter().enumerate().map(view).collect()
}

pub(crate) fn mark(page: &Page, answer: &Answer, citation: Citation) -> MarkView {
    let symbol = words::circled(citation.source);
    let Some((source, locator)) = answer.source(citation.source).zip(answer.place(citation)) else {
        let (quote, whereabouts) = (QuoteView::default(), String::new());
        return MarkView { number: citation.source, symbol, href: None, label: page.t("source-gone"), quote, whereabouts };
    };
    let mark = Mark { passage: source.passage.id, quote: citation.quote, version: Some(source.passage.version) };
    let place = words::place(page, &locator.place);
    MarkView {
        number: citation.source,
        symbol,
        quote: quoted(source, citation),
        whereabouts: format!("{} {place}", source.passage.title),
        label: label(page, source, &place),
        href: Some(links::place(source.passage.document, &locator.place, Some(mark))),
    }
}

/// The words that a citation points at, in their sentence; of a whole passage, what it begins with.
fn quoted(source: &Source, citation: Citation) -> QuoteView {
    let text = &source.passage.passage.text;
    let cited = citation.quote.and_then(|quote| Some((text.get(..quote.start)?, quote.slice(text)?, text.get(quote.end..)?)));
    let Some((before, words, after)) = cited else {
        return QuoteView { words: shortened(text.trim()), ..QuoteView::default() };
    };
    let ends = |c: char| matches!(c, '。' | '\n');
    let begins = before.rfind(ends).map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let closed = words.trim_end().ends_with(ends);
    let ended = after.find(ends).map_or(after.len(), |at| at + after[at..].chars().next().map_or(0, char::len_utf8));
    let rest = if closed { "" } else { after[..ended].trim_end() };
    let start = before[begins..].trim_start();
    let room = |part: &str| part.chars().count() <= LONGEST_QUOTE;
    QuoteView {
        before: if room(start) { start.to_owned() } else { "…".to_owned() },
        words: shortened(words),
        after: if room(rest) { rest.to_owned() } else { "…".to_owned() },
    }
}

fn shortened(words: &str) -> String {
    match words.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

/// What a screen reader says of a mark; that its words come from a picture belongs to it.
fn label(page: &Page, source: &Source, place: &str) -> String {
    let (number, title) = (source.number.into(), source.passage.title.as_str().into());
    let label = page.words("citation-label", &[("number", number), ("title", title), ("place", place.into())]);
    let label = match source.passage.passage.recognised {
        Some(confidence) => format!("{label} {}", page.with("page-recognised", "percent", words::percent(confidence))),
        None => label,
    };
    match validity_view::validity(page, &source.passage.days) {
        Some(validity) => format!("{label} {} {}", validity.mark, validity.days),
        None => label,
    }
}

fn source(page: &Page, source: &Source, citations: &[Citation]) -> SourceView {
    let stored = &source.passage;
    let quotes: Vec<Span> = citations.iter().filter_map(|c| c.quote).collect();
    // The widest quotation is the sentence that the shorter ones were taken from.
    let widest = quotes.iter().max_by_key(|q| q.len()).copied();
    let locator = &stored.passage.locator;
    let place = match widest {
        Some(quote) => locator.narrowed(Span::new(locator.span.start + quote.start, locator.span.start + quote.end)).place,
        None => locator.place.clone(),
    };
    let mark = Mark { passage: stored.id, quote: widest, version: Some(stored.version) };
    SourceView {
        number: source.number,
        symbol: words::circled(source.number),
        title: stored.title.clone(),
        headings: words::headings(&stored.title, &stored.passage.heading_path),
        place: words::place(page, &place),
        href: links::place(stored.document, &place, Some(mark)),
        pieces: excerpt(&stored.passage.text, &quotes),
        crop: if citations.is_empty() { None } else { crop(stored.document, stored.version, &place) },
        recognised: words::recognised(page, stored.passage.recognised),
        repeated: source.repeated.iter().map(|r| repeated(page, r)).collect(),
        validity: validity_view::validity(page, &stored.days),
        transitional: is_transitional(&stored.passage.heading_path, &stored.passage.text),
    }
}

fn repeated(page: &Page, repeated: &Repeated) -> RepeatedView {
    let place = &repeated.locator.place;
    RepeatedView {
        title: repeated.title.clone(),
        place: words::place(page, place),
        href: links::place(repeated.document, place, Some(Mark { passage: repeated.passage, quote: None, version: None })),
    }
}

fn unresolved(page: &Page, unresolved: &Unresolved) -> String {
    let key = match unresolved.reason {
        UnresolvedReason::NoSuchPlace => "unresolved-place",
        UnresolvedReason::NoSuchName => "unresolved-name",
    };
    page.with(key, "written", unresolved.written.as_str())
}

fn foot(page: &Page, answer: &Answer) -> String {
    let mut backing: Vec<u32> =
        answer.sentences.iter().filter(|s| s.support == Support::Supported).flat_map(|s| &s.citations).map(|c| c.source).collect();
    backing.sort_unstable();
    backing.dedup();
    page.with("answer-checked", "sources", backing.len())
}

fn record(page: &Page, answer: &Answer) -> Vec<RecordLine> {
    let record = &answer.record;
    let mut lines: Vec<RecordLine> = record
        .stages
        .iter()
        .map(|(stage, ms)| RecordLine {
            label: words::stage(page, *stage),
            value: page.with("seconds", "seconds", format!("{:.1}", *ms as f64 / 1000.0)),
        })
        .collect();
    let mut add = |key: &str, value: String| lines.push(RecordLine { label: page.t(key), value });
    add("record-found", record.found.to_string());
    add("record-sources", answer.sources.len().to_string());
    if let Some(mode) = record.mode {
        add("record-mode", words::mode(page, mode));
    }
    if record.rewritten {
        add("record-rewritten", page.t("record-rewritten-once"));
    }
    if record.dropped > 0 {
        add("record-dropped", record.dropped.to_string());
    }
    if let Some(generator) = &record.generator {
        add("record-generator", format!("{} ({})", generator.name, generator.hash.short()));
    }
    add("record-embedder", format!("{} ({})", record.embedder.name, record.embedder.hash.short()));
    if let Some(prompt) = &record.prompt {
        add("record-prompt", prompt.clone());
        add("record-seed", record.seed.to_string());
    }
    lines
}
