//! The lexical leg: BM25 over words (title, headings, text), over character pairs, and over the numbers of articles
//! that a passage opens with; in tantivy, as one sum.
//!
//! The sum was chosen by measurement (`examples/lexical_eval.rs`, every question of each set, hit@1):
//!
//! | | words | pairs | both, fused by rank | the sum | the sum with articles |
//! |---|---|---|---|---|---|
//! | jsquad (reading) | .883 | .891 | .889 | .904 | .904 |
//! | jaquad (reading) | .897 | .896 | .913 | .921 | .921 |
//! | libreoffice-help (helpdesk) | .534 | .555 | .557 | .587 | .587 |
//! | assembly-qa (council minutes) | .304 | .267 | .290 | .306 | .306 |
//! | lawqa_jp (statutes) | .714 | .686 | .671 | .729 | .771 |
//! | laws-municipal (articles by number or caption) | .437 | .423 | .412 | .466 | .929 |
//!
//! Queries are built from terms alone. Tantivy's query parser is not used: it would read `NOT`, `:` and quotes in a
//! question as a language.

use crate::analyzer::Analyzer;
use crate::counted::{SUPPLEMENT, is_supplement};
use crate::in_force::InForce;
use crate::permission::Permission;
use crate::settings::IndexSettings;
use crate::synonyms::Synonyms;
use appliance_core::id::{PassageId, VersionId};
use appliance_core::narrowing::Narrowing;
use appliance_core::ports::index::IndexedPassage;
use appliance_core::ranking::{Bm25Score, TermWeight};
use appliance_core::reference::standing;
use std::collections::{BTreeMap, HashSet};
use tantivy::collector::{DocSetCollector, TopDocs};
use tantivy::query::{BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhraseQuery, Query, TermQuery, TermSetQuery};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Searcher, TantivyDocument, Term};

/// Hits taken beyond the wanted number, so that ties at the end are cut by id and not by tantivy's segments.
const SPARE_HITS: usize = 16;
/// Bytes of two words that are kept as one term.
const LONGEST_NEIGHBOURS: usize = 255;

/// The fields of a passage in the lexical leg. No text is stored, only terms.
#[derive(Clone)]
pub(crate) struct Fields {
    pub schema: Schema,
    passage: Field,
    version: Field,
    pub document: Field,
    pub collection: Field,
    /// The first day on which it is in force.
    pub from: Field,
    /// The first day on which it is no longer.
    pub until: Field,
    pub title: Field,
    headings: Field,
    pub body: Field,
    pairs: Field,
    articles: Field,
    caption: Field,
    /// Pairs of neighbouring words: what stands together in the question stands together there.
    pub phrases: Field,
    /// The names of the regulations or documents that it belongs to, as `naming::key` spells them.
    pub names: Field,
    /// The places of its regulation that it holds, in their one spelling.
    pub addresses: Field,
}

