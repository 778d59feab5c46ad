//! References of a question looked up in the index: the very article that is asked for comes first.
//!
//! Only what the viewer may see is looked at: a name or a place that is hidden is as unknown as one that does not exist,
//! in what is found, in what is offered instead, and in which of several names is taken for meant.

use crate::error::RetrievalError;
use crate::in_force::InForce;
use crate::lexical::Fields;
use crate::permission::Permission;
use appliance_core::id::{CollectionId, DocumentId, PassageId};
use appliance_core::ranking::{FusedScore, HybridQuery, RankedPassage, ReferenceOutcome, ResolvedReference};
use appliance_core::reference::{Address, Context, Reference, naming, references};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use tantivy::collector::DocSetCollector;
use tantivy::query::{BooleanQuery, Occur, Query, TermSetQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, Term};

/// Passages that one reference puts first.
const FIRST: usize = 10;
/// Places and names offered instead of an unknown one.
const NEAREST: usize = 3;
/// Names that are tried for one reference.
const TRIED: usize = 24;
/// Regulations that one name may mean at once; a name that means more means none.
const MEANT_AT_ONCE: usize = 3;
/// Passages of a regulation that are read for its places.
const READ: usize = 20_000;

/// The names of all regulations and documents of the index, in order.
pub(crate) fn known_names(searcher: &Searcher, fields: &Fields) -> Result<Vec<String>, RetrievalError> {
    let mut names = BTreeSet::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(fields.names)?;
        let mut terms = inverted.terms().stream().map_err(tantivy::TantivyError::from)?;
        while terms.advance() {
            names.extend(std::str::from_utf8(terms.key()).map(str::to_owned));
        }
    }
    Ok(names.into_iter().collect())
}

/// Puts the passages that references found before all others, in the order of the references.
pub(crate) fn first(references: &[ResolvedReference], ranked: Vec<RankedPassage>, limit: usize) -> Vec<RankedPassage> {
    let mut named: Vec<PassageId> = Vec::new();
    for reference in references {
        if let ReferenceOutcome::Found { passages } = &reference.outcome {
            named.extend(passages.iter().take(FIRST));
        }
    }
    let mut seen = HashSet::new();
    named.retain(|p| seen.insert(*p));
    // Above every sum of reciprocal ranks that is left, in falling order.
    let top = ranked.first().map_or(0.0, |r| r.score.0) + 1.0;
    let mut all: Vec<RankedPassage> = Vec::with_capacity(limit);
    for (i, passage) in named.into_iter().enumerate() {
        let score = FusedScore(top + 1.0 / (i + 1) as f32);
        let found = ranked.iter().find(|r| r.passage == passage).copied();
        let unranked = RankedPassage { passage, score, lexical: None, vector: None, named: true };
        all.push(RankedPassage { score, named: true, ..found.unwrap_or(unranked) });
    }
    all.extend(ranked.into_iter().filter(|r| !seen.contains(&r.passage)));
    all.truncate(limit);
    all
}

/// Looks references up among what is permitted.
pub(crate) struct Resolver<'a> {
    pub searcher: &'a Searcher,
    pub fields: &'a Fields,
    /// All names of the index.
    pub names: &'a [String],
    pub permission: Permission<'a>,
}

