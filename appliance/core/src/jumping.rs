//! Jumping: a question that is nothing but a reference (「手数料条例 第9条」) leads to the place instead of an answer.
//!
//! The places are those that the search finds for references, among what the viewer may see; a regulation or an article
//! that is hidden is as unknown as one that does not exist.

use crate::asking::{Asking, in_force};
use crate::folding::fold;
use crate::id::DocumentId;
use crate::passage::StoredPassage;
use crate::ports::PortError;
use crate::question::Question;
use crate::ranking::{HybridQuery, Ranking, ReferenceOutcome, ResolvedReference};
use crate::reference::{naming, references, standing};
use crate::validity::{self, Day};
use crate::viewer::Viewer;
use std::collections::HashSet;

/// Passages looked at for regulations that have a place which was asked for without a name.
const CANDIDATES: usize = 50;
/// Places offered for one reference.
const MOST: usize = 10;
/// What may stand around and between references besides names.
const JOINTS: [&str; 14] = ["及び", "並びに", "又は", "若しくは", "および", "または", "から", "まで", "と", "や", "の", "、", ",", "・"];

/// Where a reference leads.
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// The regulation's name as it was resolved, or as it was written where none is known; may be empty.
    pub name: String,
    /// The place, in its one spelling.
    pub address: String,
    /// What is there.
    pub ways: Ways,
}

/// What stands at a place, or could be meant instead.
#[derive(Debug, Clone, PartialEq)]
pub enum Ways {
    /// The place, once for each document that has it.
    Found(Vec<StoredPassage>),
    /// The regulation has no such place; the nearest that it has.
    NoSuchPlace(Vec<(String, StoredPassage)>),
    /// No such regulation; names that are like it.
    NoSuchName(Vec<String>),
    /// The regulation was not named; documents that have such a place.
    Unnamed(Vec<StoredPassage>),
}

/// Where a question that is references alone leads, each in turn; `None` for every other question.
pub async fn jump(asking: &Asking, viewer: &Viewer, question: &Question) -> Result<Option<Vec<Destination>>, PortError> {
    if names_of(question.undated()).is_none() {
        return Ok(None);
    }
    let day = question.as_of(validity::today(asking.clock.as_ref())).day;
    let mut query = HybridQuery::lexical(viewer, question, CANDIDATES);
    query.as_of = Some(day);
    let ranking = asking.index.search(query).await?;
    if !is_alone(question.undated(), &ranking.references) {
        return Ok(None);
    }
    let mut destinations = Vec::with_capacity(ranking.references.len());
    for (reference, written) in ranking.references.iter().zip(names_of(question.undated()).unwrap_or_default()) {
        let ways = ways(asking, viewer, day, &ranking, reference).await?;
        let name = if reference.name.is_empty() { written } else { reference.name.clone() };
        let until = reference.until.as_ref().map(|u| format!("–{u}")).unwrap_or_default();
        destinations.push(Destination { name, address: format!("{}{until}", reference.address), ways });
    }
    Ok(Some(destinations))
}

async fn ways(asking: &Asking, viewer: &Viewer, day: Day, ranking: &Ranking, reference: &ResolvedReference) -> Result<Ways, PortError> {
    Ok(match &reference.outcome {
        ReferenceOutcome::Found { passages } => {
            let found = in_force(asking, viewer, day, passages).await?;
            Ways::Found(one_a_document(found))
        }
        ReferenceOutcome::NoSuchPlace { nearest } => {
            let ids: Vec<_> = nearest.iter().map(|(_, passage)| *passage).collect();
            let found = in_force(asking, viewer, day, &ids).await?;
            let with = |(place, id): &(String, _)| Some((place.clone(), found.iter().find(|s| s.id == *id)?.clone()));
            Ways::NoSuchPlace(nearest.iter().filter_map(with).collect())
        }
        ReferenceOutcome::NoSuchName { nearest } => Ways::NoSuchName(nearest.clone()),
        ReferenceOutcome::Unnamed => {
            let ids: Vec<_> = ranking.passages.iter().map(|p| p.passage).collect();
            let address = reference.address.to_string();
            let mut found = in_force(asking, viewer, day, &ids).await?;
            found.retain(|s| standing(&s.title, &s.passage.heading_path, &s.passage.text).addresses.contains(&address));
            Ways::Unnamed(one_a_document(found))
        }
    })
}

/// The first passage of each document.
fn one_a_document(found: Vec<StoredPassage>) -> Vec<StoredPassage> {
    let mut seen: HashSet<DocumentId> = HashSet::new();
    found.into_iter().filter(|s| seen.insert(s.document)).take(MOST).collect()
}

/// The name before each reference of a text that holds nothing else; `None` for a text that does, or holds no reference.
fn names_of(text: &str) -> Option<Vec<String>> {
    let found = references(text, None);
    let mut names = Vec::with_capacity(found.len());
    let mut at = 0;
    for reference in &found {
        names.push(name(text.get(at..reference.span.start)?)?);
        at = reference.span.end;
    }
    let rest = bare(text.get(at..)?);
    (!names.is_empty() && rest.is_empty()).then_some(names)
}

/// The name that a text between references is; empty where it is none, `None` where it says more.
fn name(between: &str) -> Option<String> {
    let key = naming::key(&bare(between));
    (key.is_empty() || naming::is_regulation(&key)).then_some(key)
}

/// A folded text without joints, marks and white space at its ends.
fn bare(text: &str) -> String {
    let marks = |c: char| c.is_whitespace() || "「」『』\"“”。?？".contains(c);
    let mut text = fold(text);
    loop {
        let trimmed = text.trim_matches(marks);
        let open = JOINTS.iter().find_map(|j| trimmed.strip_prefix(j)).unwrap_or(trimmed);
        // 「の」 before a place; a name ends with none of the others.
        let shorter = open.strip_suffix('の').unwrap_or(open).to_owned();
        if shorter.len() == text.len() {
            return shorter;
        }
        text = shorter;
    }
}

/// Whether what stands before the references is their names and no sentence around them.
fn is_alone(text: &str, resolved: &[ResolvedReference]) -> bool {
    let Some(names) = names_of(text) else { return false };
    let long = |s: &str| s.chars().count();
    let fits = |(written, reference): (&String, &ResolvedReference)| match reference.outcome {
        // 「粗大ごみはどうなる手数料条例第9条」 says more than the name that was found at its end.
        _ if !reference.name.is_empty() => long(written) <= long(&reference.name),
        _ => !written.contains(['は', 'を', 'が', 'へ']),
    };
    names.len() == resolved.len() && names.iter().zip(resolved).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&[&str]>) {
        let expected = expected.map(|names| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
        assert_eq!(names_of(text), expected, "{text}");
    }

    #[test]
    fn a_reference_alone_is_told_from_a_question_about_one() {
        check("手数料条例 第9条", Some(&["手数料条例"]));
        check("「みなと市手数料条例」の第９条第２項", Some(&["みなと市手数料条例"]));
        check("民法1044の2", Some(&["民法"]));
        check("第9条", Some(&[""]));
        check("手数料条例別表第一", Some(&["手数料条例"]));
        check("手数料条例第3条から第5条まで", Some(&["手数料条例"]));
        check("手数料条例第9条及び第10条、公園条例第2条", Some(&["手数料条例", "", "公園条例"]));
        check("手数料条例第9条の減免とは", None);
        check("手数料条例第9条を教えて", None);
        check("粗大ごみ 第9条", None);
        check("手数料条例", None);
        check("粗大ごみの手数料", None);
    }
}
