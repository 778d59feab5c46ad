//! The viewer's permission and the question's day, in the form that each leg applies while it searches.

use crate::in_force::InForce;
use crate::lexical::Fields;
use appliance_core::id::{CollectionId, DocumentId, PassageId};
use appliance_core::ranking::HybridQuery;
use appliance_core::validity::day_number;
use std::collections::{BTreeSet, HashSet};
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query, RangeQuery, TermSetQuery};
use tantivy::schema::Field;

/// What a query may return: the viewer's visibility, narrowed to the collections that were asked for and to what is in force
/// on the day that was asked for.
#[derive(Clone, Copy)]
pub(crate) struct Permission<'a> {
    query: &'a HybridQuery,
    /// The day on which it must be in force, counted from 1970-01-01.
    day: Option<i32>,
    /// Passages that meet the question's other demands; all where it has none.
    admitted: Option<&'a HashSet<PassageId>>,
}

impl<'a> Permission<'a> {
    pub fn of(query: &'a HybridQuery) -> Self {
        Self { query, day: query.as_of.map(day_number), admitted: None }
    }

    /// The same, narrowed to some passages.
    pub fn narrowed(self, admitted: &'a HashSet<PassageId>) -> Self {
        Self { admitted: Some(admitted), ..self }
    }

    /// The passages that it is narrowed to.
    pub fn admitted(&self) -> Option<&'a HashSet<PassageId>> {
        self.admitted
    }

    /// Whether passages of a document may be returned.
    pub fn allows(&self, collection: CollectionId, document: DocumentId) -> bool {
        let asked = self.query.collections();
        let meant =
            self.query.documents().is_none_or(|documents| documents.contains(&document)) && !self.query.without().contains(&document);
        meant && (asked.is_empty() || asked.contains(&collection)) && self.query.visibility().includes(collection, document)
    }

    /// Whether a day was asked for.
    pub fn is_dated(&self) -> bool {
        self.day.is_some()
    }

    /// Whether a passage that is in force on these days may be returned.
    pub fn allows_on(&self, days: InForce) -> bool {
        self.day.is_none_or(|day| days.includes(day))
    }

    /// The same rules as a filter of the lexical leg; it adds nothing to scores.
    pub fn filter(&self, fields: &Fields) -> Box<dyn Query> {
        let (collection, document) = (fields.collection, fields.document);
        let seen = self.query.visibility();
        let asked: BTreeSet<CollectionId> = self.query.collections().iter().copied().collect();
        let narrowed = |c: &&CollectionId| asked.is_empty() || asked.contains(*c);
        let open: Box<dyn Query> = Box::new(one_of(collection, seen.collections.iter().filter(narrowed).map(|c| c.0)));
        let hidden: Box<dyn Query> = Box::new(one_of(document, seen.hidden.iter().map(|d| d.0)));
        let open = BooleanQuery::new(vec![(Occur::Must, open), (Occur::MustNot, hidden)]);

        let granted: Box<dyn Query> = Box::new(one_of(document, seen.granted.iter().map(|d| d.0)));
        let granted = if asked.is_empty() {
            granted
        } else {
            let within: Box<dyn Query> = Box::new(one_of(collection, asked.iter().map(|c| c.0)));
            Box::new(BooleanQuery::new(vec![(Occur::Must, granted), (Occur::Must, within)]))
        };
        let mut either = BooleanQuery::new(vec![(Occur::Should, Box::new(open)), (Occur::Should, granted)]);
        if let Some(documents) = self.query.documents() {
            let meant: Box<dyn Query> = Box::new(one_of(document, documents.iter().map(|d| d.0)));
            either = BooleanQuery::new(vec![(Occur::Must, Box::new(either)), (Occur::Must, meant)]);
        }
        let mut all: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, Box::new(either))];
        if !self.query.without().is_empty() {
            all.push((Occur::MustNot, Box::new(one_of(document, self.query.without().iter().map(|d| d.0)))));
        }
        if let Some(day) = self.day {
            let term = |field| Term::from_field_i64(field, i64::from(day));
            all.push((Occur::Must, Box::new(RangeQuery::new(Bound::Unbounded, Bound::Included(term(fields.from))))));
            all.push((Occur::Must, Box::new(RangeQuery::new(Bound::Excluded(term(fields.until)), Bound::Unbounded))));
        }
        Box::new(ConstScoreQuery::new(Box::new(BooleanQuery::new(all)), 0.0))
    }
}

fn one_of(field: Field, ids: impl Iterator<Item = i64>) -> TermSetQuery {
    TermSetQuery::new(ids.map(|id| Term::from_field_i64(field, id)))
}
