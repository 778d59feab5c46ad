//! Filling the fields of a schema from the sources: each is asked for by itself, and its value is read from words that are quoted.
//!
//! A model that may only quote chooses the words, and rules read the value. A larger one writes both, held to a grammar, and what
//! it writes counts only where the words stand in the source and the value in the words. Either way a field stays null, with the
//! reason, where the sources do not say.

use super::{AskError, AskEvent, Asking, ask};
use crate::answer::{Answer, AnswerKind, AnswerSentence, Citation, Source, Support};
use crate::answering::AnswerMode;
use crate::citation;
use crate::evidence::{self, Quotation};
use crate::folding::{Folded, fold};
use crate::forms::grammar;
use crate::forms::reading::{self, Empty};
use crate::forms::schema::{Field, Kind, Schema};
use crate::forms::{ArrangedRow, Form};
use crate::language::Language;
use crate::locator::Span;
use crate::ports::PortError;
use crate::ports::models::{Constraint, GenerationRequest, Generator, Message, ModelIdentity, Prompt, PromptProfile, Speaker};
use crate::question::{MAX_QUESTION_CHARS, Question};
use crate::validity::{self, AsOf};
use crate::viewer::Viewer;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::mpsc;

const SYSTEM_JA: &str = include_str!("../../prompts/extract-system.ja.txt");
const SYSTEM_EN: &str = include_str!("../../prompts/extract-system.en.txt");
/// Tokens that a model may write for one field.
const FIELD_TOKENS: u32 = 384;
/// Sources that it is shown for one field, at most.
const SHOWN: usize = 4;
/// Characters that a field's words are to have on average: one sentence, for what stands beside it may hold another value.
const QUOTED_CHARS: usize = 40;

/// A field as it was filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilledField {
    /// Where it stands in the values (`a.b`).
    pub path: String,
    /// What was asked.
    pub asked: String,
    /// Its value; null where the sources do not say.
    pub value: Value,
    /// The words that hold the value, one for each item of an array.
    pub backing: Vec<AnswerSentence>,
    /// The places of the values themselves, in the order of `backing`.
    pub places: Vec<Citation>,
    /// Why it is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty: Option<Empty>,
}

/// What came of a schema.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extracted {
    /// The values, valid against `schema`.
    pub values: Value,
    /// Whether the values are valid against the schema as it was written too: nothing that it demands is missing.
    pub complete: bool,
    /// How each field was filled.
    pub fields: Vec<FilledField>,
    /// The schema as it was written, with null beside every type.
    pub schema: Value,
    /// The sources that are cited.
    pub sources: Vec<Source>,
    /// As of which day.
    pub as_of: AsOf,
    /// The generator, where one took part.
    pub generator: Option<ModelIdentity>,
    /// The embedder.
    pub embedder: ModelIdentity,
    /// The seed.
    pub seed: u32,
    /// The state of the index.
    pub generation: u64,
}

/// A field that holds no fields of its own, with the way to it.
struct Leaf<'a> {
    path: Vec<&'a str>,
    about: String,
    kind: &'a Kind,
    required: bool,
    nullable: bool,
}

/// What was found for a field: the value with the words that hold it, each as (source, words, value's own place).
struct Filled {
    value: Value,
    words: Vec<(usize, Span, Span)>,
}

