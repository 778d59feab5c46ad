//! The words for states, formats, warnings and places.

use crate::page::Page;
use appliance_core::answer::{AnswerKind, Stage};
use appliance_core::answering::AnswerMode;
use appliance_core::citation::{Criterion, Fault};
use appliance_core::document::{Format, PageReading, TextOrigin, Warning};
use appliance_core::folding::fold_tight;
use appliance_core::likeness::Likeness;
use appliance_core::locator::Place;
use appliance_core::ports::catalog::{DocumentEntry, FailureReason, IngestStage, VersionState};
use appliance_core::quality::DOUBTFUL_PAGE;
use appliance_core::viewer::Role;

/// ① to ⑳, then (21).
pub fn circled(number: u32) -> String {
    match number {
        1..=20 => char::from_u32(0x245f + number).map_or_else(String::new, String::from),
        _ => format!("({number})"),
    }
}

/// A place as a person names it: p.7, 料金表!C12, 行12.
pub fn place(page: &Page, place: &Place) -> String {
    match place {
        Place::Pages { lines } => match (lines.first(), lines.last()) {
            (Some(first), Some(last)) if first.page != last.page => format!("p.{}–{}", first.page, last.page),
            (Some(first), _) => format!("p.{}", first.page),
            _ => String::new(),
        },
        Place::Cells { name, range, .. } => format!("{name}!{range}"),
        Place::Text { first_line, last_line } if first_line == last_line => page.with("place-line", "line", *first_line),
        Place::Text { first_line, last_line } => {
            page.words("place-lines", &[("first", (*first_line).into()), ("last", (*last_line).into())])
        }
    }
}

/// The headings above a passage, without one that only repeats the document's title.
pub fn headings(title: &str, path: &[String]) -> String {
    let plain = |text: &str| fold_tight(text).trim_start_matches(['○', '◯', '●', '#']).to_owned();
    let title = plain(title);
    let shown: Vec<&str> = path.iter().map(String::as_str).filter(|h| plain(h) != title).collect();
    shown.join(" › ")
}

/// A file format.
pub fn format(page: &Page, format: Option<Format>) -> String {
    match format {
        Some(Format::Pdf) => "PDF".to_owned(),
        Some(Format::Xlsx | Format::Xlsb | Format::Xls | Format::Ods) => page.t("format-workbook"),
        Some(Format::Csv | Format::Tsv) => page.t("format-table"),
        Some(Format::Text) => page.t("format-text"),
        Some(Format::Markdown) => "Markdown".to_owned(),
        Some(Format::Docx | Format::Odt) => page.t("format-document"),
        Some(Format::Pptx | Format::Odp) => page.t("format-presentation"),
        Some(Format::Html) => page.t("format-page"),
        Some(Format::Mail) => page.t("format-mail"),
        Some(Format::Zip) => page.t("format-archive"),
        None => "–".to_owned(),
    }
}

/// What sort of answer it is.
pub fn kind(page: &Page, kind: AnswerKind) -> String {
    page.t(match kind {
        AnswerKind::Quoted => "kind-quoted",
        AnswerKind::Extracted => "kind-extracted",
        AnswerKind::Composed => "kind-composed",
        AnswerKind::Refused => "kind-refused",
    })
}

/// How freely an answer's words were chosen.
pub fn mode(page: &Page, mode: AnswerMode) -> String {
    page.t(match mode {
        AnswerMode::Quote => "mode-quote",
        AnswerMode::Compose => "mode-compose",
        AnswerMode::Extract => "mode-extract",
    })
}

/// In which respect a sentence failed the check.
pub fn fault(page: &Page, fault: &Fault) -> String {
    let key = match fault.criterion {
        Criterion::Citation => "fault-citation",
        Criterion::Number => "fault-number",
        Criterion::Amount => "fault-amount",
        Criterion::Date => "fault-date",
        Criterion::Article => "fault-article",
        Criterion::Provision => "fault-provision",
        Criterion::Name => "fault-name",
        Criterion::Document => "fault-document",
        Criterion::Negation => "fault-negation",
        Criterion::Exception => "fault-exception",
        Criterion::Bound => "fault-bound",
        Criterion::Content => "fault-content",
    };
    page.with(key, "written", fault.written.as_str())
}

/// A stage of answering, once it is over.
pub fn stage(page: &Page, stage: Stage) -> String {
    page.t(match stage {
        Stage::Searching => "record-searching",
        Stage::Choosing => "record-choosing",
        Stage::Writing => "record-writing",
        Stage::Checking => "record-checking",
    })
}

/// What a person may do.
pub fn role(page: &Page, role: Role) -> String {
    page.t(match role {
        Role::Reader => "role-reader",
        Role::Editor => "role-editor",
        Role::Administrator => "role-administrator",
    })
}

