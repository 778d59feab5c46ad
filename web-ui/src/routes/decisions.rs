//! What editors decide about a document: accept it, reject it, cancel, try again, or give its password.

use crate::encodings;
use crate::failure::Failure;
use crate::opening::{self, Attempt};
use crate::page::{Page, Section, html};
use crate::security::{comes_from_here, see_other};
use crate::signed_in::{Posted, SignedIn};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use appliance_core::id::{DocumentId, VersionId};
use appliance_core::ports::catalog::{Decided, Decision};
use appliance_core::ports::reader::Password;
use appliance_core::validity::lineage::SetDays;
use appliance_core::validity::typed_day;
use appliance_core::viewer::Role;
use askama::Template;
use serde::Deserialize;
use serde_json::json;

/// The decision of that name, and what the library page is told of it.
fn named(name: &str) -> Result<(Decision, &'static str), Failure> {
    match name {
        "accept" => Ok((Decision::Accept, "accepted")),
        "reject" => Ok((Decision::Reject, "rejected")),
        "cancel" => Ok((Decision::Cancel, "cancelled")),
        "retry" => Ok((Decision::Retry, "retried")),
        _ => Err(Failure::NotFound),
    }
}

/// `POST /documents/{id}/{accept|reject|cancel|retry}`
pub async fn decide(posted: Posted, path: web::Path<(i64, String)>) -> Result<HttpResponse, Failure> {
    let (decision, done) = named(&path.1)?;
    carry_out(&posted.by, DocumentId(path.0), decision).await?;
    Ok(see_other(&format!("/documents?done={done}")))
}

/// `POST /api/documents/{id}/{accept|reject|cancel|retry}`: the document as it stands after it, `null` when it went.
pub async fn decide_by_script(req: HttpRequest, by: SignedIn, path: web::Path<(i64, String)>) -> Result<HttpResponse, Failure> {
    from_script(&req, &by)?;
    let (decision, _) = named(&path.1)?;
    let id = DocumentId(path.0);
    carry_out(&by, id, decision).await?;
    Ok(HttpResponse::Ok().json(by.site.desk.library.document(&by.viewer, id).await?))
}

async fn carry_out(by: &SignedIn, id: DocumentId, decision: Decision) -> Result<(), Failure> {
    by.require(Role::Editor)?;
    settled(by.site.desk.library.decide(&by.viewer, id, decision).await?)
}

pub fn settled(decided: Decided) -> Result<(), Failure> {
    match decided {
        Decided::Done => Ok(()),
        Decided::Unknown => Err(Failure::NotFound),
        Decided::TooLate => Err(Failure::TooLate),
    }
}

/// Scripts send the token in a header.
fn from_script(req: &HttpRequest, by: &SignedIn) -> Result<(), Failure> {
    if !comes_from_here(req) {
        return Err(Failure::FormExpired);
    }
    by.check_token(req.headers().get("X-Form-Token").and_then(|v| v.to_str().ok()).unwrap_or_default())
}

/// `POST /documents/{id}/encoding`: read again in the encoding that a person names.
pub async fn read_again(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    by.require(Role::Editor)?;
    let id = DocumentId(*id);
    let format = by.site.desk.library.document(&by.viewer, id).await?.ok_or(Failure::NotFound)?.format;
    if !format.is_some_and(encodings::is_guessed) {
        return Err(Failure::BadRequest);
    }
    let encoding = encodings::chosen(fields.get("encoding"))?;
    settled(by.site.desk.library.read_again(&by.viewer, id, encoding).await?)?;
    Ok(see_other("/documents?done=retried"))
}

/// `POST /documents/{id}/validity`: the days of a version as an editor sets them; empty fields are as the text says.
pub async fn set_days(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    by.require(Role::Editor)?;
    let version = fields.get("version").parse().map(VersionId).map_err(|_| Failure::BadRequest)?;
    let days = days_of(fields.get("from"), fields.get("until"))?;
    settled(by.site.desk.library.set_days(&by.viewer, DocumentId(*id), version, days).await?)?;
    Ok(see_other(&format!("/documents/{id}?version={version}#validity")))
}