/// Fills a schema's fields for what `question` names (「粗大ごみの収集」), telling `events` how far it is.
#[tracing::instrument(name = "extract", skip_all, fields(viewer.id = %viewer.user()))]
pub async fn extract(
    asking: &Asking,
    viewer: &Viewer,
    question: &Question,
    schema: &Schema,
    events: &mpsc::Sender<AskEvent>,
) -> Result<Extracted, AskError> {
    let composing = asking.generator.clone().filter(|g| asking.policy.answering.mode_of(g.as_ref()) == AnswerMode::Compose);
    let mut searching = asking.clone();
    searching.policy.quoted_chars = searching.policy.quoted_chars.min(QUOTED_CHARS);
    if composing.is_some() {
        // It is asked once, with the grammar.
        searching.generator = None;
    }
    let mut values = shell(&schema.fields);
    let (mut fields, mut sources) = (Vec::new(), Vec::new());
    let mut complete = true;
    for leaf in leaves(&schema.fields, &[], "", true) {
        let asked = wording(question, &leaf);
        let answer = ask(&searching, viewer, &one_question(question, &asked, leaf.kind)?, events).await?;
        let filled = match &composing {
            Some(generator) => match written(generator.as_ref(), question, &asked, leaf.kind, &answer).await? {
                Some(filled) => Ok(filled),
                None => quoted(&leaf, &answer),
            },
            None => quoted(&leaf, &answer),
        };
        let mut field =
            FilledField { path: leaf.path.join("."), asked, value: Value::Null, backing: Vec::new(), places: Vec::new(), empty: None };
        match filled {
            Ok(filled) => settle(&mut field, filled, &answer, &mut sources),
            Err(empty) => field.empty = Some(empty),
        }
        complete &= !field.value.is_null() || leaf.nullable || !leaf.required;
        // A field that may be left out is left out where it may not be null.
        if !field.value.is_null() || leaf.nullable || leaf.required {
            put(&mut values, &leaf.path, field.value.clone());
        }
        fields.push(field);
    }
    Ok(Extracted {
        values,
        complete,
        fields,
        schema: schema.answered(),
        sources,
        as_of: question.as_of(validity::today(asking.clock.as_ref())),
        generator: asking.generator.as_ref().map(|g| g.identity().clone()),
        embedder: asking.embedder.identity().clone(),
        seed: question.seed,
        generation: asking.index.generation().await?,
    })
}

