//! Uploads: streamed to disk, a chunk at a time, then handed to the library.

use super::decisions::days_of;
use crate::encodings;
use crate::failure::Failure;
use crate::opening::{self, Attempt, Passing};
use crate::page::{Page, Section, html};
use crate::request;
use crate::security::{comes_from_here, see_other};
use crate::signed_in::SignedIn;
use crate::unpacking::{self, Bundle};
use actix_multipart::{Field, Multipart};
use actix_web::{HttpRequest, HttpResponse};
use appliance_core::id::{CollectionId, DocumentId};
use appliance_core::ports::catalog::{Accepted, Upload};
use appliance_core::ports::reader::Password;
use appliance_core::validity::lineage::SetDays;
use appliance_core::viewer::Role;
use askama::Template;
use futures_util::StreamExt;
use serde::Serialize;
use std::io::Error as IoError;
use std::path::Path;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// How names of unfinished uploads begin.
pub const UPLOAD_PREFIX: &str = "upload-";
/// A client that sends nothing for this long is given up.
const PATIENCE: Duration = Duration::from_secs(60);
const MOST_FIELD_BYTES: usize = 4096;
/// Characters of a name that is shown.
const MOST_CHARS: usize = 200;

/// What became of one file.
#[derive(Serialize)]
struct FileOutcome {
    name: String,
    #[serde(flatten)]
    accepted: Option<Accepted>,
    /// `refused`, where the library has not taken it.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    /// Why it was refused, or what went wrong with its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl FileOutcome {
    fn refused(name: String, message: String) -> Self {
        Self { name, accepted: None, outcome: Some("refused"), message: Some(message) }
    }

    fn is_queued(&self) -> bool {
        matches!(self.accepted, Some(Accepted::Queued { .. }))
    }

    /// The document that holds it, or held it before.
    fn document(&self) -> Option<DocumentId> {
        match self.accepted {
            Some(Accepted::Queued { document, .. } | Accepted::Duplicate { document }) => Some(document),
            None => None,
        }
    }
}

#[derive(Template)]
#[template(path = "uploaded.html")]
struct UploadedPage {
    page: Page,
    summary: String,
    refused: Vec<(String, String)>,
}

/// A file on disk, and its name.
struct Received {
    file: Passing,
    name: String,
}

/// What a whole form held.
#[derive(Default)]
struct Form {
    files: Vec<Received>,
    collection: Option<CollectionId>,
    /// For all files of the upload; those that need none are taken as they are.
    password: Option<Password>,
    /// The same for files of plain text.
    encoding: Option<String>,
    /// The document of which the file is a version.
    version_of: Option<DocumentId>,
    /// The days that a person sets: from, and until before.
    from: String,
    until: String,
    /// The folders around the next file, with its name.
    path: Option<String>,
}

/// `POST /documents`
pub async fn upload(req: HttpRequest, by: SignedIn, multipart: Multipart) -> Result<HttpResponse, Failure> {
    by.require(Role::Editor)?;
    if !comes_from_here(&req) {
        return Err(Failure::FormExpired);
    }
    let header = req.headers().get("X-Form-Token").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let form = receive(&by, header, multipart).await?;
    let collection = collection_of(&by, form.collection).await?;
    let mut outcomes = Vec::with_capacity(form.files.len());
    let days = days_of(&form.from, &form.until)?;
    if form.files.len() > 1 && (form.version_of.is_some() || days != SetDays::default()) {
        // Two texts are not in force on the same days.
        return Err(Failure::BadRequest);
    }
    let collection = match form.version_of {
        Some(of) => by.site.desk.library.document(&by.viewer, of).await?.ok_or(Failure::NotFound)?.collection,
        None => collection,
    };
    let choices = Choices { password: form.password, encoding: form.encoding, version_of: form.version_of, days };
    for file in form.files {
        match unpacking::unpack(&by.site, file.file.path(), &file.name).await? {
            Some(_) if choices.is_of_one_file() => return Err(Failure::BadRequest),
            Some(bundle) => take_in_all(&by, bundle, &file.name, collection, &choices, &mut outcomes).await?,
            None => outcomes.push(take_in(&by, file, collection, &choices).await?),
        }
    }
    if request::wants_json(&req) {
        return Ok(HttpResponse::Ok().json(outcomes));
    }
    let added = outcomes.iter().filter(|o| o.is_queued()).count();
    let refused: Vec<(String, String)> =
        outcomes.iter().filter(|o| o.accepted.is_none()).map(|o| (o.name.clone(), o.message.clone().unwrap_or_default())).collect();
    let duplicate = outcomes.len() - added - refused.len();
    if !refused.is_empty() {
        let page = by.page(Section::Documents, "title-uploaded");
        let counts = [("added", added.into()), ("duplicate", duplicate.into()), ("refused", refused.len().into())];
        return html(&UploadedPage { summary: page.words("uploaded-summary", &counts), refused, page });
    }
    let locked = outcomes.iter().filter(|o| o.message.is_some()).filter_map(FileOutcome::document);
    let locked: Vec<String> = locked.map(|id| id.to_string()).collect();
    let locked = if locked.is_empty() { String::new() } else { format!("&locked={}", locked.join(",")) };
    Ok(see_other(&format!("/documents?added={added}&duplicate={duplicate}{locked}")))
}

