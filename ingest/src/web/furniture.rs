//! Which parts of a page are its furniture, and which is its main part.

use scraper::node::Element;
use scraper::{Html, Node};

type NodeRef<'p> = ego_tree::NodeRef<'p, Node>;

/// Elements that hold no words of the page.
const DROPPED: [&str; 24] = [
    "script", "style", "noscript", "template", "nav", "iframe", "svg", "canvas", "object", "embed", "audio", "video", "button", "select",
    "input", "textarea", "head", "link", "meta", "map", "rt", "rp", "dialog", "aside",
];
const ROLES: [&str; 7] = ["navigation", "banner", "contentinfo", "search", "menu", "menubar", "complementary"];
/// Words of classes and ids that furniture is known by.
const FURNITURE: [&str; 34] = [
    "nav",
    "gnav",
    "globalnav",
    "navi",
    "navigation",
    "globalnavi",
    "menu",
    "sidemenu",
    "sidebar",
    "side",
    "breadcrumb",
    "breadcrumbs",
    "topicpath",
    "topicpaths",
    "pankuzu",
    "crumb",
    "footer",
    "siteheader",
    "globalheader",
    "skip",
    "skiplink",
    "pagetop",
    "sns",
    "share",
    "banner",
    "cookie",
    "pager",
    "pagination",
    "search",
    "toolbar",
    "print",
    "tab-nav",
    "related",
    "recommend",
];
/// Words that the main part is known by, best first.
const MAIN: [&str; 14] = [
    "main",
    "primary",
    "honbun",
    "joubun",
    "maincontents",
    "maincontent",
    "main-content",
    "main-contents",
    "contents",
    "content",
    "article",
    "reiki",
    "lawtext",
    "container",
];
/// A list of links is furniture when it has this many, and this share of its characters stands in links (in tenths).
const MANY_LINKS: usize = 5;
const LINKED_TENTHS: usize = 8;

/// The page's own title.
pub(crate) fn title(page: &Html) -> String {
    let title = page.tree.nodes().find(|n| n.value().as_element().is_some_and(|e| e.name() == "title"));
    let words: String = title.into_iter().flat_map(|t| t.children()).filter_map(|c| c.value().as_text().map(|t| t.to_string())).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The part of the page that its words are in.
pub(crate) fn main_part(page: &Html) -> NodeRef<'_> {
    let root = page.tree.root();
    let body = page.tree.nodes().find(|n| n.value().as_element().is_some_and(|e| e.name() == "body")).unwrap_or(root);
    let unlinked = |node| {
        let (all, linked, _) = weight(node);
        all - linked
    };
    let whole = unlinked(body);
    let elements = || body.descendants().filter_map(|n| n.value().as_element().map(|e| (n, e)));
    let marked = elements().find(|(n, e)| (e.name() == "main" || e.attr("role") == Some("main")) && unlinked(*n) * 4 > whole);
    if let Some((main, _)) = marked {
        return main;
    }
    for word in MAIN {
        let found = elements().find(|(n, e)| words_of(e).any(|w| w == word) && unlinked(*n) * 2 > whole);
        if let Some((main, _)) = found {
            return main;
        }
    }
    body
}

/// Whether the element is furniture by what it is.
pub(crate) fn is_dropped(element: &Element) -> bool {
    let name = element.name();
    if DROPPED.contains(&name) || element.attr("hidden").is_some() || element.attr("aria-hidden") == Some("true") {
        return true;
    }
    if matches!(name, "body" | "main" | "article" | "html") {
        return false;
    }
    let style = element.attr("style").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
    style.contains("display:none")
        || style.contains("visibility:hidden")
        || name == "footer"
        || element.attr("role").is_some_and(|r| ROLES.contains(&r))
        || matches!(name, "div" | "ul" | "ol" | "section" | "header" | "p" | "dl" | "span" | "form" | "table")
            && words_of(element).any(|w| FURNITURE.contains(&w.as_str()))
        || name == "div" && words_of(element).any(|w| w == "header") && element.attr("id").is_some()
}

/// Whether a list, or a table, or a frame holds hardly anything but links.
pub(crate) fn is_links(node: NodeRef<'_>) -> bool {
    let (all, linked, links) = weight(node);
    links >= MANY_LINKS && all > 0 && linked * 10 >= all * LINKED_TENTHS
}

/// Characters below a node, those of them in links to other places, and how many such links.
fn weight(node: NodeRef<'_>) -> (usize, usize, usize) {
    let (mut all, mut linked, mut links) = (0, 0, 0);
    let mut in_link: Option<ego_tree::NodeId> = None;
    for edge in node.traverse() {
        match edge {
            ego_tree::iter::Edge::Open(n) => match n.value() {
                Node::Text(_)
                    if n.parent().and_then(|p| p.value().as_element()).is_some_and(|p| matches!(p.name(), "script" | "style")) => {}
                Node::Text(text) => {
                    let count = text.chars().filter(|c| !c.is_whitespace()).count();
                    all += count;
                    linked += if in_link.is_some() { count } else { 0 };
                }
                Node::Element(e) if e.name() == "a" && e.attr("href").is_some() && in_link.is_none() => {
                    in_link = Some(n.id());
                    links += 1;
                }
                _ => {}
            },
            ego_tree::iter::Edge::Close(n) => {
                if in_link == Some(n.id()) {
                    in_link = None;
                }
            }
        }
    }
    (all, linked, links)
}

/// The words of an element's id and classes, in lower case.
fn words_of(element: &Element) -> impl Iterator<Item = String> {
    let id = element.attr("id").unwrap_or_default();
    let classes = element.attr("class").unwrap_or_default();
    format!("{id} {classes}")
        .to_lowercase()
        .split_whitespace()
        .map(|w| w.trim_matches(['_', '-']).to_owned())
        .collect::<Vec<_>>()
        .into_iter()
}
