//! The routes: one file a page.

mod answers;
mod api;
mod ask;
mod charge;
mod checklist;
mod collections;
mod compare;
mod complete;
mod decisions;
mod delete;
mod document_access;
mod documents;
mod draft;
mod extract;
mod feedback;
mod files;
mod groups;
mod health;
mod history;
mod language;
mod passages;
mod password;
mod people;
mod preferences;
mod reader;
mod reader_articles;
mod reader_pages;
mod reader_sheet;
mod reader_text;
mod reader_view;
mod reading;
mod regulations;
mod retrieval;
mod scope;
mod selection;
mod sheet;
mod sign_in;
mod static_files;
mod status;
mod stream;
mod summary;
mod trash;
mod upload;
mod wording;

pub(crate) use compare::version_name;
pub use upload::UPLOAD_PREFIX;

use crate::failure::Failure;
use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, head, post, resource};

/// The table of routes.
pub fn configure(routes: &mut ServiceConfig) {
    routes
        .service(resource("/").route(get().to(ask::page)))
        .service(resource("/ask").route(post().to(ask::ask)))
        .service(resource("/ask/stream").route(post().to(stream::stream)))
        .service(resource("/scope/documents").route(post().to(scope::documents)))
        .service(resource("/complete").route(post().to(complete::complete)))
        .service(resource("/answers/{id}").route(get().to(answers::page)))
        .service(resource("/answers/{id}/sheet").route(get().to(sheet::page)))
        .service(resource("/answers/{id}/sheet.pdf").route(get().to(sheet::pdf)))
        .service(resource("/documents/{id}/summary").route(get().to(summary::page)))
        .service(resource("/checklist").route(get().to(checklist::page)).route(post().to(checklist::check)))
        .service(resource("/draft").route(get().to(draft::page)).route(post().to(draft::draft)))
        .service(resource("/answers/{id}/feedback").route(post().to(feedback::say)))
        .service(resource("/feedback").route(get().to(feedback::page)))
        .service(resource("/feedback/{id}").route(post().to(feedback::settle)))
        .service(resource("/collections/{id}/charge").route(get().to(charge::of_collection)).route(post().to(charge::name_for_collection)))
        .service(resource("/documents/{id}/charge").route(get().to(charge::of_document)).route(post().to(charge::name_for_document)))
        .service(resource("/history").route(get().to(history::page)).route(post().to(history::search)))
        .service(resource("/history/{id}").route(get().to(history::conversation)))
        .service(resource("/history/{id}/export.json").route(get().to(history::as_json)))
        .service(resource("/history/{id}/export.md").route(get().to(history::as_markdown)))
        .service(resource("/history/{id}/limits").route(post().to(history::set_limits)))
        .service(resource("/history/{id}/pins").route(post().to(history::pin_source)))
        .service(resource("/history/{id}/share").route(post().to(history::share)))
        .service(resource("/history/{id}/remove").route(get().to(history::remove_page)).route(post().to(history::remove)))
        .service(resource("/history/{id}/{change:rename|pin|unpin|keep|delete|restore}").route(post().to(history::change)))
        .service(resource("/shared/{token}").route(get().to(history::shared)))
        .service(resource("/shared/{token}/revoke").route(post().to(history::revoke)))
        .service(resource("/sign-in").route(get().to(sign_in::page)).route(post().to(sign_in::sign_in)))
        .service(resource("/sign-out").route(post().to(sign_in::sign_out)))
        .service(resource("/password").route(get().to(password::page)).route(post().to(password::change)))
        .service(resource("/preferences").route(get().to(preferences::page)).route(post().to(preferences::choose)))
        .service(resource("/language").route(post().to(language::choose)))
        .service(resource("/documents").route(get().to(documents::page)).route(post().to(upload::upload)))
        .service(resource("/documents/selected").route(post().to(selection::ask)))
        .service(resource("/documents/selected/{action}").route(post().to(selection::carry_out)))
        .service(resource("/documents/status").route(get().to(documents::status)))
        .service(resource("/trash").route(get().to(trash::page)))
        .service(resource("/trash/{id}/restore").route(post().to(trash::restore)))
        .service(resource("/trash/{id}/erase").route(get().to(trash::erase_page)).route(post().to(trash::erase)))
        .service(resource("/documents/{id}").route(get().to(reader::start)))
        .service(resource("/documents/{id}/at/page/{page}").route(get().to(reader::at_page)))
        .service(resource("/documents/{id}/at/cell/{sheet}/{range}").route(get().to(reader::at_cell)))
        .service(resource("/regulations").route(get().to(regulations::page)))
        .service(resource("/documents/{id}/articles").route(get().to(reader::by_articles)))
        .service(resource("/documents/{id}/at/page/{page}/{rect}").route(get().to(reader::at_rect)))
        .service(resource("/documents/{id}/at/sheet/{cells}").route(get().to(reader::at_sheet)))
        .service(resource("/documents/{id}/at/line/{line}").route(get().to(reader::at_line)))
        .service(resource("/documents/{id}/at/article/{address}").route(get().to(reader::at_article)))
        .service(resource("/documents/{id}/at/schedule/{number}").route(get().to(reader::at_schedule)))
        .service(resource("/documents/{id}/at/supplement/{number}").route(get().to(reader::at_supplement)))
        .service(resource("/documents/{id}/at/supplement/{number}/{address}").route(get().to(reader::in_supplement)))
        .service(resource("/documents/{id}/at/heading/{path:.+}").route(get().to(reader::at_heading)))
        .service(resource("/documents/{id}/pages/{page}/words").route(get().to(reader_pages::words)))
        .service(resource("/documents/{id}/pages/{page}.png").route(get().to(files::picture)))
        .service(resource("/documents/{id}/file").route(get().to(files::original)))
        .service(resource("/documents/{id}/delete").route(get().to(delete::page)).route(post().to(delete::delete)))
        .service(resource("/documents/{id}/passages").route(get().to(passages::page)))
        .service(resource("/documents/{id}/reading").route(get().to(reading::page)))
        .service(resource("/documents/{id}/access").route(get().to(document_access::page)).route(post().to(document_access::change)))
        .service(resource("/documents/{id}/compare").route(get().to(compare::page)))
        .service(resource("/documents/{id}/unlock").route(get().to(decisions::unlock_page)).route(post().to(decisions::unlock)))
        .service(resource("/documents/{id}/validity").route(post().to(decisions::set_days)))
        .service(resource("/documents/{id}/encoding").route(post().to(decisions::read_again)))
        .service(resource("/documents/{id}/{decision:accept|reject|cancel|retry}").route(post().to(decisions::decide)))
        .service(resource("/people").route(get().to(people::page)).route(post().to(people::add)))
        .service(resource("/people/{id}/reset").route(post().to(people::reset)))
        .service(resource("/people/{id}/active").route(post().to(people::set_active)))
        .service(resource("/groups").route(get().to(groups::page)).route(post().to(groups::add)))
        .service(resource("/groups/{id}").route(get().to(groups::group)).route(post().to(groups::set_members)))
        .service(resource("/groups/{id}/remove").route(post().to(groups::remove)))
        .service(resource("/collections").route(get().to(collections::page)).route(post().to(collections::add)))
        .service(resource("/collections/{id}").route(get().to(wording::page)).route(post().to(wording::write)))
        .service(resource("/collections/{id}/open").route(post().to(collections::open)))
        .service(resource("/collections/{id}/close").route(post().to(collections::close)))
        .service(resource("/retrieval").route(get().to(retrieval::page)).route(post().to(retrieval::search)))
        .service(resource("/status").route(get().to(status::page)))
        .service(resource("/healthz").route(get().to(health::ok)).route(head().to(health::ok)))
        .service(resource("/static/{name}").route(get().to(static_files::file)))
        .service(resource("/api/session").route(get().to(api::session)))
        .service(resource("/api/collections").route(get().to(api::collections)))
        .service(resource("/api/documents").route(get().to(api::documents)))
        .service(resource("/api/documents/{id}").route(get().to(api::document)))
        .service(resource("/api/documents/{id}/reading").route(get().to(reading::for_scripts)))
        .service(resource("/api/documents/{id}/unlock").route(post().to(decisions::unlock_by_script)))
        .service(resource("/api/documents/{id}/{decision:accept|reject|cancel|retry}").route(post().to(decisions::decide_by_script)))
        .service(resource("/api/search").route(get().to(api::search)))
        .service(resource("/api/conversations").route(get().to(history::list_for_scripts)))
        .service(resource("/api/conversations/{id}").route(get().to(history::one_for_scripts)))
        .service(resource("/api/ask").route(post().to(api::ask)))
        .service(resource("/api/status").route(get().to(api::status)));
}

/// Everything else.
pub async fn nowhere() -> Result<HttpResponse, Failure> {
    Err(Failure::NotFound)
}
