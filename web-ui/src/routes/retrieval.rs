//! The retrieval test: what a question finds, why, and what other weights would change. For editors.

use crate::failure::Failure;
use crate::fields::Fields;
use crate::links::{self, Mark};
use crate::page::{Page, Section, html};
use crate::place_view::{Piece, excerpt};
use crate::signed_in::{Posted, SignedIn};
use crate::validity_view;
use crate::words;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use appliance_core::asking;
use appliance_core::folding::highlights;
use appliance_core::id::CollectionId;
use appliance_core::narrowing::Narrowing;
use appliance_core::passage::StoredPassage;
use appliance_core::ports::models::TextRole;
use appliance_core::ports::trial::Setting;
use appliance_core::question::{Question, QuestionError};
use appliance_core::ranking::{Explanation, HybridQuery, Legs, RankedPassage, Ranking, ReferenceOutcome, ResolvedReference};
use appliance_core::viewer::Role;
use askama::Template;
use std::collections::{HashMap, HashSet};

/// Passages shown.
const MOST: usize = 20;
/// The largest weight and the largest number of candidates that can be tried.
const LARGEST: f64 = 1_000.0;

/// A setting as a field of the form.
struct SettingField {
    name: String,
    value: f64,
    usual: f64,
    whole: bool,
    changed: bool,
}

struct ScopeField {
    id: CollectionId,
    name: String,
    chosen: bool,
}

struct HitRow {
    rank: usize,
    title: String,
    href: String,
    place: String,
    headings: String,
    pieces: Vec<Piece>,
    score: String,
    named: bool,
    lexical: Option<(u32, String)>,
    vector: Option<(u32, String)>,
    coverage: String,
    matched: Vec<(String, String)>,
}

struct Outcome {
    words: String,
    names: String,
    visible: String,
    demands: Vec<String>,
    references: Vec<String>,
    hits: Vec<HitRow>,
    stages: Vec<(String, String)>,
    whole: String,
}

#[derive(Template)]
#[template(path = "retrieval.html")]
struct RetrievalPage {
    page: Page,
    question: String,
    error: Option<String>,
    legs: &'static str,
    scopes: Vec<ScopeField>,
    settings: Vec<SettingField>,
    any_changed: bool,
    outcome: Option<Outcome>,
}

/// `GET /retrieval`
pub async fn page(by: SignedIn) -> Result<HttpResponse, Failure> {
    html(&form(&by, &Fields::default(), &[]).await?)
}

/// `POST /retrieval`: fields `question`, `legs`, `collection`, and one named as each setting
pub async fn search(posted: Posted) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    by.require(Role::Editor)?;
    let changed = changed(&by.site.desk.trial.settings(), &fields);
    let mut page = form(&by, &fields, changed.as_deref().unwrap_or_default()).await?;
    let question = Question::new(fields.get("question"));
    let problem = match (&question, &changed) {
        (Err(QuestionError::Empty), _) => Some("ask-empty"),
        (Err(QuestionError::TooLong(_)), _) => Some("ask-too-long"),
        (_, None) => Some("retrieval-unfit"),
        _ => None,
    };
    if let Some(problem) = problem {
        page.error = Some(page.page.t(problem));
        let mut response = html(&page)?;
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return Ok(response);
    }
    let (mut question, changed) = (question?, changed.unwrap_or_default());
    question.collections = chosen(&fields);
    page.outcome = Some(tried(&by, &page.page, &question, legs(fields.get("legs")), &changed).await?);
    html(&page)
}

/// The settings whose fields hold another value; `None` when one holds no number that can be tried.
fn changed(settings: &[Setting], fields: &Fields) -> Option<Vec<Setting>> {
    let mut changed = Vec::new();
    for setting in settings {
        let sent = fields.get(&setting.name).trim();
        if sent.is_empty() {
            continue;
        }
        let value: f64 = sent.parse().ok()?;
        let fits = (0.0..=LARGEST).contains(&value) && (!setting.whole || value.fract() == 0.0);
        if !fits {
            return None;
        }
        if (value - setting.value).abs() > f64::EPSILON {
            changed.push(Setting { value, ..setting.clone() });
        }
    }
    Some(changed)
}

fn chosen(fields: &Fields) -> Vec<CollectionId> {
    fields.all("collection").filter_map(|id| id.parse().ok()).map(CollectionId).collect()
}

fn legs(name: &str) -> Legs {
    match name {
        "lexical" => Legs::Lexical,
        "vector" => Legs::Vector,
        _ => Legs::Hybrid,
    }
}

async fn form(by: &SignedIn, fields: &Fields, changed: &[Setting]) -> Result<RetrievalPage, Failure> {
    by.require(Role::Editor)?;
    let wanted = chosen(fields);
    let scope = |c: appliance_core::ports::catalog::CollectionEntry| ScopeField { chosen: wanted.contains(&c.id), id: c.id, name: c.name };
    let field = |setting: Setting| {
        let tried = changed.iter().find(|c| c.name == setting.name);
        SettingField {
            value: tried.map_or(setting.value, |t| t.value),
            usual: setting.value,
            whole: setting.whole,
            changed: tried.is_some(),
            name: setting.name,
        }
    };
    Ok(RetrievalPage {
        page: by.page(Section::Retrieval, "title-retrieval"),
        question: fields.get("question").trim().to_owned(),
        error: None,
        legs: match legs(fields.get("legs")) {
            Legs::Lexical => "lexical",
            Legs::Vector => "vector",
            Legs::Hybrid => "hybrid",
        },
        scopes: by.site.desk.library.collections(&by.viewer).await?.into_iter().map(scope).collect(),
        settings: by.site.desk.trial.settings().into_iter().map(field).collect(),
        any_changed: !changed.is_empty(),
        outcome: None,
    })
}

