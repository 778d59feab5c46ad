//! Web pages: what a page says, without what leads through its site.
//!
//! Scripts, menus, forms and other furniture are dropped by what they are (their element, their role, the words of
//! their class) and by what they hold (lists of nothing but links). Where a page marks its main part, only that is
//! read. Nothing is fetched.

mod charset;
mod furniture;
mod text;

use crate::archive::Refusal;
use crate::limits::Limits;
use crate::running::{Piece, Running};
use crate::text::{TextEncoding, decode_named};
use appliance_core::document::{Format, Parsed, Warning};
use appliance_core::ports::reader::{ParseError, Watch};
use html5ever::driver::{ParseOpts, parse_document};
use html5ever::tendril::TendrilSink;
use scraper::{Html, HtmlTreeSink};
use std::time::{Duration, Instant};

/// Bytes that the parser is fed at once; between two helpings it can be ended.
const HELPING: usize = 16 << 10;
/// Time for building the tree of one page: some tag soups take time that grows with the square of their length.
const MOST_TIME: Duration = Duration::from_secs(20);
/// Nodes of one page.
const MOST_NODES: usize = 3_000_000;

/// Reads a web page.
pub(crate) fn parse(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    encoding: Option<TextEncoding>,
    watch: &Watch,
) -> Result<Parsed, ParseError> {
    let cut = bytes.get(..limits.text_bytes).unwrap_or(bytes);
    let decoded = encoding.map_or_else(|| charset::decode(cut), |named| decode_named(cut, Some(named)));
    let mut running = Running::new(limits);
    if cut.len() < bytes.len() {
        running.warn(Warning::Truncated { limit: format!("{} MiB of text", limits.text_bytes >> 20) });
    }
    if decoded.doubtful {
        running.warn(Warning::DoubtfulEncoding { encoding: decoded.encoding.to_owned() });
    }
    let (title, pieces, whole) = read(&decoded.text, watch).map_err(|refusal| refusal.of(name))?;
    if !whole {
        running.warn(Warning::Truncated { limit: format!("{} seconds a page", MOST_TIME.as_secs()) });
    }
    running.write(&pieces);
    let parsed = running.finish(Format::Html, String::new());
    let titled = parsed.document.blocks.iter().take(5).any(|b| matches!(b.kind, appliance_core::document::BlockKind::Heading { .. }));
    let mut parsed = parsed;
    if !titled {
        parsed.document.title = title;
    }
    Ok(parsed)
}

/// The pieces of a page in a letter.
pub(crate) fn pieces(html: &str, watch: &Watch) -> Result<Vec<Piece>, Refusal> {
    read(html, watch).map(|(_, pieces, _)| pieces)
}

/// The title, the pieces, and whether the page was read to its end.
fn read(html: &str, watch: &Watch) -> Result<(String, Vec<Piece>, bool), Refusal> {
    let mut parser = parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let started = Instant::now();
    let (mut at, mut whole) = (0, true);
    while at < html.len() {
        if watch.is_cancelled() {
            return Err(Refusal::Cancelled);
        }
        if started.elapsed() > MOST_TIME || parser.tokenizer.sink.sink.0.borrow().tree.nodes().len() > MOST_NODES {
            whole = false;
            break;
        }
        let end = html.floor_char_boundary((at + HELPING).min(html.len()));
        parser.process(html[at..end].into());
        at = end;
    }
    let page = parser.finish();
    let title = furniture::title(&page);
    let main = furniture::main_part(&page);
    Ok((title, text::pieces(main), whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(html: &str) -> Vec<String> {
        let parsed = parse("a.html", html.as_bytes(), &Limits::default(), None, &Watch::default()).expect("a page");
        parsed.document.text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_page_keeps_its_words_and_loses_its_furniture() {
        let page = "<html><head><title>手数料 | みなと市</title><script>var x = '<p>';</script><style>p{}</style></head><body>\
            <div id='header'><a href='/'>みなと市</a></div><nav><a href='/a'>くらし</a></nav>\
            <ul class='menu'><li><a href=1>a</a><li><a href=2>b</a></ul>\
            <h1>手数料</h1><p>住民票の写し  は<b>300円</b>です。<br>第2行</p>\
            <ol start=3><li>三<li>四</ol><ul><li>点</ul>\
            <table><caption>料金</caption><tr><th>区分<th>金額<tr><td>住民票<td>300円</table>\
            <p><ruby>港<rp>(</rp><rt>みなと</rt><rp>)</rp></ruby>市</p><footer>© みなと市</footer></body></html>";
        assert_eq!(
            lines(page),
            ["手数料", "住民票の写し は300円です。", "第2行", "3. 三", "4. 四", "・ 点", "料金", "区分: 住民票、金額: 300円", "港市"]
        );
    }

    #[test]
    fn articles_in_lines_that_breaks_part_are_paragraphs() {
        let page = "<body>みなと市規程<br><br>（目的）<br>第１条　この規程は、目的を定める。<br>２　別に定める。<br>附　則<br>この規程は、公布の日から施行する。</body>";
        let parsed = parse("a.html", page.as_bytes(), &Limits::default(), None, &Watch::default()).expect("a page");
        assert_eq!(parsed.document.blocks.len(), 6, "{}", parsed.document.text);
    }

    #[test]
    fn soups_of_tags_end_in_time() {
        let soup = "<div><b><table><p>".repeat(60_000);
        let started = Instant::now();
        let _ = parse("a.html", soup.as_bytes(), &Limits::default(), None, &Watch::default());
        assert!(started.elapsed() < MOST_TIME * 2);
    }
}
