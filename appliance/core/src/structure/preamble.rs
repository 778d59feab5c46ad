//! What stands between the title of a regulation and its first part: 公布, 番号, 改正 and 施行.

use super::{Dates, dates};

/// Blocks at the start of a regulation in which its title and its dates stand.
const BLOCKS: usize = 16;

/// Reads the dates that a line at the start of a regulation bears.
pub(super) fn read(own: &mut Dates, index: usize, line: &str) {
    if index > BLOCKS {
        return;
    }
    let tight: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    let days = dates(&tight);
    if let Some((day, start, end)) = days.first().copied() {
        let bare = tight.trim_start_matches(['(', '（', '〔']);
        if tight.contains("改正") {
            own.amended.extend(days.iter().map(|(d, ..)| *d));
        } else if tight.contains("施行") {
            own.effective = Some(day);
        } else if start <= tight.len() - bare.len() && own.promulgated.is_none() && tight.chars().count() <= 60 {
            own.promulgated = Some(day);
            let after = tight[end..].trim_matches(['(', ')', '（', '）', '〔', '〕']);
            own.number = (!after.is_empty()).then(|| after.to_owned());
        }
    } else if own.number.is_none() && tight.chars().count() <= 30 && is_number(&tight) {
        own.number = Some(tight.trim_matches(['(', ')', '（', '）']).to_owned());
    }
}

/// 「条例第25号」「（令和七年細則第五号）」, without white space.
pub(super) fn is_number(tight: &str) -> bool {
    let kinds = ["条例", "規則", "規程", "訓令", "告示", "要綱", "要領", "法律", "政令", "省令", "細則", "規約", "令"];
    let bare = tight.trim_matches(['(', ')', '（', '）']);
    bare.ends_with('号') && bare.contains('第') && kinds.iter().any(|k| bare.contains(k))
}