async fn tried(by: &SignedIn, page: &Page, question: &Question, legs: Legs, changed: &[Setting]) -> Result<Outcome, Failure> {
    let desk = &by.site.desk;
    let begun = desk.clock.now();
    let embedded = desk.asking.embedder.embed(TextRole::Query, vec![question.words()]).await?.into_iter().next();
    let embedding_ms = desk.clock.now().duration_since(begun).as_micros() as f64 / 1_000.0;
    let mut query = match embedded {
        Some(embedding) => HybridQuery::new(&by.viewer, question, embedding, MOST).with_legs(legs),
        None => HybridQuery::lexical(&by.viewer, question, MOST),
    };
    let as_of = question.as_of(page.today);
    query.as_of = Some(as_of.day);
    query.explain = true;
    let demands = demands(page, query.narrowing());
    let query = asking::prepared(desk.asking.passages.as_ref(), &by.viewer, query).await?;
    let ranking = desk.trial.search(query, changed).await?;
    let whole = desk.clock.now().duration_since(begun).as_micros() as f64 / 1_000.0;
    let found = asking::found(&desk.asking, &by.viewer, as_of, &ranking).await?;
    let found: HashMap<_, _> = found.into_iter().map(|s| (s.id, s)).collect();
    let terms: HashSet<String> = ranking.terms.iter().map(|t| t.term.clone()).collect();
    let explanation = ranking.explanation.clone().unwrap_or_default();
    let rows = ranking.passages.iter().filter_map(|ranked| Some((ranked, found.get(&ranked.passage)?)));
    let mut stages = vec![("embedding".to_owned(), milliseconds(embedding_ms))];
    stages.extend(explanation.stages.iter().map(|s| (s.stage.clone(), milliseconds(f64::from(s.microseconds) / 1_000.0))));
    Ok(Outcome {
        hits: rows.enumerate().map(|(i, (ranked, stored))| hit(page, i + 1, ranked, stored, &explanation, &terms)).collect(),
        words: explanation.words.join(" "),
        names: explanation.names.join(&page.t("list-between")),
        visible: words::number(explanation.visible),
        references: references(page, &ranking, &found),
        demands,
        stages,
        whole: milliseconds(whole),
    })
}

fn milliseconds(ms: f64) -> String {
    format!("{ms:.1} ms")
}

fn hit(
    page: &Page,
    rank: usize,
    ranked: &RankedPassage,
    stored: &StoredPassage,
    explanation: &Explanation,
    terms: &HashSet<String>,
) -> HitRow {
    let matched = explanation.matched.iter().find(|m| m.passage == ranked.passage);
    let place = &stored.passage.locator.place;
    HitRow {
        rank,
        title: stored.title.clone(),
        href: links::place(stored.document, place, Some(Mark { passage: stored.id, quote: None, version: Some(stored.version) })),
        place: match validity_view::validity(page, &stored.days) {
            Some(validity) => format!("{} · {} {}", words::place(page, place), validity.mark, validity.days),
            None => words::place(page, place),
        },
        headings: words::headings(&stored.title, &stored.passage.heading_path),
        pieces: excerpt(&stored.passage.text, &highlights(&stored.passage.text, terms)),
        score: format!("{:.4}", ranked.score.0),
        named: ranked.named,
        lexical: ranked.lexical.map(|l| (l.rank, format!("{:.2}", l.score.0))),
        vector: ranked.vector.map(|v| (v.rank, format!("{:.3}", v.score.0))),
        coverage: matched.map_or_else(|| "–".to_owned(), |m| format!("{:.0}%", m.coverage * 100.0)),
        matched: matched.map(|m| m.words.iter().map(|(word, fields)| (word.clone(), fields.join(" "))).collect()).unwrap_or_default(),
    }
}

/// What the question demands besides its words.
fn demands(page: &Page, narrowing: &Narrowing) -> Vec<String> {
    let each = |key: &'static str, texts: &[String]| texts.iter().map(|t| page.with(key, "text", t.as_str())).collect::<Vec<_>>();
    let mut demands = each("demand-phrase", &narrowing.phrases);
    demands.extend(each("demand-without", &narrowing.without));
    demands.extend(each("demand-title", &narrowing.titles));
    demands
}

/// What became of each reference, a sentence each.
fn references(page: &Page, ranking: &Ranking, found: &HashMap<appliance_core::id::PassageId, StoredPassage>) -> Vec<String> {
    ranking.references.iter().map(|reference| reference_words(page, reference, found)).collect()
}

fn reference_words(page: &Page, reference: &ResolvedReference, found: &HashMap<appliance_core::id::PassageId, StoredPassage>) -> String {
    let ResolvedReference { name, address, outcome, .. } = reference;
    let address = address.to_string();
    let whole = if name.is_empty() { address.clone() } else { format!("{name} {address}") };
    let between = page.t("list-between");
    let (key, near) = match outcome {
        ReferenceOutcome::Found { passages } => {
            let shown = passages.iter().filter(|p| found.contains_key(p)).count();
            return page.words("reference-found", &[("whole", whole.into()), ("count", shown.into())]);
        }
        ReferenceOutcome::NoSuchPlace { nearest } => {
            ("jump-no-place", nearest.iter().map(|(place, _)| place.as_str()).collect::<Vec<_>>().join(&between))
        }
        ReferenceOutcome::NoSuchName { nearest } => ("reference-no-name", nearest.join(&between)),
        ReferenceOutcome::Unnamed => ("reference-unnamed", String::new()),
    };
    let says = page.words(key, &[("name", name.as_str().into()), ("address", address.into()), ("whole", whole.into())]);
    format!("{says} {near}")
}
