//! One's own conversation as a file.

use crate::failure::Failure;
use crate::page::{Page, Section};
use crate::signed_in::SignedIn;
use crate::words;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpResponse, web};
use appliance_core::answer::{AnsweredQuestion, Support};
use appliance_core::conversation::Conversation;
use appliance_core::id::ConversationId;

async fn own(by: &SignedIn, id: i64) -> Result<Conversation, Failure> {
    by.site.desk.history.conversation(&by.viewer, ConversationId(id)).await?.ok_or(Failure::NotFound)
}

fn file(id: i64, ending: &str) -> (actix_web::http::header::HeaderName, String) {
    (CONTENT_DISPOSITION, format!("attachment; filename=\"kura-conversation-{id}.{ending}\""))
}

/// `GET /history/{id}/export.json`
pub async fn as_json(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    Ok(HttpResponse::Ok().insert_header(file(*id, "json")).json(own(&by, *id).await?))
}

/// `GET /history/{id}/export.md`
pub async fn as_markdown(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let conversation = own(&by, *id).await?;
    let page = by.page(Section::History, "title-history");
    let text = markdown(&page, &conversation);
    Ok(HttpResponse::Ok().insert_header(file(*id, "md")).content_type("text/markdown; charset=utf-8").body(text))
}

fn markdown(page: &Page, conversation: &Conversation) -> String {
    let mut text = format!("# {}\n", line(&conversation.entry.title));
    for question in &conversation.questions {
        text.push_str(&format!("\n## {}\n\n{}\n", line(&question.question), page.date_time(question.asked)));
        if let Some(searched) = &question.searched {
            text.push_str(&format!("\n{} {}\n", page.t("follow-searched"), line(searched)));
        }
        text.push('\n');
        answer(page, question, &mut text);
        sources(page, question, &mut text);
    }
    text.push_str(&format!("\n---\n\n{}\n", page.t("history-export-note")));
    text
}

fn answer(page: &Page, question: &AnsweredQuestion, text: &mut String) {
    if question.answer.sentences.is_empty() && question.withheld.sentences == 0 {
        text.push_str(&format!("{}\n", page.t("refusal")));
    }
    for sentence in &question.answer.sentences {
        let marks: String = sentence.citations.iter().map(|c| format!("[{}]", c.source)).collect();
        let words = if sentence.support == Support::Supported { line(&sentence.text) } else { format!("~~{}~~", line(&sentence.text)) };
        text.push_str(&format!("{words}{marks}\n\n"));
    }
    if let Some(withheld) = crate::follow_view::withheld(page, question.withheld) {
        text.push_str(&format!("{withheld}\n\n"));
    }
}

fn sources(page: &Page, question: &AnsweredQuestion, text: &mut String) {
    let cited: Vec<u32> = question.answer.sentences.iter().flat_map(|s| &s.citations).map(|c| c.source).collect();
    for source in question.answer.sources.iter().filter(|s| cited.contains(&s.number)) {
        let place = words::place(page, &source.passage.passage.locator.place);
        text.push_str(&format!("- [{}] {} {}\n", source.number, line(&source.passage.title), line(&place)));
        text.push_str(&format!("  > {}\n", line(&source.passage.passage.text)));
    }
}

/// A text on one line, none of whose characters Markdown takes for its own.
fn line(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!') {
            written.push('\\');
        }
        written.push(c);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_text_cannot_become_markup() {
        assert_eq!(line("a <b>\n*c* [d](e)"), "a \\<b\\> \\*c\\* \\[d\\](e)");
    }
}
