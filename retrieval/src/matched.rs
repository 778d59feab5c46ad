//! Which words of a question stand in which fields of the passages found: for the reranker's coverage, and for people who
//! ask why a passage ranks where it does.

use crate::lexical::{Fields, Terms};
use appliance_core::id::PassageId;
use std::collections::{BTreeMap, HashMap};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Searcher, TERMINATED, Term};

/// The question's words in one passage.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Matched {
    /// The share of the question's words, weighted by rarity, that stand in any field; 0 to 1.
    pub coverage: f32,
    /// Each word with the fields that hold it.
    pub words: BTreeMap<String, Vec<&'static str>>,
}

/// Looks the question's words up in some passages.
pub(crate) fn matched(
    searcher: &Searcher,
    fields: &Fields,
    terms: &Terms,
    passages: &[PassageId],
) -> tantivy::Result<HashMap<PassageId, Matched>> {
    let weights = weights(searcher, fields, terms)?;
    let total: f32 = weights.values().sum();
    let mut found: HashMap<PassageId, Matched> = passages.iter().map(|p| (*p, Matched::default())).collect();
    for segment in searcher.segment_readers() {
        let docs = documents(segment, fields, passages)?;
        if docs.is_empty() {
            continue;
        }
        for (name, field) in fields.worded() {
            let inverted = segment.inverted_index(field)?;
            for word in weights.keys() {
                let term = Term::from_field_text(field, word);
                let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? else { continue };
                for (doc, passage) in &docs {
                    if postings.doc() < *doc {
                        postings.seek(*doc);
                    }
                    if postings.doc() == TERMINATED {
                        break;
                    }
                    if postings.doc() == *doc {
                        found.entry(*passage).or_default().words.entry((*word).to_owned()).or_default().push(name);
                    }
                }
            }
        }
    }
    for matched in found.values_mut() {
        let held: f32 = matched.words.keys().filter_map(|w| weights.get(w.as_str())).sum();
        matched.coverage = if total > 0.0 { held / total } else { 0.0 };
    }
    Ok(found)
}

/// The passages that lie in a segment, in the order of its postings.
fn documents(segment: &tantivy::SegmentReader, fields: &Fields, passages: &[PassageId]) -> tantivy::Result<Vec<(DocId, PassageId)>> {
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

/// How rare each of the question's words is among all passages.
fn weights<'t>(searcher: &Searcher, fields: &Fields, terms: &'t Terms) -> tantivy::Result<BTreeMap<&'t str, f32>> {
    let passages: u64 = searcher.segment_readers().iter().map(|s| u64::from(s.max_doc())).sum();
    let weight = |word: &'t String| {
        let rarest = |field: Field| searcher.doc_freq(&Term::from_field_text(field, word));
        let holding = rarest(fields.body)?.max(rarest(fields.title)?);
        Ok((word.as_str(), (1.0 + (passages as f32 - holding as f32 + 0.5).max(0.0) / (holding as f32 + 0.5)).ln()))
    };
    terms.words.keys().map(weight).collect()
}