/// What a form says of all its files.
struct Choices {
    password: Option<Password>,
    encoding: Option<String>,
    version_of: Option<DocumentId>,
    days: SetDays,
}

impl Choices {
    /// Whether something is said that only one file can mean.
    fn is_of_one_file(&self) -> bool {
        self.version_of.is_some() || self.days != SetDays::default()
    }
}

/// Hands the files of a bundle to the library, each under its name with the folders around it, the bundle's first.
async fn take_in_all(
    by: &SignedIn,
    bundle: Bundle,
    name: &str,
    collection: CollectionId,
    choices: &Choices,
    outcomes: &mut Vec<FileOutcome>,
) -> Result<(), Failure> {
    let page = by.page(Section::Documents, "title-documents");
    for (member, file) in &bundle.unpacked.files {
        let shown = display_path(member).unwrap_or_else(|| name.to_owned());
        let received = Received { file: Passing::at(file.clone()), name: shown };
        outcomes.push(take_in(by, received, collection, choices).await?);
    }
    for (member, code) in &bundle.unpacked.left_out {
        let shown = display_path(member).unwrap_or_else(|| name.to_owned());
        outcomes.push(FileOutcome::refused(shown, unpacking::left_out(&page, code)));
    }
    Ok(())
}

/// Hands a file to the library, in the clear if the password opens it. With a wrong password it goes in as it is, so that
/// nothing is lost: the library then asks for the password again.
async fn take_in(by: &SignedIn, received: Received, collection: CollectionId, choices: &Choices) -> Result<FileOutcome, Failure> {
    let Received { mut file, name } = received;
    let tried = match &choices.password {
        Some(password) => opening::attempt(&by.site, file.path(), password).await?,
        None => Attempt::NotNeeded,
    };
    let wrong = matches!(tried, Attempt::WrongPassword);
    if let Attempt::Opened(opened) = tried {
        file = opened;
    }
    let upload = Upload {
        file: file.path().to_owned(),
        name: name.clone(),
        collection,
        encoding: choices.encoding.clone(),
        version_of: choices.version_of,
        days: choices.days,
    };
    let accepted = by.site.desk.library.accept(&by.viewer, upload).await?;
    let page = by.page(Section::Documents, "title-documents");
    let message = wrong.then(|| page.with("upload-wrong-password", "name", name.as_str()));
    Ok(FileOutcome { name, accepted: Some(accepted), outcome: None, message })
}

/// Reads the whole form. The token must come before the first file, in the header or as a field.
async fn receive(by: &SignedIn, header: &str, mut multipart: Multipart) -> Result<Form, Failure> {
    let mut trusted = by.check_token(header).is_ok();
    let mut form = Form::default();
    while let Some(field) = patiently(multipart.next()).await? {
        let mut field = field.map_err(|_| Failure::BadRequest)?;
        match field.name().unwrap_or_default() {
            "form_token" => {
                by.check_token(&short_text(&mut field).await?)?;
                trusted = true;
            }
            "password" => form.password = Some(short_text(&mut field).await?).filter(|p| !p.is_empty()).map(Password::new),
            "encoding" => form.encoding = encodings::chosen(&short_text(&mut field).await?)?,
            "version_of" => form.version_of = short_text(&mut field).await?.trim().parse().ok().map(DocumentId),
            "from" => form.from = short_text(&mut field).await?,
            "until" => form.until = short_text(&mut field).await?,
            "collection" => form.collection = short_text(&mut field).await?.trim().parse().ok().map(CollectionId),
            "file" if !trusted => return Err(Failure::FormExpired),
            "file" if form.files.len() >= by.site.settings.max_upload_files => return Err(Failure::TooLarge),
            "path" => form.path = Some(short_text(&mut field).await?),
            "file" => {
                let path = form.path.take();
                form.files.extend(store(by, field, path.as_deref()).await?);
            }
            _ => {
                short_text(&mut field).await?;
            }
        }
    }
    if trusted { Ok(form) } else { Err(Failure::FormExpired) }
}

