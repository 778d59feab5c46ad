//! The reader for regulations: article by article, with the tree at the side and references as links.

use super::reader::Opened;
use super::reader_view::ReaderView;
use crate::articles_view::{LineView, Regulation};
use crate::failure::Failure;
use crate::links;
use crate::page::{Page, html};
use crate::stable;
use actix_web::{HttpResponse, web};
use appliance_core::id::DocumentId;
use appliance_core::ports::PortError;
use appliance_core::ports::version::VersionEntry;
use appliance_core::reference::{Address, naming};
use askama::Template;
use std::cell::OnceCell;

#[derive(Template)]
#[template(path = "reader_articles.html")]
struct ArticlesPage {
    page: Page,
    reader: ReaderView,
    lines: Vec<LineView>,
    previous: Option<String>,
    next: Option<String>,
}

/// The document at one place, article by article. `versions` are those that the reader may see.
pub async fn show(page: Page, mut reader: ReaderView, opened: &Opened, versions: &[VersionEntry]) -> Result<HttpResponse, Failure> {
    let names: Vec<(String, DocumentId)> = others(opened).await?;
    let (document, passages, edition) = (opened.document.clone(), opened.passages.clone(), opened.edition);
    let (wanted, block) = (opened.query.at.clone(), opened.query.block);
    let former = former(versions, opened);
    let id = reader.id;
    let done = web::block(move || {
        let regulation = Regulation::of(&document, &passages, edition);
        let at = place(&regulation, &wanted).or_else(|| block.and_then(|b| regulation.node_of(b)));
        let keys = OnceCell::new();
        let other = |name: &str, address: &Address| {
            let keys: &Vec<&str> = keys.get_or_init(|| names.iter().map(|(key, _)| key.as_str()).collect());
            let meant = naming::meant(name, keys.iter().copied()).into_iter().next()?;
            let [key] = meant[..] else { return None };
            let mut named = names.iter().filter(|(k, _)| k == key);
            let (_, document) = named.next().filter(|_| named.next().is_none())?;
            stable::regulation(*document, address, None)
        };
        let compare = |article: &str| match &former {
            Some((old, new)) => format!("/documents/{id}/compare?old={old}&new={new}&article={}", links::encoded(article)),
            None => String::new(),
        };
        let window = regulation.window(at, &other, &compare);
        (regulation.outline(at), window, at.is_none() && !wanted.is_empty())
    });
    let (outline, window, missing) = done.await.map_err(|e| PortError::caused("reading the articles was broken off", e))?;
    reader.outline = outline;
    if missing {
        reader.missing = Some(opened.query.at.clone());
    }
    html(&ArticlesPage { page, reader, lines: window.lines, previous: window.previous, next: window.next })
}

/// The node of a place as the query names it: `article/9-2`, `supplement/1/0-2`, `schedule/1`.
fn place(regulation: &Regulation, wanted: &str) -> Option<usize> {
    let (kind, rest) = wanted.split_once('/')?;
    let (address, supplement) = match kind {
        "article" => (stable::parse_article(rest)?, None),
        "schedule" => (stable::parse_schedule(rest)?, None),
        "supplement" => {
            let (number, address) = rest.split_once('/').map_or((rest, None), |(n, a)| (n, Some(a)));
            let inner = match address {
                Some(address) => stable::parse_article(address)?,
                None => Address::default(),
            };
            (Address { supplement: true, ..inner }, Some(number.parse().ok()?))
        }
        _ => return None,
    };
    regulation.find(&address, supplement)
}

/// The names of the other regulations that the reader may see.
async fn others(opened: &Opened) -> Result<Vec<(String, DocumentId)>, Failure> {
    let entries = opened.by.site.desk.library.documents(&opened.by.viewer).await?;
    let own = opened.document.entry.id;
    let named = entries.into_iter().filter(|e| e.answers && e.id != own).map(|e| (naming::key(&e.title), e.id));
    Ok(named.filter(|(key, _)| naming::is_regulation(key)).collect())
}

/// The version shown and the one before it in time (after it, for the first), older first.
fn former(versions: &[VersionEntry], opened: &Opened) -> Option<(i64, i64)> {
    let mut order: Vec<&VersionEntry> = versions.iter().filter(|v| v.days.is_some() || v.id == opened.document.version).collect();
    order.sort_by_key(|v| (v.days.and_then(|d| d.from), v.id));
    let at = order.iter().position(|v| v.id == opened.document.version)?;
    let (old, new) = if at > 0 { (order[at - 1], order[at]) } else { (order[0], *order.get(1)?) };
    Some((old.id.0, new.id.0))
}
