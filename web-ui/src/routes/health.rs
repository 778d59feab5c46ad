//! Whether the server answers at all; for supervisors, without a session.

use actix_web::HttpResponse;

/// `GET /healthz`
pub async fn ok() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok")
}