fn leaves<'a>(fields: &'a [Field], path: &[&'a str], about: &str, required: bool) -> Vec<Leaf<'a>> {
    let mut found = Vec::new();
    for field in fields {
        let path: Vec<&str> = path.iter().copied().chain([field.name.as_str()]).collect();
        let about = if about.is_empty() { field.about.clone() } else { format!("{about} {}", field.about) };
        let required = required && field.required;
        match &field.kind {
            Kind::Object(inner) => found.extend(leaves(inner, &path, &about, required)),
            kind => found.push(Leaf { path, about, kind, required: field.required, nullable: field.nullable }),
        }
    }
    found
}

/// The objects of a schema, with nothing in them yet.
fn shell(fields: &[Field]) -> Value {
    let objects = fields.iter().filter_map(|f| if let Kind::Object(inner) = &f.kind { Some((f.name.clone(), shell(inner))) } else { None });
    Value::Object(objects.collect())
}

/// The question for a field: what is asked about, and what is wanted of it.
fn wording(question: &Question, leaf: &Leaf<'_>) -> String {
    let subject = question.words();
    let subject = subject.trim().trim_end_matches(['。', '?', '？']);
    let is_question = leaf.about.ends_with(['か', '?', '？', '。']);
    let whole = match question.language() {
        Language::Ja if subject.is_empty() => leaf.about.clone(),
        Language::Ja => format!("{subject}の{}", leaf.about),
        Language::En => format!("{subject}: {}", leaf.about),
    };
    let whole = match (leaf.kind, question.language()) {
        (Kind::Date, Language::Ja) if !is_question => format!("{whole}はいつですか"),
        (Kind::Number(_) | Kind::Integer(_), Language::Ja) if !is_question && reading::counts_money(&leaf.about) => {
            format!("{whole}はいくらですか")
        }
        _ => whole,
    };
    whole.chars().take(MAX_QUESTION_CHARS).collect()
}

fn one_question(question: &Question, asked: &str, kind: &Kind) -> Result<Question, PortError> {
    let mut one = Question::new(asked).map_err(|e| PortError::caused("the field makes no question", e))?;
    if let Some(day) = question.named_day() {
        one.choose_day(day);
    }
    one.collections.clone_from(&question.collections);
    one.context.clone_from(&question.context);
    one.seed = question.seed;
    one.form = Some(match kind {
        Kind::List(item, _) if matches!(**item, Kind::Object(_)) => Form::Table,
        Kind::List(..) => Form::List,
        _ => Form::Plain,
    });
    Ok(one)
}

/// The value in the words that an answer quotes.
fn quoted(leaf: &Leaf<'_>, answer: &Answer) -> Result<Filled, Empty> {
    if answer.kind == AnswerKind::Refused {
        return Err(Empty::NotFound);
    }
    if let Kind::List(item, bounds) = leaf.kind {
        let filled = listed(item, &leaf.about, answer)?;
        let count = filled.value.as_array().map_or(0, Vec::len);
        return if bounds.hold(count as f64) { Ok(filled) } else { Err(Empty::OutOfBounds) };
    }
    let mut filled: Option<Filled> = None;
    let mut why = Empty::NotFound;
    for (source, span) in places(answer) {
        let stored = &answer.sources[source].passage;
        let (value, at) = match reading::value(leaf.kind, &leaf.about, stored, span) {
            Ok(read) => read,
            Err(empty) => {
                why = empty;
                continue;
            }
        };
        // The whole sentence or row backs the value, not the short answer alone.
        let words = (source, evidence::whole_units(stored, at), at);
        match &mut filled {
            None => filled = Some(Filled { value, words: vec![words] }),
            // Rows between which the question does not decide fill a field only where they say the same.
            Some(first) if answer.undecided && first.value != value => return Err(Empty::Ambiguous),
            Some(first) if answer.undecided => first.words.push(words),
            Some(_) => break,
        }
    }
    filled.ok_or(why)
}

/// The items of the list, or the rows of the table, that an answer is set out in; a single item where it is neither.
fn listed(item: &Kind, about: &str, answer: &Answer) -> Result<Filled, Empty> {
    let rows: Vec<&ArrangedRow> = answer.arranged.as_ref().filter(|a| a.structured).map(|a| a.rows.iter().collect()).unwrap_or_default();
    let mut filled = Filled { value: Value::Null, words: Vec::new() };
    let mut items = Vec::new();
    let backed: Vec<(usize, Span)> = match rows.is_empty() {
        true => places(answer),
        false => cited(rows.iter().map(|r| &r.backing), answer),
    };
    for (i, (source, span)) in backed.into_iter().enumerate() {
        let stored = &answer.sources[source].passage;
        let value = match (item, rows.get(i)) {
            (Kind::Object(fields), _) => row_object(fields, stored, span),
            // An item without its number.
            (Kind::Text(bounds), Some(row)) if row.cells.len() == 1 => {
                let own = row.cells[0].as_str();
                bounds.hold(own.chars().count() as f64).then(|| (Value::from(own), span))
            }
            (kind, _) => reading::value(kind, about, stored, span).ok(),
        };
        if let Some((value, at)) = value {
            items.push(value);
            filled.words.push((source, span, at));
        }
    }
    if items.is_empty() {
        return Err(Empty::NoValue);
    }
    filled.value = Value::Array(items);
    Ok(filled)
}

/// A row as an object; `None` where it holds none of the fields.
fn row_object(fields: &[Field], stored: &crate::passage::StoredPassage, span: Span) -> Option<(Value, Span)> {
    let mut object = Map::new();
    for field in fields {
        match reading::value(&field.kind, &field.about, stored, span) {
            Ok((value, _)) => _ = object.insert(field.name.clone(), value),
            Err(_) if field.required || field.nullable => _ = object.insert(field.name.clone(), Value::Null),
            Err(_) => {}
        }
    }
    object.values().any(|v| !v.is_null()).then_some((Value::Object(object), span))
}

/// Where the words of supported sentences stand.
fn cited<'a>(sentences: impl Iterator<Item = &'a AnswerSentence>, answer: &Answer) -> Vec<(usize, Span)> {
    let citations = sentences.filter(|s| s.support == Support::Supported).flat_map(|s| &s.citations);
    let place = |c: &Citation| {
        let source = answer.sources.iter().position(|s| s.number == c.source)?;
        Some((source, c.quote.unwrap_or(Span::new(0, answer.sources[source].passage.passage.text.len()))))
    };
    citations.filter_map(place).collect()
}