/// A state in one word for the stylesheet: good, busy, warn, bad or past.
pub fn tone(state: VersionState) -> &'static str {
    match state {
        VersionState::Queued | VersionState::Ingesting => "busy",
        VersionState::Held => "warn",
        VersionState::Searchable => "good",
        VersionState::Superseded | VersionState::Cancelled => "past",
        VersionState::Failed => "bad",
    }
}

/// A state's name in hooks and scripts, as in the JSON.
pub fn state_name(state: VersionState) -> &'static str {
    match state {
        VersionState::Queued => "queued",
        VersionState::Ingesting => "ingesting",
        VersionState::Held => "held",
        VersionState::Searchable => "searchable",
        VersionState::Superseded => "superseded",
        VersionState::Failed => "failed",
        VersionState::Cancelled => "cancelled",
    }
}

/// Where a document stands. These words change seldom, so that a screen reader may tell each change.
pub fn state(page: &Page, entry: &DocumentEntry) -> String {
    page.t(match (entry.state, entry.progress.map(|p| p.stage)) {
        (VersionState::Held, _) => "state-held",
        (VersionState::Searchable, Some(IngestStage::Embedding)) => "state-answering-by-words",
        (VersionState::Searchable, _) => "state-searchable",
        (VersionState::Superseded, _) => "state-superseded",
        (VersionState::Failed, _) => "state-failed",
        (VersionState::Cancelled, _) => "state-cancelled",
        (VersionState::Queued, _) | (VersionState::Ingesting, None | Some(IngestStage::Queued)) => "state-queued",
        (VersionState::Ingesting, Some(IngestStage::Parsing)) => "state-parsing",
        (VersionState::Ingesting, Some(IngestStage::Embedding)) => "state-preparing",
        (VersionState::Ingesting, Some(_)) => "state-indexing",
    })
}

/// How far it is, how fast, and how long it will take; or what it waits for. Empty when there is nothing to say.
pub fn progress(page: &Page, entry: &DocumentEntry, now: Option<&str>) -> String {
    let mut told: Vec<String> = Vec::new();
    match (entry.state, entry.progress, entry.ahead) {
        (VersionState::Queued, _, Some(ahead)) => {
            told.push(if ahead == 0 { page.t("queue-next") } else { page.with("queue-ahead", "ahead", number(ahead.into())) });
            told.extend(now.map(|title| page.with("queue-now", "title", title)));
        }
        (VersionState::Ingesting | VersionState::Searchable, Some(progress), _) if progress.total > 0 => {
            let pages = progress.stage == IngestStage::Parsing;
            let figures = [("done", number(progress.done.into()).into()), ("total", number(progress.total.into()).into())];
            told.push(page.words(if pages { "progress-pages" } else { "progress-passages" }, &figures));
            if let Some(rate) = progress.rate {
                told.push(page.with(if pages { "rate-pages" } else { "rate-passages" }, "rate", decimal(rate)));
            }
            told.extend(progress.seconds_left().and_then(|seconds| left(page, seconds)));
        }
        _ => {}
    }
    told.join(&page.t("progress-between"))
}

/// A time to go as a person would say it; nothing where it is over before it is read.
fn left(page: &Page, seconds: u32) -> Option<String> {
    match seconds {
        0..=2 => None,
        3..=55 => Some(page.with("left-seconds", "seconds", seconds.div_ceil(5) * 5)),
        56..=3_599 => Some(page.with("left-minutes", "minutes", seconds.div_ceil(60))),
        _ => Some(page.words("left-hours", &[("hours", (seconds / 3_600).into()), ("minutes", (seconds % 3_600 / 60).into())])),
    }
}

/// The title of a document among these that is being read now.
pub fn being_read(entries: &[DocumentEntry]) -> Option<String> {
    entries.iter().find(|e| e.state == VersionState::Ingesting).map(|e| e.title.clone())
}

/// Whether a document failed for want of its password.
pub fn is_locked(entry: &DocumentEntry) -> bool {
    entry.state == VersionState::Failed && entry.failure.as_ref().is_some_and(|f| f.code == "encrypted")
}

/// A share as a whole number of hundredths. What is not whole is never shown as whole, and what is something never as nothing.
pub fn percent(share: f32) -> u32 {
    let hundredths = (share.clamp(0.0, 1.0) * 100.0).round() as u32;
    match hundredths {
        100 if share < 1.0 => 99,
        0 if share > 0.0 => 1,
        other => other,
    }
}

/// How alike two documents are.
pub fn likeness(page: &Page, likeness: Likeness) -> String {
    match likeness {
        Likeness::SameFile => page.t("alike-same-file"),
        Likeness::SameText => page.t("alike-same-text"),
        Likeness::Near(share) => page.with("alike-near", "percent", percent(share)),
    }
}

