//! Letters (eml): who wrote what to whom and when, the body, and what is attached.

use crate::archive::Refusal;
use crate::bundle::{self, Nest};
use crate::limits::Limits;
use crate::running::{Piece, Running};
use crate::web;
use appliance_core::document::{Format, Parsed, Warning};
use appliance_core::ports::reader::{ParseError, Watch};
use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};

/// Bodies of one letter, and its attachments.
const MOST_PARTS: usize = 500;

/// Reads a letter.
pub(crate) fn parse(name: &str, bytes: &[u8], limits: &Limits, nest: Nest<'_>, watch: &Watch) -> Result<Parsed, ParseError> {
    let Some(message) = MessageParser::default().parse(bytes) else {
        return Err(Refusal::Damaged("it is no letter".to_owned()).of(name));
    };
    let mut running = Running::new(limits);
    let subject = message.subject().map(str::trim).unwrap_or_default().to_owned();
    running.heading(1, &subject);
    running.paragraph(&head(&message));
    body(&mut running, &message, watch).map_err(|refusal| refusal.of(name))?;
    for (index, part) in message.attachments().enumerate().take(MOST_PARTS) {
        let named = part.attachment_name().map(str::trim).filter(|n| !n.is_empty());
        let file = named.map_or_else(|| unnamed(index, part), str::to_owned);
        let contents = match &part.body {
            PartType::Message(letter) => letter.raw_message().to_vec(),
            _ => part.contents().to_vec(),
        };
        bundle::member(&mut running, &format!("添付: {file}"), &file, contents, limits, nest, watch).map_err(|refusal| refusal.of(name))?;
    }
    Ok(running.finish(Format::Mail, subject))
}

fn unnamed(index: usize, part: &mail_parser::MessagePart<'_>) -> String {
    if part.is_message() { format!("{}.eml", index + 1) } else { format!("{}", index + 1) }
}

/// The lines that a person sees over a letter.
fn head(message: &Message<'_>) -> String {
    let mut lines = Vec::new();
    for (label, address) in [("差出人", message.from()), ("宛先", message.to()), ("CC", message.cc())] {
        if let Some(address) = address.map(people).filter(|a| !a.is_empty()) {
            lines.push(format!("{label}: {address}"));
        }
    }
    if let Some(date) = message.date() {
        lines.push(format!("日時: {:04}-{:02}-{:02} {:02}:{:02}", date.year, date.month, date.day, date.hour, date.minute));
    }
    lines.join("\n")
}

fn people(address: &Address<'_>) -> String {
    let one = |a: &mail_parser::Addr<'_>| match (a.name(), a.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    };
    address.iter().map(one).filter(|p| !p.is_empty()).collect::<Vec<_>>().join("、")
}

/// The body: as text where it was sent as text, else as a page.
fn body(running: &mut Running, message: &Message<'_>, watch: &Watch) -> Result<(), Refusal> {
    for part in message.text_bodies().take(MOST_PARTS) {
        match &part.body {
            PartType::Text(text) => text_body(running, text),
            PartType::Html(html) => running.write(&web::pieces(html, watch)?),
            _ => {}
        }
        if part.is_encoding_problem {
            running.warn(Warning::DoubtfulEncoding { encoding: "the letter's".to_owned() });
        }
    }
    Ok(())
}

/// Paragraphs are parted by blank lines; lines stay lines.
fn text_body(running: &mut Running, text: &str) {
    let mut paragraph: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end).chain([""]) {
        let opens = crate::heading::opening(line).is_some();
        if (line.trim().is_empty() || opens) && !paragraph.is_empty() {
            running.write(&[Piece::Paragraph(paragraph.join("\n"))]);
            paragraph.clear();
        }
        if !line.trim().is_empty() {
            paragraph.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_shows_its_head_its_body_and_its_attachments() {
        let letter = "From: =?ISO-2022-JP?B?GyRCJF8kSiRIO1QbKEI=?= <info@example.jp>\r\nTo: a@example.jp\r\n\
            Subject: =?UTF-8?B?44GK55+l44KJ44Gb?=\r\nDate: Fri, 3 Apr 2026 09:05:00 +0900\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n本文です。\r\n\
            --x\r\nContent-Type: text/csv; name=\"a.csv\"\r\nContent-Disposition: attachment; filename=\"a.csv\"\r\n\r\n品目,料金\r\nふとん,500円\r\n--x--\r\n";
        let parsed = parse(
            "a.eml",
            letter.as_bytes(),
            &Limits::default(),
            Nest::outermost(&crate::recognition::Recognition::default(), None),
            &Watch::default(),
        )
        .expect("a letter");
        assert_eq!(parsed.document.title, "お知らせ");
        let text = &parsed.document.text;
        assert!(text.contains("差出人: みなと市 <info@example.jp>") && text.contains("日時: 2026-04-03 09:05"), "{text}");
        assert!(text.contains("本文です。") && text.contains("添付: a.csv") && text.contains("料金: 500円"), "{text}");
    }
}