/// Where to read values: a short answer as it stands, all else sentence by sentence and row by row, each of them whole.
fn places(answer: &Answer) -> Vec<(usize, Span)> {
    let quoted = cited(answer.sentences.iter(), answer);
    let mut places = Vec::new();
    for (source, span) in &quoted {
        let is_short = quoted.iter().any(|(s, whole)| s == source && whole != span && whole.contains(*span));
        let touched = evidence::quotable(&answer.sources[*source].passage).into_iter().filter(|unit| unit.overlaps(*span));
        let units: Vec<Span> = if is_short { Vec::new() } else { touched.collect() };
        let read = if units.is_empty() { vec![*span] } else { units };
        places.extend(read.into_iter().map(|span| (*source, span)));
    }
    places.dedup();
    places
}

/// What a model writes for a field, held to the grammar. `None` where it writes null or what does not stand in the source.
async fn written(
    generator: &dyn Generator,
    question: &Question,
    asked: &str,
    kind: &Kind,
    answer: &Answer,
) -> Result<Option<Filled>, AskError> {
    let mut shown = answer.sources.len().min(SHOWN);
    let room = generator.context_tokens().saturating_sub(FIELD_TOKENS + 16);
    while shown > 1 && generator.count_tokens(&request(question.language(), asked, &answer.sources[..shown])).await? > room {
        shown -= 1;
    }
    let request = GenerationRequest {
        prompt: prompt(generator.profile(), question.language(), asked, &answer.sources[..shown]),
        max_tokens: FIELD_TOKENS,
        temperature: 0.0,
        seed: question.seed,
        constraint: Some(Constraint::Grammar(grammar::field(kind, shown))),
    };
    let mut tokens = generator.generate(request).await?;
    let mut output = String::new();
    while let Some(token) = tokens.recv().await {
        output.push_str(&token?);
    }
    Ok(checked(&output, kind, &answer.sources[..shown]))
}

/// The field that an output holds, if its words stand in the source that it names and its value in its words.
fn checked(output: &str, kind: &Kind, sources: &[Source]) -> Option<Filled> {
    let output: Value = serde_json::from_str(output.trim()).ok()?;
    let number = output.get("source")?.as_u64()?;
    let (quote, value) = (output.get("quote")?.as_str()?, output.get("value")?.clone());
    let source = sources.iter().position(|s| u64::from(s.number) == number)?;
    let text = &sources[source].passage.passage.text;
    let span = Folded::new(text).find(quote.trim()).filter(|_| !fold(quote).trim().is_empty())?;
    let words = span.slice(text)?;
    reading::stands(kind, &value, words).then(|| Filled { value, words: vec![(source, span, span)] })
}

/// Keeps a value with the words that hold it, numbered among all sources.
fn settle(field: &mut FilledField, filled: Filled, answer: &Answer, sources: &mut Vec<Source>) {
    field.value = filled.value;
    for (source, words, at) in filled.words {
        let found = &answer.sources[source];
        let known = sources.iter().position(|s| s.passage.id == found.passage.id).unwrap_or_else(|| {
            sources.push(Source { number: sources.len() as u32 + 1, ..found.clone() });
            sources.len() - 1
        });
        field.backing.extend(citation::quote(&[Quotation { source: known, span: words }], sources));
        field.places.push(Citation { source: sources[known].number, quote: Some(at) });
    }
}

fn put(values: &mut Value, path: &[&str], value: Value) {
    let Some((last, before)) = path.split_last() else { return };
    let mut at = values;
    for name in before {
        if !at.get(*name).is_some_and(Value::is_object) {
            at[*name] = Value::Object(Map::new());
        }
        at = &mut at[*name];
    }
    at[*last] = value;
}

