//! What a passage cannot be understood without: the words that its items hang on, the list that it announces.

use super::Asking;
use crate::evidence::QUOTABLE;
use crate::folding::fold;
use crate::passage::{Passage, StoredPassage};
use crate::ports::PortError;
use crate::repetition::Distinct;
use crate::viewer::Viewer;

/// Passages added at most.
const MOST: usize = 2;
/// Characters at the end of a passage in which it announces what follows.
const ENDING: usize = 60;

/// The neighbours that the first of the chosen passages need and that are not among them.
pub(super) async fn of(asking: &Asking, viewer: &Viewer, chosen: &[Distinct]) -> Result<Vec<Distinct>, PortError> {
    let first: Vec<&StoredPassage> = chosen.iter().take(QUOTABLE).map(|d| &d.passage).collect();
    let wanting: Vec<_> = first.iter().filter(|s| hangs_on_what_precedes(&s.passage) || announces(&s.passage)).map(|s| s.id).collect();
    if wanting.is_empty() {
        return Ok(Vec::new());
    }
    let around = asking.passages.neighbours(viewer, &wanting).await?;
    let needed = |n: &StoredPassage| first.iter().any(|s| needs(s, n)) && chosen.iter().all(|d| d.passage.id != n.id);
    let needed = around.into_iter().filter(needed).take(MOST);
    Ok(needed.map(|passage| Distinct { passage, repeated: Vec::new() }).collect())
}

/// Whether a passage needs its neighbour: one of the same article or section, before an item or after an announcement.
fn needs(passage: &StoredPassage, neighbour: &StoredPassage) -> bool {
    let (own, other) = (&passage.passage, &neighbour.passage);
    if passage.version != neighbour.version || passage.days != neighbour.days || !is_same_part(own, other) {
        return false;
    }
    let before = other.ordinal + 1 == own.ordinal && hangs_on_what_precedes(own);
    let after = own.ordinal + 1 == other.ordinal && announces(own);
    before || after
}

/// Whether both stand under the same outer headings; the innermost may differ, where items have one of their own.
fn is_same_part(a: &Passage, b: &Passage) -> bool {
    let shared = a.heading_path.len().min(b.heading_path.len());
    !a.heading_path.is_empty() && (a.heading_path == b.heading_path || shared > 0 && a.heading_path[..shared] == b.heading_path[..shared])
}

/// Whether a passage begins with an item: 「(1)」「一　」「ア」「①」.
fn hangs_on_what_precedes(passage: &Passage) -> bool {
    let text: String = fold(passage.text.trim_start()).chars().take(8).collect();
    let Some(rest) = text.strip_prefix('(') else {
        let original = passage.text.trim_start();
        let first = original.chars().next().unwrap_or(' ');
        let second = original.chars().nth(1).unwrap_or(' ');
        let kanji = "一二三四五六七八九十".contains(first) && second.is_whitespace();
        let kana = "アイウエオカキクケコイロハニホヘト".contains(first) && second.is_whitespace();
        return kanji || kana || matches!(first, '①'..='⑳');
    };
    rest.split_once(')').is_some_and(|(mark, _)| !mark.is_empty() && mark.chars().count() <= 3)
}

/// Whether a passage ends with an announcement of what follows it.
fn announces(passage: &Passage) -> bool {
    const WORDS: [&str; 7] = ["次の各号", "次に掲げる", "次のとおり", "次の表", "下記のとおり", "以下のとおり", "左の各号"];
    let text = passage.text.trim_end();
    let start = text.char_indices().rev().nth(ENDING - 1).map_or(0, |(at, _)| at);
    let last = text[start..].lines().last().unwrap_or("");
    WORDS.iter().any(|w| last.contains(w)) || text.ends_with(['：', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::source;

    fn passage(ordinal: u32, heading: &str, text: &str) -> StoredPassage {
        let mut stored = source(1, "条例", text).passage;
        stored.passage.ordinal = ordinal;
        stored.passage.heading_path = vec![heading.to_owned()];
        stored
    }

    #[test]
    fn an_item_needs_the_words_before_it() {
        let lead = passage(3, "第9条（減免）", "第9条　市長は、次の各号のいずれかに該当するときは、手数料を免除する。");
        let item = passage(4, "第9条（減免）", "(2) 災害により被害を受けた者が申請するとき。");
        assert!(needs(&item, &lead) && needs(&lead, &item));
        assert!(!needs(&item, &passage(3, "第8条", "第8条　手数料は、前納とする。")));
        assert!(!needs(&passage(4, "第9条（減免）", "２　前項の申請は、書面でする。"), &lead));
        assert!(!needs(&item, &passage(2, "第9条（減免）", "第9条　市長は、")));
    }

    #[test]
    fn a_list_that_is_announced_is_needed() {
        let lead = passage(1, "手続", "必要な書類は、次のとおりです。");
        assert!(needs(&lead, &passage(2, "手続", "・申請書\n・写真")));
        assert!(!needs(&passage(1, "手続", "書類を出してください。"), &passage(2, "手続", "・申請書")));
    }
}