impl Fields {
    pub fn new() -> Self {
        let mut schema = Schema::builder();
        // The tokenizer named here is never used: every value comes as tokens.
        let terms = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqs);
        // A passage that holds five articles is each of them as much as one that holds a single one.
        let unmeasured = TextOptions::default().set_indexing_options(terms.clone().set_fieldnorms(false));
        let whole = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::Basic).set_fieldnorms(false);
        let whole = TextOptions::default().set_indexing_options(whole);
        let terms = TextOptions::default().set_indexing_options(terms);
        let captions = terms.clone();
        let placed = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let placed = TextOptions::default().set_indexing_options(placed);
        Self {
            passage: schema.add_i64_field("passage", INDEXED | FAST),
            version: schema.add_i64_field("version", INDEXED),
            document: schema.add_i64_field("document", INDEXED | FAST),
            collection: schema.add_i64_field("collection", INDEXED | FAST),
            from: schema.add_i64_field("from", FAST),
            until: schema.add_i64_field("until", FAST),
            title: schema.add_text_field("title", terms.clone()),
            headings: schema.add_text_field("headings", terms.clone()),
            body: schema.add_text_field("body", terms.clone()),
            pairs: schema.add_text_field("pairs", placed),
            articles: schema.add_text_field("articles", unmeasured),
            caption: schema.add_text_field("caption", captions.clone()),
            phrases: schema.add_text_field("phrases", captions),
            names: schema.add_text_field("names", whole.clone()),
            addresses: schema.add_text_field("addresses", whole.set_fast("raw")),
            schema: schema.build(),
        }
    }

    /// The fields of words, with their names.
    pub fn worded(&self) -> [(&'static str, Field); 4] {
        [("title", self.title), ("headings", self.headings), ("caption", self.caption), ("body", self.body)]
    }

    /// The term that removes a passage.
    pub fn passage_term(&self, passage: PassageId) -> Term {
        Term::from_field_i64(self.passage, passage.0)
    }

    /// The term that removes a version.
    pub fn version_term(&self, version: VersionId) -> Term {
        Term::from_field_i64(self.version, version.0)
    }

    /// A passage as tantivy takes it.
    pub fn document(&self, analyzer: &Analyzer, passage: &IndexedPassage) -> TantivyDocument {
        let headings = passage.heading_path.join("\n");
        let whole = format!("{}\n{headings}\n{}", passage.title, passage.text);
        let mut articles = analyzer.articles(&passage.title);
        let mut own = analyzer.openings(&headings);
        own.extend(analyzer.openings(&passage.text));
        // The second article of a 附則 is another one than that of the regulation.
        match passage.heading_path.iter().any(|h| is_supplement(h)) {
            true => articles.extend(own.iter().map(|article| format!("{SUPPLEMENT}{article}"))),
            false => articles.extend(own),
        }
        let mut document = TantivyDocument::default();
        document.add_i64(self.passage, passage.id.0);
        document.add_i64(self.version, passage.version.0);
        document.add_i64(self.document, passage.document.0);
        document.add_i64(self.collection, passage.collection.0);
        let days = InForce::from(passage.days);
        document.add_i64(self.from, i64::from(days.from));
        document.add_i64(self.until, i64::from(days.until));
        let [title, above, body] = [&passage.title, &headings, &passage.text].map(|text| analyzer.words(text));
        let neighbours: Vec<String> = [&title, &above, &body].into_iter().flat_map(|words| neighbours(words)).collect();
        document.add_pre_tokenized_text(self.title, tokens(title));
        document.add_pre_tokenized_text(self.headings, tokens(above));
        document.add_pre_tokenized_text(self.body, tokens(body));
        document.add_pre_tokenized_text(self.phrases, tokens(neighbours));
        document.add_pre_tokenized_text(self.pairs, placed(analyzer.pair_runs(&whole)));
        document.add_pre_tokenized_text(self.articles, tokens(articles));
        let standing = standing(&passage.title, &passage.heading_path, &passage.text);
        let caption = standing.captions.join("\n");
        let mut captions = analyzer.words(&caption);
        captions.extend(analyzer.pairs(&caption));
        document.add_pre_tokenized_text(self.caption, tokens(captions));
        standing.names.iter().for_each(|name| document.add_text(self.names, name));
        standing.addresses.iter().for_each(|address| document.add_text(self.addresses, address));
        document
    }
}

/// Terms with their places; what stands in different runs does not stand together.
fn placed(runs: Vec<Vec<String>>) -> PreTokenizedString {
    let mut tokens = Vec::new();
    let mut position = 0;
    for run in runs {
        for text in run {
            tokens.push(Token { position, text, ..Token::default() });
            position += 1;
        }
        position += 1;
    }
    PreTokenizedString { text: String::new(), tokens }
}

/// Each word with the next one, as one term.
fn neighbours(words: &[String]) -> Vec<String> {
    words.windows(2).map(|w| format!("{} {}", w[0], w[1])).filter(|t| t.len() <= LONGEST_NEIGHBOURS).collect()
}

fn tokens(terms: Vec<String>) -> PreTokenizedString {
    let token = |(position, text)| Token { position, text, ..Token::default() };
    PreTokenizedString { text: String::new(), tokens: terms.into_iter().enumerate().map(token).collect() }
}

/// A question as the terms of both streams, each with how often it occurs.
pub(crate) struct Terms {
    pub words: BTreeMap<String, u32>,
    pub phrases: BTreeMap<String, u32>,
    pairs: BTreeMap<String, u32>,
    articles: BTreeMap<String, u32>,
    /// Synonyms of its words, each as runs of pairs.
    synonyms: Vec<Vec<Vec<String>>>,
    /// Names of regulations and documents that the question holds whole.
    pub names: Vec<String>,
}

