//! Messages to tokens, through the chat template that the GGUF carries.
//!
//! The template is rendered with marks in place of the messages' texts, so that the template's control tokens are read as
//! such and anything in a text that looks like one stays text: a document cannot speak in the system's name.

use appliance_core::ports::models::{Message, Speaker};
use llama_cpp_2::model::{LlamaChatMessage, LlamaChatTemplate, LlamaModel};
use llama_cpp_2::token::LlamaToken;

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A template that llama.cpp can apply.
pub(crate) struct ChatTemplate {
    template: LlamaChatTemplate,
}

/// What a model has by way of a template.
pub(crate) enum Found {
    /// One that works.
    Usable(ChatTemplate),
    /// One that llama.cpp does not know.
    Unknown,
    /// None: a base model.
    None,
}

impl ChatTemplate {
    /// The model's template, after trying it.
    pub(crate) fn of(model: &LlamaModel) -> Found {
        let Ok(template) = model.chat_template(None) else { return Found::None };
        let template = Self { template };
        let trial = Message { speaker: Speaker::User, text: String::new() };
        match template.render(model, &[trial]) {
            Some(rendered) if rendered.contains(OPEN) => Found::Usable(template),
            _ => Found::Unknown,
        }
    }

    /// The tokens of a conversation, up to where the assistant begins to speak. `None` when the template cannot say it.
    pub(crate) fn tokens(&self, model: &LlamaModel, messages: &[Message]) -> Option<Vec<LlamaToken>> {
        let mut messages = messages.to_vec();
        let mut rendered = self.render(model, &messages)?;
        // Some templates know no system message and drop it. Its instructions then go in front of the first other message.
        if messages.len() > 1 && !rendered.contains(&mark(0)) {
            let dropped = messages.remove(0);
            messages[0].text = format!("{}\n\n{}", dropped.text, messages[0].text);
            rendered = self.render(model, &messages)?;
        }
        let vocab = model.vocab();
        let mut tokens = Vec::new();
        for piece in pieces(&rendered) {
            match piece {
                Piece::Template(text) => vocab.tokenize_into(text.as_bytes(), &mut tokens, false, true),
                Piece::Message(i) => vocab.tokenize_into(messages.get(i)?.text.trim().as_bytes(), &mut tokens, false, false),
            }
        }
        let begin = vocab.bos();
        if vocab.should_add_bos() && tokens.first() != Some(&begin) {
            tokens.insert(0, begin);
        }
        Some(tokens)
    }

    /// The template with marks for texts.
    fn render(&self, model: &LlamaModel, messages: &[Message]) -> Option<String> {
        let marked: Vec<LlamaChatMessage> = messages
            .iter()
            .enumerate()
            .map(|(i, message)| LlamaChatMessage::new(role(message.speaker).to_owned(), mark(i)).ok())
            .collect::<Option<_>>()?;
        model.apply_chat_template(&self.template, &marked, true).ok()
    }
}

fn role(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::System => "system",
        Speaker::User => "user",
        Speaker::Assistant => "assistant",
    }
}

fn mark(i: usize) -> String {
    format!("{OPEN}{i}{CLOSE}")
}

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Template(&'a str),
    Message(usize),
}

fn pieces(rendered: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = rendered;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((number, after)) = after.split_once(CLOSE) else { break };
        if !before.is_empty() {
            found.push(Piece::Template(before));
        }
        found.extend(number.parse().ok().map(Piece::Message));
        rest = after;
    }
    if !rest.is_empty() {
        found.push(Piece::Template(rest));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_apart_from_the_template_around_them() {
        let rendered = format!("<|user|>\n{}\n\n{}<|end|>", mark(0), mark(12));
        let expected =
            [Piece::Template("<|user|>\n"), Piece::Message(0), Piece::Template("\n\n"), Piece::Message(12), Piece::Template("<|end|>")];
        assert_eq!(pieces(&rendered), expected);
    }
}