/// The days that two fields name; an empty one names none.
pub fn days_of(from: &str, until: &str) -> Result<SetDays, Failure> {
    let day = |typed: &str| match typed.trim() {
        "" => Ok(None),
        typed => typed_day(typed).map(Some).ok_or(Failure::BadRequest),
    };
    let days = SetDays { from: day(from)?, until: day(until)? };
    match days.from.zip(days.until) {
        Some((from, until)) if until <= from => Err(Failure::BadRequest),
        _ => Ok(days),
    }
}

#[derive(Template)]
#[template(path = "unlock.html")]
struct UnlockPage {
    page: Page,
    id: DocumentId,
    file_name: String,
    error: Option<String>,
}

/// `GET /documents/{id}/unlock`
pub async fn unlock_page(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    by.require(Role::Editor)?;
    let id = DocumentId(*id);
    let locked = by.site.desk.library.locked_file(&by.viewer, id).await?.ok_or(Failure::NotFound)?;
    let page = by.page(Section::Documents, "title-unlock");
    html(&UnlockPage { page, id, file_name: locked.name, error: None })
}

/// `POST /documents/{id}/unlock`
pub async fn unlock(posted: Posted, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let Posted { by, fields } = posted;
    let id = DocumentId(*id);
    let password = Password::new(fields.get("password"));
    match try_password(&by, id, &password).await? {
        Ok(()) => Ok(see_other("/documents?done=unlocked")),
        Err(Refused { file_name, key }) => {
            let page = by.page(Section::Documents, "title-unlock");
            let error = Some(page.with(key, "name", file_name.as_str()));
            let mut response = html(&UnlockPage { page, id, file_name, error })?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

/// The body of a script's attempt.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnlockBody {
    password: String,
}

/// `POST /api/documents/{id}/unlock`
pub async fn unlock_by_script(
    req: HttpRequest,
    by: SignedIn,
    id: web::Path<i64>,
    body: web::Json<UnlockBody>,
) -> Result<HttpResponse, Failure> {
    from_script(&req, &by)?;
    let id = DocumentId(*id);
    match try_password(&by, id, &Password::new(body.into_inner().password)).await? {
        Ok(()) => Ok(HttpResponse::Ok().json(by.site.desk.library.document(&by.viewer, id).await?)),
        Err(Refused { file_name, key }) => {
            let page = by.page(Section::Documents, "title-unlock");
            let told = json!({ "error": key, "message": page.with(key, "name", file_name.as_str()) });
            Ok(HttpResponse::UnprocessableEntity().json(told))
        }
    }
}

/// A file that the password did not open, and the key of the sentence that says so.
struct Refused {
    file_name: String,
    key: &'static str,
}

/// Tries a password on a locked document. The file in the clear takes the place of the stored one.
async fn try_password(by: &SignedIn, id: DocumentId, password: &Password) -> Result<Result<(), Refused>, Failure> {
    by.require(Role::Editor)?;
    let library = &by.site.desk.library;
    let Some(locked) = library.locked_file(&by.viewer, id).await? else {
        let known = library.document(&by.viewer, id).await?.is_some();
        return Err(if known { Failure::TooLate } else { Failure::NotFound });
    };
    let key = match opening::attempt(&by.site, &locked.file, password).await? {
        Attempt::Opened(opened) => {
            settled(library.unlock(&by.viewer, id, opened.path().to_owned()).await?)?;
            return Ok(Ok(()));
        }
        Attempt::WrongPassword => "unlock-wrong",
        Attempt::NotNeeded | Attempt::Failed => "unlock-impossible",
    };
    Ok(Err(Refused { file_name: locked.name, key }))
}
