//! Messages to tokens, through the chat template that the GGUF carries.
//!
//! The template is rendered with marks in place of the messages' texts, so that the template's control tokens are read as
//! such and anything in a text that looks like one stays text: a document cannot speak in the system's name.

use crate::jinja;
use appliance_core::ports::models::{Message, Speaker};
use llama_cpp_2::model::{LlamaChatMessage, LlamaChatTemplate, LlamaModel};
use llama_cpp_2::token::LlamaToken;

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A template that works.
pub(crate) struct ChatTemplate {
    renderer: Renderer,
}

/// What renders it.
enum Renderer {
    /// The template itself.
    Jinja { source: String, bos: String, eos: String },
    /// llama.cpp's imitation of the template's family, for those that our Jinja cannot run.
    BuiltIn(LlamaChatTemplate),
}

/// What a model has by way of a template.
pub(crate) enum Found {
    /// One that works.
    Usable(ChatTemplate),
    /// One that neither Jinja nor llama.cpp can apply; the reason.
    Unusable(String),
    /// None: a base model.
    None,
}

impl ChatTemplate {
    /// The model's template, after trying it.
    pub(crate) fn of(model: &LlamaModel) -> Found {
        let Ok(built_in) = model.chat_template(None) else { return Found::None };
        let Ok(source) = built_in.to_string() else { return Found::Unusable("it is not UTF-8".to_owned()) };
        let token = |token| model.vocab().text(token).map(|t| t.to_string_lossy().into_owned()).unwrap_or_default();
        let jinja = Self { renderer: Renderer::Jinja { source, bos: token(model.vocab().bos()), eos: token(model.vocab().eos()) } };
        let trial = [Message { speaker: Speaker::User, text: String::new() }];
        let reason = match jinja.render(model, &trial) {
            Ok(rendered) if rendered.contains(&mark(0)) => return Found::Usable(jinja),
            Ok(_) => "it leaves out what the user says".to_owned(),
            Err(reason) => reason,
        };
        let built_in = Self { renderer: Renderer::BuiltIn(built_in) };
        match built_in.render(model, &trial) {
            Ok(rendered) if rendered.contains(&mark(0)) => Found::Usable(built_in),
            _ => Found::Unusable(reason),
        }
    }

    /// The tokens of a conversation, up to where the assistant begins to speak. `None` when the template cannot say it.
    pub(crate) fn tokens(&self, model: &LlamaModel, messages: &[Message]) -> Option<Vec<LlamaToken>> {
        let mut messages = messages.to_vec();
        let mut rendered = self.render(model, &messages).unwrap_or_default();
        // Some templates know no system message: they drop it, or refuse. Its instructions then go in front of the next one.
        if messages.len() > 1 && !rendered.contains(&mark(0)) {
            let dropped = messages.remove(0);
            messages[0].text = format!("{}\n\n{}", dropped.text, messages[0].text);
            rendered = self.render(model, &messages).ok()?;
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
    fn render(&self, model: &LlamaModel, messages: &[Message]) -> Result<String, String> {
        match &self.renderer {
            Renderer::Jinja { source, bos, eos } => {
                let marked: Vec<(&str, String)> = messages.iter().enumerate().map(|(i, m)| (role(m.speaker), mark(i))).collect();
                jinja::render(source, bos, eos, &marked).map_err(|e| e.to_string())
            }
            Renderer::BuiltIn(template) => {
                let marked = messages.iter().enumerate().map(|(i, m)| LlamaChatMessage::new(role(m.speaker).to_owned(), mark(i)));
                let marked = marked.collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?;
                model.apply_chat_template(template, &marked, true).map_err(|e| e.to_string())
            }
        }
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