/// How a page was read.
pub fn origin(page: &Page, reading: PageReading) -> String {
    match reading.origin {
        TextOrigin::Unread => page.t("page-unread"),
        TextOrigin::Blank => page.t("page-blank"),
        TextOrigin::Recognised { confidence } => page.with("page-recognised", "percent", percent(confidence)),
        TextOrigin::Written if reading.score < DOUBTFUL_PAGE => page.t("page-doubtful"),
        TextOrigin::Written => page.t("page-written"),
    }
}

/// That a passage was recognised in a picture, and what follows from it.
pub fn recognised(page: &Page, confidence: Option<f32>) -> Option<String> {
    confidence.map(|c| page.with("recognised", "percent", percent(c)))
}

fn decimal(rate: f32) -> String {
    if rate >= 10.0 { number(rate.round() as u64) } else { format!("{rate:.1}") }
}

/// Why a document could not be read, and what to do.
pub fn failure(page: &Page, reason: &FailureReason) -> (String, String) {
    let (what, remedy) = match reason.code.as_str() {
        "unknown-format" => ("failure-unknown-format", "remedy-unknown-format"),
        "old-format" => ("failure-old-format", "remedy-old-format"),
        "encrypted" => ("failure-encrypted", "remedy-encrypted"),
        "damaged" => ("failure-damaged", "remedy-damaged"),
        "too-large" => ("failure-too-large", "remedy-too-large"),
        "empty" => ("failure-empty", "remedy-empty"),
        "exhausted" => ("failure-exhausted", "remedy-exhausted"),
        "sealed" => ("failure-sealed", "remedy-sealed"),
        "reader-died" => ("failure-reader-died", "remedy-reader-died"),
        "cancelled" => ("failure-cancelled", "remedy-cancelled"),
        "unavailable" => ("failure-unavailable", "remedy-unavailable"),
        "interrupted" => ("failure-interrupted", "remedy-interrupted"),
        _ => ("failure-internal", "remedy-internal"),
    };
    (page.t(what), page.t(remedy))
}

/// What could not be read of a document.
pub fn warning(page: &Page, warning: &Warning) -> String {
    match warning {
        Warning::UnreadablePage { page: number, .. } => page.with("warning-unreadable-page", "page", *number),
        Warning::PageWithoutText { page: number } => page.with("warning-page-without-text", "page", *number),
        Warning::UnknownGlyphs { page: number, count } => {
            page.words("warning-unknown-glyphs", &[("page", (*number).into()), ("count", (*count).into())])
        }
        Warning::DoubtfulText { page: number } => page.with("warning-doubtful-text", "page", *number),
        Warning::MendedCharacters { page: number, count } => {
            page.words("warning-mended-characters", &[("page", (*number).into()), ("count", (*count).into())])
        }
        Warning::NotRecognised { page: number, .. } => page.with("warning-not-recognised", "page", *number),
        Warning::Repaired { .. } => page.t("warning-repaired"),
        Warning::UnreadableSheet { sheet, .. } => page.with("warning-unreadable-sheet", "sheet", sheet.as_str()),
        Warning::UnreadablePart { part, .. } => page.with("warning-unreadable-part", "part", part.as_str()),
        Warning::DoubtfulEncoding { encoding } => page.with("warning-doubtful-encoding", "encoding", encoding.as_str()),
        Warning::RowsLeftOut { sheet, row, .. } => {
            page.words("warning-rows-left-out", &[("sheet", sheet.as_str().into()), ("row", (*row).into())])
        }
        Warning::Truncated { limit } => page.with("warning-truncated", "limit", limit.as_str()),
    }
}

/// A number of bytes in the unit that suits it.
pub fn bytes(count: u64) -> String {
    let units = [("GB", 1_u64 << 30), ("MB", 1 << 20), ("KB", 1 << 10)];
    match units.into_iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) if count.is_multiple_of(size) => format!("{} {unit}", count / size),
        Some((unit, size)) => format!("{:.1} {unit}", count as f64 / size as f64),
        None => format!("{count} B"),
    }
}

/// A number with separators between thousands.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut written = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_do_not_repeat_the_title() {
        let path = ["○手数料条例".to_owned(), "第2章".to_owned(), "第9条".to_owned()];
        assert_eq!(headings("手数料条例", &path), "第2章 › 第9条");
        assert_eq!(headings("規則", &path), "○手数料条例 › 第2章 › 第9条");
    }

    #[test]
    fn what_is_nearly_whole_is_not_shown_as_whole() {
        assert_eq!([percent(1.0), percent(0.999), percent(0.874), percent(0.001), percent(0.0), percent(f32::NAN)], [100, 99, 87, 1, 0, 0]);
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([circled(1), circled(20), circled(21)], ["①", "⑳", "(21)"]);
        assert_eq!([number(7), number(1_234), number(100_000)], ["7", "1,234", "100,000"]);
        assert_eq!([bytes(512), bytes(1_536), bytes(3 << 30)], ["512 B", "1.5 KB", "3 GB"]);
    }
}