/// Writes one file to disk; `None` for the empty part that a form without a chosen file sends.
async fn store(by: &SignedIn, mut field: Field, path: Option<&str>) -> Result<Option<Received>, Failure> {
    let sent_name = field.content_disposition().and_then(|d| d.get_filename()).unwrap_or_default();
    let name = path.and_then(display_path).or_else(|| display_name(sent_name));
    let settings = &by.site.settings;
    let received = Received { file: Passing::new(&by.site), name: name.clone().unwrap_or_else(|| "file".to_owned()) };
    let mut file = create(received.file.path()).await.map_err(Failure::Upload)?;
    let mut bytes = 0_u64;
    while let Some(chunk) = patiently(field.next()).await? {
        let chunk = chunk.map_err(|_| Failure::BadRequest)?;
        bytes += chunk.len() as u64;
        if bytes > settings.max_upload_bytes {
            return Err(Failure::TooLarge);
        }
        file.write_all(&chunk).await.map_err(Failure::Upload)?;
    }
    file.sync_all().await.map_err(Failure::Upload)?;
    Ok((name.is_some() || bytes > 0).then_some(received))
}

async fn create(path: &Path) -> Result<tokio::fs::File, IoError> {
    tokio::fs::OpenOptions::new().write(true).create_new(true).open(path).await
}

async fn patiently<T>(next: impl Future<Output = Option<T>>) -> Result<Option<T>, Failure> {
    tokio::time::timeout(PATIENCE, next).await.map_err(|_| Failure::BadRequest)
}

async fn short_text(field: &mut Field) -> Result<String, Failure> {
    let bytes = tokio::time::timeout(PATIENCE, field.bytes(MOST_FIELD_BYTES)).await.map_err(|_| Failure::BadRequest)?;
    let bytes = bytes.map_err(|_| Failure::TooLarge)?.map_err(|_| Failure::BadRequest)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Failure::BadRequest)
}

/// The collection that was named, else the first one.
async fn collection_of(by: &SignedIn, named: Option<CollectionId>) -> Result<CollectionId, Failure> {
    let visible = by.site.desk.library.collections(&by.viewer).await?;
    match named {
        Some(id) => visible.iter().find(|c| c.id == id).map(|c| c.id).ok_or(Failure::NotFound),
        None => visible.first().map(|c| c.id).ok_or(Failure::Forbidden),
    }
}

/// A name fit to be shown: no folders, no control characters, at most 200 characters. It never becomes a path.
fn display_name(sent: &str) -> Option<String> {
    let base = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    // Bidirectional marks could make `fdp.exe` read as `exe.pdf`.
    let unfit = |c: char| c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name: String = base.chars().filter(|c| !unfit(*c)).take(MOST_CHARS).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The same of a file in folders: their names before its own, with `/` between them. Of too many, those nearest to it.
fn display_path(sent: &str) -> Option<String> {
    let parts: Vec<String> = sent.split(['/', '\\']).filter(|p| !matches!(*p, "" | "." | "..")).filter_map(display_name).collect();
    let mut name = String::new();
    for part in parts.iter().rev() {
        let longer = if name.is_empty() { part.clone() } else { format!("{part}/{name}") };
        if longer.chars().count() > MOST_CHARS {
            break;
        }
        name = longer;
    }
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_for_showing_only() {
        assert_eq!(display_name("../../etc/passwd"), Some("passwd".to_owned()));
        assert_eq!(display_name("C:\\fakepath\\料金表.xlsx"), Some("料金表.xlsx".to_owned()));
        assert_eq!(display_name("a\u{202e}fdp.exe\n"), Some("afdp.exe".to_owned()));
        assert_eq!(display_name(""), None);
        assert_eq!(display_name("/"), None);
    }

    #[test]
    fn folders_are_for_showing_only_too() {
        assert_eq!(display_path("例規/../第1編\\手数料条例.pdf"), Some("例規/第1編/手数料条例.pdf".to_owned()));
        assert_eq!(display_path("/etc/passwd"), Some("etc/passwd".to_owned()));
        assert_eq!(display_path("../.."), None);
        let long = format!("{}/{}", "あ".repeat(150), "い".repeat(100));
        assert_eq!(display_path(&long), Some("い".repeat(100)));
    }
}
