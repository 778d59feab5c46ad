//! Which terms of a question stand in which fields of the passages found: for the reranker's features, and for people who
//! ask why a passage ranks where it does.

use crate::lexical::{Fields, Terms};
use appliance_core::id::PassageId;
use std::collections::{BTreeMap, HashMap};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Searcher, SegmentReader, TERMINATED, Term};

/// The question's terms in one passage. Shares are weighted by rarity, 0 to 1.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Matched {
    /// The share of the question's words that stand in any field.
    pub coverage: f32,
    /// The share of its pairs of neighbouring words.
    pub phrases: f32,
    /// Each word with the fields that hold it.
    pub words: BTreeMap<String, Vec<&'static str>>,
}

/// Looks the question's terms up in some passages.
pub(crate) fn matched(
    searcher: &Searcher,
    fields: &Fields,
    terms: &Terms,
    passages: &[PassageId],
) -> tantivy::Result<HashMap<PassageId, Matched>> {
    let words = weights(searcher, &[fields.body, fields.title], terms.words.keys())?;
    let phrases = weights(searcher, &[fields.phrases], terms.phrases.keys())?;
    let mut found: HashMap<PassageId, Matched> = passages.iter().map(|p| (*p, Matched::default())).collect();
    for segment in searcher.segment_readers() {
        let docs = documents(segment, fields, passages)?;
        if docs.is_empty() {
            continue;
        }
        for (name, field) in fields.worded() {
            each(segment, field, words.keys().copied(), &docs, |passage, word| {
                found.entry(passage).or_default().words.entry(word.to_owned()).or_default().push(name);
            })?;
        }
        each(segment, fields.phrases, phrases.keys().copied(), &docs, |passage, phrase| {
            found.entry(passage).or_default().phrases += phrases.get(phrase).unwrap_or(&0.0);
        })?;
    }
    let (all, all_phrases) = (words.values().sum(), phrases.values().sum());
    for matched in found.values_mut() {
        matched.coverage = share(matched.words.keys().filter_map(|w| words.get(w.as_str())).sum(), all);
        matched.phrases = share(matched.phrases, all_phrases);
    }
    Ok(found)
}

fn share(held: f32, all: f32) -> f32 {
    if all > 0.0 { held / all } else { 0.0 }
}

/// Tells every term that stands in a field of every passage that holds it.
fn each<'t>(
    segment: &SegmentReader,
    field: Field,
    terms: impl Iterator<Item = &'t str>,
    docs: &[(DocId, PassageId)],
    mut tell: impl FnMut(PassageId, &'t str),
) -> tantivy::Result<()> {
    let inverted = segment.inverted_index(field)?;
    for text in terms {
        let term = Term::from_field_text(field, text);
        let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? else { continue };
        for (doc, passage) in docs {
            if postings.doc() < *doc {
                postings.seek(*doc);
            }
            if postings.doc() == TERMINATED {
                break;
            }
            if postings.doc() == *doc {
                tell(*passage, text);
            }
        }
    }
    Ok(())
}

/// The passages that lie in a segment, in the order of its postings.
fn documents(segment: &SegmentReader, fields: &Fields, passages: &[PassageId]) -> tantivy::Result<Vec<(DocId, PassageId)>> {
    let mut docs = Vec::new();
    for passage in passages {
        let term = fields.passage_term(*passage);
        let inverted = segment.inverted_index(term.field())?;
        let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? else { continue };
        while postings.doc() != TERMINATED {
            if segment.alive_bitset().is_none_or(|alive| alive.is_alive(postings.doc())) {
                docs.push((postings.doc(), *passage));
            }
            postings.advance();
        }
    }
    docs.sort();
    Ok(docs)
}

/// How rare each term is among all passages, by the one of some fields that most passages hold it in.
fn weights<'t>(searcher: &Searcher, fields: &[Field], terms: impl Iterator<Item = &'t String>) -> tantivy::Result<BTreeMap<&'t str, f32>> {
    let passages: u64 = searcher.segment_readers().iter().map(|s| u64::from(s.max_doc())).sum();
    let weight = |term: &'t String| {
        let mut holding = 0;
        for field in fields {
            holding = holding.max(searcher.doc_freq(&Term::from_field_text(*field, term))?);
        }
        Ok((term.as_str(), (1.0 + (passages as f32 - holding as f32 + 0.5).max(0.0) / (holding as f32 + 0.5)).ln()))
    };
    terms.map(weight).collect()
}
