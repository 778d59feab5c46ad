//! Setting an answer out in the form that was asked for: the list or table that its words stand in, with the passages around
//! them that it runs over.

use super::Asking;
use crate::answer::{Answer, AnswerKind, Source, Support};
use crate::asked::Asked;
use crate::citation;
use crate::evidence::{self, Quotation};
use crate::evidence::{Ground, QUOTABLE};
use crate::forms::{self, Arranged, ArrangedRow, Form, Run};
use crate::id::PassageId;
use crate::locator::{Place, Span};
use crate::passage::StoredPassage;
use crate::ports::{PassageStore, PortError};
use crate::question::Question;
use crate::ranking::TermWeight;
use crate::viewer::Viewer;

/// Passages looked at before and behind the one that answers.
const REACH: usize = 8;

/// Sets the answer out, if its question wants a form and the sources have one. A form that a person chose is given even where
/// they have none: then the sentences stand one below the other, and it is said.
pub(super) async fn arrange(
    asking: &Asking,
    viewer: &Viewer,
    question: &Question,
    terms: &[TermWeight],
    answer: &mut Answer,
) -> Result<(), PortError> {
    let form = question.form();
    if form == Form::Plain || answer.kind == AnswerKind::Refused {
        return Ok(());
    }
    let quotes = quotes(answer);
    let thresholds = &asking.policy.evidence;
    let mut best: Option<(Run, Vec<StoredPassage>)> = None;
    let mut looked: Vec<PassageId> = Vec::new();
    let embedder = &asking.embedder.identity().hash;
    let suffices = |s: &&Source| Ground::of(std::slice::from_ref(*s)).judged_by(embedder).suffices(thresholds);
    let first: Vec<&Source> = answer.sources.iter().take(QUOTABLE).filter(suffices).collect();
    let cited = answer.sources.iter().filter(|s| quotes.iter().any(|(id, _)| *id == s.passage.id));
    for source in cited.chain(first) {
        if looked.contains(&source.passage.id) {
            continue;
        }
        let section = section(asking.passages.as_ref(), viewer, &source.passage, REACH).await?;
        looked.extend(section.iter().map(|s| s.id));
        let run = forms::arrange(form, terms, &quotes, &section, thresholds.sufficient_coverage);
        if let Some(run) = run.filter(|r| best.as_ref().is_none_or(|(b, _)| r.score > b.score)) {
            best = Some((run, section));
        }
    }
    let best = match question.form {
        // One item that answers by itself, among others about something else, is no list that anybody asked for.
        None => best.filter(|(run, section)| !answers_alone(run, section, terms)),
        Some(_) => best.or_else(|| {
            let held: Vec<StoredPassage> = answer.sources.iter().map(|s| s.passage.clone()).collect();
            forms::plain_rows(&quotes, &held).map(|run| (run, held))
        }),
    };
    if let Some((run, section)) = best {
        let asked = Asked::of(&question.words());
        answer.arranged = arranged(form, run, &section, &mut answer.sources, |s| evidence::strength(&asked, terms, s, 0.0, None));
    }
    Ok(())
}

/// Whether one row of a list holds nearly all that the question says, and no other comes near.
fn answers_alone(run: &Run, section: &[StoredPassage], terms: &[TermWeight]) -> bool {
    const ALL: f32 = 0.6;
    const NEAR: f32 = 0.25;
    let share = |(index, span): (usize, Span)| {
        let words = section.get(index).and_then(|s| span.slice(&s.passage.text)).unwrap_or("");
        evidence::coverage(terms, words)
    };
    let mut shares: Vec<f32> = run.rows.iter().map(|row| share(row.at)).collect();
    shares.sort_by(|a, b| b.total_cmp(a));
    run.columns.is_empty() && shares.len() > 1 && shares[0] >= ALL && shares[0] - shares[1] >= NEAR
}

/// The passages around one that stand under the same headings, in order, itself among them; at most `reach` on either side.
pub(crate) async fn section(
    passages: &dyn PassageStore,
    viewer: &Viewer,
    middle: &StoredPassage,
    reach: usize,
) -> Result<Vec<StoredPassage>, PortError> {
    let mut section = vec![middle.clone()];
    for _ in 0..reach {
        let ends: Vec<PassageId> = section.first().into_iter().chain(section.last()).map(|s| s.id).collect();
        let near = passages.neighbours(viewer, &ends).await?;
        let before = section.len();
        for passage in near {
            let same = passage.version == middle.version && passage.days == middle.days && is_same_section(&passage, middle);
            let ordinal = passage.passage.ordinal;
            if same && section.first().is_some_and(|f| ordinal + 1 == f.passage.ordinal) {
                section.insert(0, passage);
            } else if same && section.last().is_some_and(|l| ordinal == l.passage.ordinal + 1) {
                section.push(passage);
            }
        }
        if section.len() == before {
            break;
        }
    }
    Ok(section)
}

