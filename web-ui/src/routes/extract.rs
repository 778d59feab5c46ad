//! Fields by a schema, as JSON: `POST /api/ask` with `form: "json"` and a `schema`.

use super::ask::permit;
use crate::failure::Failure;
use crate::following::{Following, following};
use crate::signed_in::SignedIn;
use actix_web::HttpResponse;
use appliance_core::asking;
use appliance_core::forms::schema::Schema;
use appliance_core::question::Question;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Fills the schema's fields. A schema that is not understood is answered with what it is about it.
pub async fn extract(by: &SignedIn, question: Question, schema: Option<Value>) -> Result<HttpResponse, Failure> {
    let schema = match Schema::read(&schema.ok_or(Failure::BadRequest)?) {
        Ok(schema) => schema,
        Err(error) => return Ok(HttpResponse::BadRequest().json(json!({ "error": "schema", "message": error.to_string() }))),
    };
    let _permit = permit(by)?;
    let question = following(by, question, &Following::default()).await?;
    let (events, mut unheard) = mpsc::channel(64);
    let work = async {
        let extracted = asking::extract(&by.site.desk.asking, &by.viewer, &question, &schema, &events).await;
        drop(events);
        extracted
    };
    let (extracted, ()) = tokio::join!(work, async { while unheard.recv().await.is_some() {} });
    Ok(HttpResponse::Ok().json(extracted?))
}
