//! The outline of a document: the headings above its passages, each with the first place it stands over.

use crate::links;
use appliance_core::locator::Place;
use appliance_core::passage::StoredPassage;
use appliance_core::ports::catalog::Edition;

/// Documents of more passages get no outline: reading all passages for it would slow every page down.
pub const MOST_PASSAGES: u32 = 600;
const MOST_ENTRIES: usize = 200;

/// A heading.
pub struct Heading {
    /// Its words.
    pub text: String,
    /// 1 is the outermost; deeper than 3 is shown as 3.
    pub level: usize,
    /// Where what stands under it begins.
    pub href: String,
}

/// The headings of a document, in order.
pub fn outline(passages: &[StoredPassage], edition: Edition) -> Vec<Heading> {
    let mut headings = Vec::new();
    let mut previous: &[String] = &[];
    for stored in passages {
        let path = &stored.passage.heading_path;
        let shared = path.iter().zip(previous).take_while(|(a, b)| a == b).count();
        for (depth, text) in path.iter().enumerate().skip(shared) {
            headings.push(Heading { text: text.clone(), level: (depth + 1).min(3), href: href(stored, edition) });
        }
        previous = path;
        if headings.len() >= MOST_ENTRIES {
            break;
        }
    }
    // A single heading tells nothing that the title does not.
    if headings.len() < 2 { Vec::new() } else { headings }
}

/// The place without a mark: nothing is cited here.
fn href(stored: &StoredPassage, edition: Edition) -> String {
    let place = &stored.passage.locator.place;
    let edition = links::edition(edition).map(|e| format!("?{e}")).unwrap_or_default();
    let address = format!("{}{edition}", links::place(stored.document, place, None));
    match place {
        Place::Text { first_line, .. } => format!("{address}#line-{first_line}"),
        Place::Pages { .. } | Place::Cells { .. } => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::testing::stored_passage;

    #[test]
    fn each_heading_stands_once() {
        let mut passages = Vec::new();
        for (id, path) in [(1, vec!["第1章", "第1条"]), (2, vec!["第1章", "第1条"]), (3, vec!["第1章", "第2条"]), (4, vec!["第2章"])]
        {
            let mut stored = stored_passage(id, "条例", "本文");
            stored.passage.heading_path = path.into_iter().map(str::to_owned).collect();
            passages.push(stored);
        }
        let headings = outline(&passages, Edition::Answering);
        let written: Vec<(usize, &str)> = headings.iter().map(|h| (h.level, h.text.as_str())).collect();
        assert_eq!(written, [(1, "第1章"), (2, "第1条"), (2, "第2条"), (1, "第2章")]);
        assert_eq!(headings[2].href, "/documents/3/at/line/1#line-1");
    }
}
