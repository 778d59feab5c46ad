//! Questions with their answers: each pair is a passage of its own, in sheets and in running text.

use appliance_core::document::{Block, BlockKind, Document};

/// Blocks after a question among which its answer begins.
const ANSWERED_WITHIN: usize = 3;

/// Whether a row is a question with its answer.
pub(super) fn is_pair(block: &Block, document: &Document) -> bool {
    let text = block.span.slice(&document.text).unwrap_or("");
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    has(&["質問", "問合せ", "問い合わせ", "問合わせ", "照会", "Q: ", "Ｑ: ", "問: ", "問い: ", "Question: "])
        && has(&["回答", "A: ", "Ａ: ", "答: ", "答え: ", "Answer: "])
}

/// Whether a line of running text asks (「Q1　…」「問 …」), and one soon after it answers.
pub(super) fn begins(document: &Document, index: usize) -> bool {
    if !is_marked(document, index, &['Q', 'Ｑ', '問']) {
        return false;
    }
    let after = index + 1..(index + 1 + ANSWERED_WITHIN).min(document.blocks.len());
    let mut after = after.take_while(|next| !is_marked(document, *next, &['Q', 'Ｑ', '問']));
    after.any(|next| is_marked(document, next, &['A', 'Ａ', '答']))
}

/// Whether a line answers the question that stands right above it.
pub(super) fn answers(document: &Document, above: usize, index: usize) -> bool {
    is_marked(document, index, &['A', 'Ａ', '答']) && is_marked(document, above, &['Q', 'Ｑ', '問'])
}

/// Whether a line begins with one of these letters as a mark: alone, with a number, and with a sign or a space after it.
fn is_marked(document: &Document, index: usize, letters: &[char]) -> bool {
    let Some(block) = document.blocks.get(index).filter(|b| b.kind != BlockKind::Row) else { return false };
    let text = block
        .span
        .slice(&document.text)
        .unwrap_or("")
        .trim_start_matches(['【', '［', '[', '■', '□', '●', '○', '◆', '-', '・', '*', '#', ' ']);
    let Some(rest) = text.strip_prefix(letters) else { return false };
    let after = rest.trim_start_matches(|c: char| c.is_numeric());
    let sign = after.chars().next();
    sign.is_some_and(|c| c.is_whitespace() || matches!(c, '.' | '．' | ':' | '：' | '】' | '］' | ']' | ')' | '）' | '、' | '-' | '－'))
        && after.len() > 3
}