impl Resolver<'_> {
    /// What becomes of each reference of the question.
    pub fn resolve(&self, query: &HybridQuery) -> Result<Vec<ResolvedReference>, RetrievalError> {
        let written = references(query.text(), query.context());
        let mut resolved = Vec::with_capacity(written.len());
        for reference in &written {
            resolved.push(self.one(reference, query)?);
        }
        Ok(resolved)
    }

    /// The names of visible regulations and documents that a text holds whole.
    pub fn mentioned(&self, text: &str) -> Result<Vec<String>, RetrievalError> {
        let held = naming::mentioned_each(text, self.names.iter().map(String::as_str));
        let mut visible = Vec::new();
        for name in held.into_iter().take(TRIED) {
            if self.is_visible(name)? {
                visible.push(name);
            }
        }
        // Only now may a longer name take the place of a shorter one within it: a hidden one must not.
        Ok(naming::mentioned(text, visible).into_iter().map(str::to_owned).collect())
    }

    fn one(&self, reference: &Reference, query: &HybridQuery) -> Result<ResolvedReference, RetrievalError> {
        let resolved = |name: String, outcome: ReferenceOutcome| ResolvedReference {
            span: reference.span,
            name,
            address: reference.address.clone(),
            until: reference.until.clone(),
            outcome,
        };
        let names = self.meant(reference, query)?;
        if let Some(first) = names.first() {
            let outcome = self.place(&names, reference)?;
            return Ok(resolved(first.clone(), outcome));
        }
        if naming::is_regulation(&naming::key(&reference.before)) {
            let nearest = self.nearest_names(&reference.before)?;
            return Ok(resolved(String::new(), ReferenceOutcome::NoSuchName { nearest }));
        }
        let anywhere = self.only_one(reference)?;
        Ok(resolved(String::new(), anywhere.map_or(ReferenceOutcome::Unnamed, |passages| ReferenceOutcome::Found { passages })))
    }

    /// The visible names that a reference means: by the text before it, else by a name elsewhere in the question, else
    /// by what the conversation spoke of.
    fn meant(&self, reference: &Reference, query: &HybridQuery) -> Result<Vec<String>, RetrievalError> {
        let before = self.visible_meant(&reference.before)?;
        if !before.is_empty() || naming::is_regulation(&naming::key(&reference.before)) {
            return Ok(before);
        }
        let elsewhere: Vec<String> = self.mentioned(query.text())?;
        let regulations: Vec<String> = elsewhere.into_iter().filter(|n| naming::is_regulation(n)).collect();
        if regulations.len() == 1 {
            return Ok(regulations);
        }
        match query.context() {
            Some(Context { name, .. }) => self.visible_meant(name),
            None => Ok(Vec::new()),
        }
    }

    fn visible_meant(&self, before: &str) -> Result<Vec<String>, RetrievalError> {
        let mut tried = 0;
        for group in naming::meant(before, self.names.iter().map(String::as_str)) {
            let mut visible = Vec::new();
            for name in group {
                tried += 1;
                if tried > TRIED {
                    return Ok(Vec::new());
                }
                if self.is_visible(name)? {
                    visible.push(name.to_owned());
                }
            }
            match visible.len() {
                0 => {}
                1..=MEANT_AT_ONCE => return Ok(visible),
                _ => return Ok(Vec::new()),
            }
        }
        Ok(Vec::new())
    }

    fn nearest_names(&self, before: &str) -> Result<Vec<String>, RetrievalError> {
        let mut near = Vec::new();
        for name in naming::nearest(before, self.names.iter().map(String::as_str), TRIED) {
            if near.len() < NEAREST && self.is_visible(name)? {
                near.push(name.to_owned());
            }
        }
        Ok(near)
    }

    /// The passages of named regulations at a place or in a range; the nearest places where there are none.
    fn place(&self, names: &[String], reference: &Reference) -> Result<ReferenceOutcome, RetrievalError> {
        let exact = self.at(Some(names), &spellings(&reference.address))?;
        if reference.until.is_none() && !exact.is_empty() {
            return Ok(ReferenceOutcome::Found { passages: self.ids(exact)? });
        }
        let places = self.places(names)?;
        if let Some(until) = &reference.until {
            let within = |a: &Address| *a >= reference.address && (*a <= *until || until.contains(a));
            let found: BTreeSet<PassageId> = places.iter().filter(|(a, _)| within(a)).flat_map(|(_, p)| p.iter().copied()).collect();
            if !found.is_empty() {
                return Ok(ReferenceOutcome::Found { passages: found.into_iter().take(FIRST * 5).collect() });
            }
        }
        let mut near: Vec<(u32, String, PassageId)> =
            places.iter().filter_map(|(a, passages)| Some((reference.address.distance(a)?, a.to_string(), *passages.first()?))).collect();
        near.sort();
        Ok(ReferenceOutcome::NoSuchPlace { nearest: near.into_iter().take(NEAREST).map(|(_, a, p)| (a, p)).collect() })
    }

    /// The passages at a place that no name was given for, where they all belong to one regulation.
    fn only_one(&self, reference: &Reference) -> Result<Option<Vec<PassageId>>, RetrievalError> {
        let found = self.at(None, &spellings(&reference.address))?;
        if found.is_empty() || found.len() > READ {
            return Ok(None);
        }
        let mut documents = HashSet::new();
        for address in &found {
            documents.insert(self.fast_i64(*address, "document")?);
        }
        if documents.len() > 1 {
            return Ok(None);
        }
        self.ids(found).map(Some)
    }

    /// The articles, tables and supplementary paragraphs of regulations, each with its passages.
    fn places(&self, names: &[String]) -> Result<BTreeMap<Address, Vec<PassageId>>, RetrievalError> {
        let mut places: BTreeMap<Address, Vec<PassageId>> = BTreeMap::new();
        for found in self.matching(vec![one_of(self.fields.names, names)])?.into_iter().take(READ) {
            let segment = self.searcher.segment_reader(found.segment_ord);
            let Some(column) = segment.fast_fields().str("addresses")? else { continue };
            let Some(passage) = self.fast_i64(found, "passage")? else { continue };
            for ordinal in column.term_ords(found.doc_id) {
                let mut spelled = String::new();
                if column.ord_to_str(ordinal, &mut spelled).map_err(tantivy::TantivyError::from)? {
                    let address = references(&spelled, None).into_iter().next().map(|r| r.address);
                    let whole = address.filter(|a| a.paragraph.is_none() || a.part.is_none());
                    whole.into_iter().for_each(|a| places.entry(a).or_default().push(PassageId(passage)));
                }
            }
        }
        places.values_mut().for_each(|passages| passages.sort());
        Ok(places)
    }

    fn at(&self, names: Option<&[String]>, spellings: &[String]) -> Result<Vec<DocAddress>, RetrievalError> {
        let mut clauses = vec![one_of(self.fields.addresses, spellings)];
        clauses.extend(names.map(|names| one_of(self.fields.names, names)));
        self.matching(clauses)
    }

    /// The permitted passages that match all clauses.
    fn matching(&self, clauses: Vec<Box<dyn Query>>) -> Result<Vec<DocAddress>, RetrievalError> {
        let clauses = clauses.into_iter().map(|c| (Occur::Must, c)).collect();
        let mut found = Vec::new();
        for address in self.searcher.search(&BooleanQuery::new(clauses), &DocSetCollector)? {
            if self.is_permitted(address)? {
                found.push(address);
            }
        }
        found.sort();
        Ok(found)
    }

    /// Whether any passage under a name is permitted. A name has few passages, so that looking at them is cheaper than
    /// making the filter that whole legs need.
    fn is_visible(&self, name: &str) -> Result<bool, RetrievalError> {
        let term = Term::from_field_text(self.fields.names, name);
        for (ordinal, segment) in self.searcher.segment_readers().iter().enumerate() {
            let inverted = segment.inverted_index(self.fields.names)?;
            let read = inverted.read_postings(&term, IndexRecordOption::Basic).map_err(tantivy::TantivyError::from)?;
            let Some(mut postings) = read else { continue };
            while postings.doc() != TERMINATED {
                let alive = segment.alive_bitset().is_none_or(|alive| alive.is_alive(postings.doc()));
                if alive && self.is_permitted(DocAddress::new(ordinal as u32, postings.doc()))? {
                    return Ok(true);
                }
                postings.advance();
            }
        }
        Ok(false)
    }

    fn is_permitted(&self, at: DocAddress) -> Result<bool, RetrievalError> {
        let (collection, document) = (self.fast_i64(at, "collection")?, self.fast_i64(at, "document")?);
        if !collection.zip(document).is_some_and(|(c, d)| self.permission.allows(CollectionId(c), DocumentId(d))) {
            return Ok(false);
        }
        if !self.permission.is_dated() {
            return Ok(true);
        }
        let day = |field: &str| Ok::<_, RetrievalError>(self.fast_i64(at, field)?.and_then(|day| i32::try_from(day).ok()));
        Ok(day("from")?.zip(day("until")?).is_some_and(|(from, until)| self.permission.allows_on(InForce { from, until })))
    }

    /// The passages' ids, in order: that of the text within a document.
    fn ids(&self, found: Vec<DocAddress>) -> Result<Vec<PassageId>, RetrievalError> {
        let mut ids = Vec::with_capacity(found.len());
        for address in found {
            ids.extend(self.fast_i64(address, "passage")?.map(PassageId));
        }
        ids.sort();
        ids.truncate(FIRST * 5);
        Ok(ids)
    }

    fn fast_i64(&self, at: DocAddress, field: &str) -> Result<Option<i64>, RetrievalError> {
        Ok(self.searcher.segment_reader(at.segment_ord).fast_fields().i64(field)?.first(at.doc_id))
    }
}

/// The spellings under which a place may stand in the index: an article of one paragraph numbers its items only.
fn spellings(address: &Address) -> Vec<String> {
    let mut spellings = vec![address.to_string()];
    if address.paragraph.is_none() && !address.item.is_empty() {
        spellings.push(Address { paragraph: Some(1), ..address.clone() }.to_string());
    }
    spellings
}

fn one_of(field: Field, terms: &[String]) -> Box<dyn Query> {
    Box::new(TermSetQuery::new(terms.iter().map(|t| Term::from_field_text(field, t))))
}