impl Terms {
    pub fn of(analyzer: &Analyzer, text: &str, names: Vec<String>, own: &Synonyms) -> Self {
        let words = analyzer.words(text);
        let (phrases, pairs) = (counted(neighbours(&words)), counted(analyzer.pairs(text)));
        let synonyms = analyzer.synonyms(text, own).iter().map(|s| analyzer.pair_runs(s)).filter(|runs| !runs.is_empty()).collect();
        Self { words: counted(words), phrases, pairs, articles: counted(analyzer.articles(text)), synonyms, names }
    }
}

fn counted(terms: Vec<String>) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for term in terms {
        *counts.entry(term).or_insert(0) += 1;
    }
    counts
}

/// A way of searching the lexical leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Among {
    /// Every passage.
    All,
    /// Passages that open with an article, chapter or table that the question names.
    Openings,
}

/// One committed state of the lexical leg, and how to search it.
#[derive(Clone, Copy)]
pub(crate) struct Lexical<'a> {
    pub searcher: &'a Searcher,
    pub fields: &'a Fields,
    pub settings: &'a IndexSettings,
}

impl Lexical<'_> {
    /// The best `depth` permitted passages, best first; ties by id.
    pub fn search(
        &self,
        terms: &Terms,
        permission: Permission<'_>,
        among: Among,
        depth: usize,
    ) -> tantivy::Result<Vec<(PassageId, Bm25Score)>> {
        let wanted = scored(self.fields, self.settings, terms);
        let nothing_named = terms.articles.is_empty() || self.settings.articles_boost <= 0.0;
        if wanted.is_empty() || depth == 0 || (among == Among::Openings && nothing_named) {
            return Ok(Vec::new());
        }
        let mut clauses: Vec<(Occur, Box<dyn Query>)> =
            vec![(Occur::Must, permission.filter(self.fields)), (Occur::Must, Box::new(BooleanQuery::new(wanted)))];
        if let Some(admitted) = permission.admitted() {
            let admitted = admitted.iter().map(|p| self.fields.passage_term(*p));
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(TermSetQuery::new(admitted)), 0.0))));
        }
        if among == Among::Openings {
            let named = terms.articles.keys().map(|term| Term::from_field_text(self.fields.articles, term));
            clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(Box::new(TermSetQuery::new(named)), 0.0))));
        }
        self.ranked(&BooleanQuery::new(clauses), depth)
    }

    fn ranked(&self, query: &BooleanQuery, depth: usize) -> tantivy::Result<Vec<(PassageId, Bm25Score)>> {
        let hits = self.searcher.search(query, &TopDocs::with_limit(depth + SPARE_HITS).order_by_score())?;
        let mut found = Vec::with_capacity(hits.len());
        for (score, address) in hits {
            let ids = self.searcher.segment_reader(address.segment_ord).fast_fields().i64("passage")?;
            if let Some(id) = ids.first(address.doc_id) {
                found.push((PassageId(id), Bm25Score(score)));
            }
        }
        found.sort_by(|a, b| a.1.descending(&b.1).then(a.0.cmp(&b.0)));
        found.truncate(depth);
        Ok(found)
    }

    /// The permitted passages that meet what a question demands besides its words. `titles` are the names that it admits.
    pub fn admitted(
        &self,
        analyzer: &Analyzer,
        narrowing: &Narrowing,
        titles: Option<Vec<String>>,
        permission: Permission<'_>,
    ) -> tantivy::Result<HashSet<PassageId>> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, permission.filter(self.fields))];
        let literal = |text: &String| analyzer.pair_runs(text).into_iter().map(|run| together(self.fields.pairs, &run)).collect::<Vec<_>>();
        clauses.extend(narrowing.phrases.iter().flat_map(literal).map(|q| (Occur::Must, q)));
        for text in &narrowing.without {
            let all: Vec<(Occur, Box<dyn Query>)> = literal(text).into_iter().map(|q| (Occur::Must, q)).collect();
            if !all.is_empty() {
                clauses.push((Occur::MustNot, Box::new(BooleanQuery::new(all))));
            }
        }
        if let Some(titles) = titles {
            let named = titles.iter().map(|name| Term::from_field_text(self.fields.names, name));
            clauses.push((Occur::Must, Box::new(TermSetQuery::new(named))));
        }
        let mut admitted = HashSet::new();
        for found in self.searcher.search(&BooleanQuery::new(clauses), &DocSetCollector)? {
            let ids = self.searcher.segment_reader(found.segment_ord).fast_fields().i64("passage")?;
            admitted.extend(ids.first(found.doc_id).map(PassageId));
        }
        Ok(admitted)
    }

    /// How much each distinct pair of the question says, over all passages; in the order of the terms.
    pub fn weights(&self, terms: &Terms) -> tantivy::Result<Vec<TermWeight>> {
        let passages: u64 = self.searcher.segment_readers().iter().map(|s| u64::from(s.max_doc())).sum();
        let weight = |term: &String| {
            let holding = self.searcher.doc_freq(&Term::from_field_text(self.fields.pairs, term))?;
            let idf = (1.0 + (passages as f32 - holding as f32 + 0.5) / (holding as f32 + 0.5)).ln();
            Ok(TermWeight { term: term.clone(), idf })
        };
        terms.pairs.keys().map(weight).collect()
    }
}

