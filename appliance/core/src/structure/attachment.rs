//! The names of what is attached to a regulation: 別表, 様式, 別記.

use super::marker::{LONGEST_HEADING, Marker, branches};
use super::{NodeKind, numeral};

/// 「別表第1（第3条関係）」「様式第2号」「別記様式」「別紙1」.
pub(super) fn attachment(text: &[char]) -> Option<Marker> {
    const NAMES: [(&str, NodeKind); 9] = [
        ("別記様式", NodeKind::Form),
        ("別紙様式", NodeKind::Form),
        ("別表", NodeKind::Schedule),
        ("付表", NodeKind::Schedule),
        ("様式", NodeKind::Form),
        ("別記", NodeKind::Annex),
        ("別紙", NodeKind::Annex),
        ("別図", NodeKind::Annex),
        ("別添", NodeKind::Annex),
    ];
    let bare: Vec<(usize, char)> = text.iter().copied().enumerate().filter(|(_, c)| !c.is_whitespace()).collect();
    let starts = |name: &str| name.chars().eq(bare.iter().map(|(_, c)| *c).take(name.chars().count()));
    let (name, kind) = NAMES.into_iter().find(|(name, _)| starts(name))?;
    let mut at = bare.get(name.chars().count()).map_or(text.len(), |(at, _)| *at);
    let mut end = bare[name.chars().count() - 1].0 + 1;
    let mut numbers = Vec::new();
    let ordinal = text.get(at) == Some(&'第');
    if let Some((number, taken)) = text.get(at + usize::from(ordinal)..).and_then(numeral::number) {
        at += usize::from(ordinal) + taken;
        if text.get(at) == Some(&'号') {
            at += 1;
        }
        numbers.push(number);
        at += branches(&text[at..], &mut numbers);
        end = at;
        if text.get(at) == Some(&'号') {
            end += 1;
        }
    } else if ordinal {
        return None;
    }
    let rest: String = text[end..].iter().collect();
    let label: String = text[..end].iter().filter(|c| !c.is_whitespace()).collect();
    // 「様式」 and 「別紙」 are words of running text too, where nothing sets them apart.
    attaches(&rest).then(|| Marker::Attachment { kind, number: numbers, label, rest: rest.trim().to_owned() })
}

/// Whether what follows the name of a schedule or a form heads it, and does not speak of it.
pub(super) fn attaches(rest: &str) -> bool {
    let begins = rest.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '（' | '(' | '〔' | '[' | '［'));
    let after = rest.trim_start();
    let short = after.chars().count() <= LONGEST_HEADING && !after.ends_with(['。', '、']) && !after.contains('。');
    let closed = if rest.starts_with(['（', '(']) {
        let close = after.find(['）', ')']).map(|at| &after[at..]);
        close.and_then(|c| c.chars().nth(1)).is_none_or(|c| c.is_whitespace() || !"のにをはがとでへも及又並若、，".contains(c))
    } else {
        true
    };
    begins && short && closed
}