fn prompt(profile: PromptProfile, language: Language, asked: &str, sources: &[Source]) -> Prompt {
    let system = if language == Language::Ja { SYSTEM_JA } else { SYSTEM_EN };
    match profile {
        PromptProfile::Chat => Prompt::Chat(vec![
            Message { speaker: Speaker::System, text: system.to_owned() },
            Message { speaker: Speaker::User, text: request(language, asked, sources) },
        ]),
        PromptProfile::Plain | PromptProfile::GroundedJa => {
            Prompt::Raw(format!("{system}\n\n{}\nJSON: ", request(language, asked, sources)))
        }
    }
}

fn request(language: Language, asked: &str, sources: &[Source]) -> String {
    let (label, wanted) = if language == Language::Ja { ("資料", "項目") } else { ("Source ", "Field") };
    let mut text = String::new();
    for source in sources {
        let stored = &source.passage;
        text.push_str(&format!("{label}[{}] {}\n\n", source.number, stored.passage.with_headings(&stored.title)));
    }
    format!("{text}{wanted}: {asked}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, ScriptedGenerator};
    use serde_json::json;
    use std::sync::Arc;

    async fn extracted(generator: Option<&str>, schema: Value) -> Extracted {
        let mut asking = testing::asking(&[
            ("廃棄物条例", "粗大ごみの収集は、希望する日の7日前までに申し込む。粗大ごみの手数料は、1点につき500円とする。"),
            ("施設規則", "休館日は、月曜日とする。この規則は、令和8年4月1日から施行する。"),
        ])
        .await;
        asking.generator = generator.map(|text| Arc::new(ScriptedGenerator::chat(text)) as Arc<dyn Generator>);
        asking.policy.answering.mode = crate::answering::ModeChoice::Compose;
        let (events, mut seen) = mpsc::channel(1024);
        let question = Question::new("粗大ごみ").expect("a question");
        let schema = Schema::read(&schema).expect("a schema");
        let extracted = extract(&asking, &testing::viewer(), &question, &schema, &events).await.expect("values");
        drop(events);
        while seen.recv().await.is_some() {}
        extracted
    }

    fn schema() -> Value {
        json!({"type": "object", "required": ["fee"], "properties": {
            "fee": {"type": "integer", "description": "手数料"},
            "moons": {"type": ["integer", "null"], "description": "火星の衛星フォボスの直径"}}})
    }

    #[tokio::test]
    async fn fields_are_filled_from_quoted_words_and_others_stay_null_with_a_reason() {
        let extracted = extracted(None, schema()).await;
        assert_eq!(extracted.values, json!({"fee": 500, "moons": null}));
        assert!(extracted.complete);
        let fee = &extracted.fields[0];
        assert_eq!(fee.backing[0].text, "粗大ごみの手数料は、1点につき500円とする。");
        let place = fee.places[0];
        let source = extracted.sources.iter().find(|s| s.number == place.source).expect("a source");
        assert_eq!(place.quote.and_then(|q| q.slice(&source.passage.passage.text)), Some("500"));
        assert!(extracted.fields[1].empty.is_some());
    }

    /// Schemas of every kind over several subjects, a hundred in all: whatever is found, what is given is valid.
    #[tokio::test]
    async fn a_hundred_of_a_hundred_are_valid_against_their_schemas() {
        let texts = [
            ("手数料条例", "住民票の写しの交付手数料は、1通につき300円とする。ただし、市長が認めるときは、免除する。"),
            ("廃棄物条例", "粗大ごみの収集は、希望する日の7日前までに申し込む。粗大ごみの手数料は、1点につき500円とする。"),
            ("施設規則", "休館日は、月曜日とする。この規則は、令和8年4月1日から施行する。"),
            ("駐車場", "駐車場: 東口、最初の30分: 150円、1日の上限: 1,500円\n駐車場: 公園、最初の30分: 0円、1日の上限: 500円"),
            ("必要な書類", "必要な書類は、次のとおりです。\n(1) 申請書\n(2) 本人確認書類\n(3) 委任状"),
            ("FAQ", "質問: 返金できますか。、回答: 返金や交換はできません。、担当課: 市民課"),
        ];
        let asking = testing::asking(&texts).await;
        let object = |of: Value| json!({"type": "object", "properties": of});
        let schemas = [
            object(json!({"fee": {"type": "integer", "description": "手数料", "minimum": 0}})),
            object(json!({"fee": {"type": ["number", "null"], "description": "料金"}, "unit": {"type": "string", "maxLength": 12}})),
            object(json!({"from": {"type": "string", "format": "date", "description": "施行の日"}})),
            object(json!({"papers": {"type": "array", "items": {"type": "string"}, "description": "必要な書類", "maxItems": 2}})),
            object(
                json!({"rows": {"type": "array", "description": "駐車場の料金", "items": {"type": "object", "required": ["name", "hours"],
                "properties": {"name": {"type": "string", "description": "駐車場"}, "hours": {"type": "integer", "description": "営業時間は何時間"},
                "most": {"type": "integer", "description": "1日の上限の料金"}}}}}),
            ),
            object(json!({"refund": {"type": "boolean", "description": "返金できるか"}})),
            object(json!({"section": {"type": "string", "enum": ["市民課", "税務課"], "description": "担当課"}})),
            object(
                json!({"rule": object(json!({"fee": {"type": "integer", "description": "手数料"}, "day": {"type": ["string", "null"], "description": "休館日"}}))}),
            ),
            json!({"type": "object", "required": ["moon"], "properties": {"moon": {"type": "number", "description": "火星の衛星の直径"}}}),
            object(json!({"days": {"type": "array", "items": {"type": "integer"}, "description": "何日前までに申し込むか"}})),
        ];
        let subjects = ["粗大ごみ", "住民票の写し", "駐車場", "東口の駐車場", "申請", "返金", "休館日", "施設", "証明書", "Mars"];
        let (mut valid, mut filled) = (0, 0);
        for schema in &schemas {
            let read = Schema::read(schema).expect("a schema");
            for subject in subjects {
                let (events, mut seen) = mpsc::channel(64);
                let question = Question::new(subject).expect("a question");
                let viewer = testing::viewer();
                let work = async {
                    let extracted = extract(&asking, &viewer, &question, &read, &events).await;
                    drop(events);
                    extracted
                };
                let (extracted, ()) = tokio::join!(work, async { while seen.recv().await.is_some() {} });
                let extracted = extracted.expect("values");
                assert!(jsonschema::is_valid(&extracted.schema, &extracted.values), "{subject}: {}", extracted.values);
                // What is complete is valid by the schema as it was written.
                assert!(!extracted.complete || jsonschema::is_valid(schema, &extracted.values), "{subject}: {}", extracted.values);
                for field in &extracted.fields {
                    assert_eq!(field.value.is_null(), field.empty.is_some(), "{field:?}");
                    assert_eq!(field.value.is_null(), field.backing.is_empty(), "{field:?}");
                    filled += usize::from(!field.value.is_null());
                }
                valid += 1;
            }
        }
        assert_eq!(valid, 100);
        // Most subjects have nothing to do with most schemas: those fields stay empty.
        assert!(filled >= 5, "{filled} fields were filled");
    }

    #[tokio::test]
    async fn what_a_larger_model_writes_counts_only_where_it_stands() {
        let schema = json!({"type": "object", "properties": {"fee": {"type": "integer", "description": "手数料"}}});
        let invented = extracted(Some(r#"{"source":1,"quote":"1点につき500円","value":900}"#), schema.clone()).await;
        assert_eq!(invented.values, json!({"fee": 500}));
        let written = extracted(Some(r#"{"source":1,"quote":"1点につき500円","value":500}"#), schema).await;
        assert_eq!(written.fields[0].backing[0].text, "1点につき500円");
    }
}