/// One clause for each term and field.
fn scored(fields: &Fields, settings: &IndexSettings, terms: &Terms) -> Vec<(Occur, Box<dyn Query>)> {
    let searched = [
        (fields.title, &terms.words, settings.title_boost),
        (fields.headings, &terms.words, settings.headings_boost),
        (fields.body, &terms.words, settings.body_boost),
        (fields.pairs, &terms.pairs, settings.pairs_boost),
        (fields.articles, &terms.articles, settings.articles_boost),
        (fields.phrases, &terms.phrases, settings.phrases_boost),
        (fields.caption, &terms.words, settings.caption_boost),
        (fields.caption, &terms.pairs, settings.caption_boost),
    ];
    let clauses = |(field, terms, boost): (Field, &BTreeMap<String, u32>, f32)| -> Vec<(Occur, Box<dyn Query>)> {
        terms.iter().map(|(term, count)| clause(field, term, boost * *count as f32)).collect()
    };
    let mut all: Vec<(Occur, Box<dyn Query>)> = searched.into_iter().filter(|(_, _, boost)| *boost > 0.0).flat_map(clauses).collect();
    // Whether a name occurs is all there is to say: how rare it is says nothing of how much it is meant.
    let named = |name: &String| {
        let term = TermQuery::new(Term::from_field_text(fields.names, name), IndexRecordOption::Basic);
        (Occur::Should, Box::new(ConstScoreQuery::new(Box::new(term), settings.named_boost)) as Box<dyn Query>)
    };
    if settings.synonyms_boost > 0.0 {
        let whole = |runs: &Vec<Vec<String>>| {
            let runs: Vec<(Occur, Box<dyn Query>)> = runs.iter().map(|run| (Occur::Must, scored_together(fields.pairs, run))).collect();
            (Occur::Should, Box::new(BoostQuery::new(Box::new(BooleanQuery::new(runs)), settings.synonyms_boost)) as Box<dyn Query>)
        };
        all.extend(terms.synonyms.iter().map(whole));
    }
    if settings.named_boost > 0.0 && !all.is_empty() {
        all.extend(terms.names.iter().map(named));
    }
    all
}

/// What holds a run of pairs one behind the other.
fn together(field: Field, run: &[String]) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(scored_together(field, run), 0.0))
}

/// The same, the rarer the better.
fn scored_together(field: Field, run: &[String]) -> Box<dyn Query> {
    let mut terms: Vec<Term> = run.iter().map(|pair| Term::from_field_text(field, pair)).collect();
    match terms.len() {
        1 => Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::WithFreqs)),
        _ => Box::new(PhraseQuery::new(terms)),
    }
}

fn clause(field: Field, term: &str, boost: f32) -> (Occur, Box<dyn Query>) {
    let term = TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs);
    (Occur::Should, Box::new(BoostQuery::new(Box::new(term), boost)))
}
