//! The site: what all requests share, and the table of routes.

use crate::desk::{Desk, HttpSettings};
use crate::rendering::Renderer;
use crate::{routes, security};
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{Error, Scope, web};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;

/// Form fields are short; a question has at most 2,000 characters, 12 bytes each when percent-encoded.
const MAX_FORM_BYTES: usize = 64 * 1024;

/// What all requests share.
pub struct Site {
    /// The ports.
    pub desk: Desk,
    /// The settings.
    pub settings: HttpSettings,
    /// Renders pages and sheets, a few at a time.
    pub renderer: Renderer,
    /// One permit for each question that may be answered at the same time.
    pub asking: Arc<Semaphore>,
    /// One permit: a password costs a processor for a moment, and guessing must not be cheap.
    pub unlocking: Semaphore,
    started: i64,
    requests: AtomicU64,
}

impl Site {
    /// A site over these ports.
    pub fn new(desk: Desk, settings: HttpSettings) -> web::Data<Self> {
        let renderer = Renderer::new(Arc::clone(&desk.reader), settings.concurrent_renders, settings.render_cache_bytes);
        web::Data::new(Self {
            renderer,
            asking: Arc::new(Semaphore::new(settings.concurrent_questions)),
            unlocking: Semaphore::new(1),
            started: desk.clock.now().as_second(),
            requests: AtomicU64::new(0),
            desk,
            settings,
        })
    }

    /// An id that no other request of this appliance has: the second of the start and a running number.
    pub fn next_request_id(&self) -> String {
        format!("{:x}-{:x}", self.started, self.requests.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// All routes, with the headers and the error pages around them.
    pub fn scope(
        site: web::Data<Self>,
    ) -> Scope<impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>> {
        let guarded = site.clone();
        web::scope("")
            .app_data(site)
            .app_data(web::FormConfig::default().limit(MAX_FORM_BYTES))
            .app_data(web::JsonConfig::default().limit(MAX_FORM_BYTES))
            .configure(routes::configure)
            .default_service(web::route().to(routes::nowhere))
            .wrap(from_fn(move |req, next| security::guard(guarded.clone(), req, next)))
    }
}