fn is_same_section(a: &StoredPassage, b: &StoredPassage) -> bool {
    match (&a.passage.locator.place, &b.passage.locator.place) {
        (Place::Cells { sheet, .. }, Place::Cells { sheet: other, .. }) => sheet == other,
        _ => a.passage.heading_path == b.passage.heading_path,
    }
}

/// The words of the sources that the answer's supported sentences rest on.
fn quotes(answer: &Answer) -> Vec<(PassageId, Span)> {
    let supported = answer.sentences.iter().filter(|s| s.support == Support::Supported).flat_map(|s| &s.citations);
    let quote = |citation: &crate::answer::Citation| {
        let stored = &answer.source(citation.source)?.passage;
        Some((stored.id, citation.quote.unwrap_or(Span::new(0, stored.passage.text.len()))))
    };
    supported.filter_map(quote).collect()
}

/// Puts the rows behind their places: passages that are no sources yet become some.
fn arranged(
    form: Form,
    run: Run,
    section: &[StoredPassage],
    sources: &mut Vec<Source>,
    strength: impl Fn(&StoredPassage) -> evidence::Strength,
) -> Option<Arranged> {
    let mut backing = |(index, span): (usize, Span)| {
        let stored = section.get(index)?;
        let source = match sources.iter().position(|s| s.passage.id == stored.id) {
            Some(known) => known,
            None => {
                let number = sources.iter().map(|s| s.number).max().unwrap_or(0) + 1;
                sources.push(Source { number, passage: stored.clone(), strength: strength(stored), repeated: Vec::new() });
                sources.len() - 1
            }
        };
        citation::quote(&[Quotation { source, span }], sources).pop()
    };
    let lead = run.lead.and_then(&mut backing);
    let rows: Vec<ArrangedRow> = run
        .rows
        .into_iter()
        .filter_map(|row| Some(ArrangedRow { label: row.label, cells: row.cells, answers: row.answers, backing: backing(row.at)? }))
        .collect();
    let left_out = run.left_out as u32;
    (!rows.is_empty()).then_some(Arranged { form, structured: run.structured, lead, columns: run.columns, rows, left_out })
}

#[cfg(test)]
mod tests {
    use crate::answer::Answer;
    use crate::asking::ask;
    use crate::forms::Form;
    use crate::question::Question;
    use crate::testing::{self, MemoryPassages, stored_passage};
    use std::sync::Arc;
    use tokio::sync::mpsc;

    async fn answer(question: &str, form: Option<Form>) -> Answer {
        let texts = [
            "トナーの交換の手順は、次のとおりです。\n1　前カバーを開けます。\n2　カートリッジを抜きます。",
            "3　新しいカートリッジを入れます。",
            "排熱の穴をふさがないでください。",
        ];
        let mut stored: Vec<_> = texts.iter().enumerate().map(|(i, text)| stored_passage(i as i64 + 1, "プリンターの手引", text)).collect();
        for (ordinal, passage) in stored.iter_mut().enumerate() {
            passage.version = crate::id::VersionId(1);
            passage.passage.ordinal = ordinal as u32;
            passage.passage.heading_path = vec![if ordinal < 2 { "トナーの交換" } else { "注意" }.to_owned()];
        }
        let mut asking = testing::asking(&[]).await;
        let index = testing::MemoryIndex::default();
        index.hold(&stored[..1]);
        asking.index = Arc::new(index);
        asking.passages = Arc::new(MemoryPassages(stored));
        let mut question = Question::new(question).expect("a question");
        question.form = form;
        let (events, mut seen) = mpsc::channel(64);
        let answer = ask(&asking, &testing::viewer(), &question, &events).await.expect("an answer");
        drop(events);
        while seen.recv().await.is_some() {}
        answer
    }

    #[tokio::test]
    async fn steps_come_whole_with_the_passages_that_they_run_over() {
        let answer = answer("トナーの交換の手順は", None).await;
        let arranged = answer.arranged.as_ref().expect("steps");
        assert_eq!((arranged.form, arranged.structured), (Form::Steps, true));
        let steps: Vec<&str> = arranged.rows.iter().map(|r| r.cells[0].as_str()).collect();
        assert_eq!(steps, ["前カバーを開けます。", "カートリッジを抜きます。", "新しいカートリッジを入れます。"]);
        for row in &arranged.rows {
            let citation = row.backing.citations[0];
            let source = answer.source(citation.source).expect("a source");
            let quoted = citation.quote.and_then(|q| q.slice(&source.passage.passage.text)).expect("a quotation");
            assert_eq!(quoted, row.backing.text);
            assert!(row.cells.iter().all(|cell| quoted.contains(cell)));
        }
    }

    #[tokio::test]
    async fn plain_is_plain_and_a_chosen_form_is_always_given() {
        assert_eq!(answer("トナーの交換の手順は", Some(Form::Plain)).await.arranged, None);
        assert_eq!(answer("排熱の穴をふさがないのはなぜ", None).await.arranged, None);
    }
}
