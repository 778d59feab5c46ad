//! Serving the desk until it is told to stop.

use crate::desk::{Desk, HttpSettings};
use crate::site::Site;
use actix_web::{App, HttpServer};
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::watch;

/// Seconds that answers under way are given when the server stops.
const FAREWELL_S: u64 = 10;
/// A client that does not finish its request's head in this time is dropped.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// Connections a worker holds; further ones wait in the listener's queue.
const MAX_CONNECTIONS: usize = 1_000;

/// Why the desk does not serve.
#[derive(Debug, Error)]
pub enum WebError {
    /// The folder for uploads cannot be used.
    #[error("the upload folder {path} cannot be used")]
    UploadFolder {
        /// The folder.
        path: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The listener cannot be used.
    #[error("the listener cannot be used")]
    Listener(#[source] std::io::Error),
    /// The server ended on its own.
    #[error("the server ended")]
    Server(#[source] std::io::Error),
}

/// Serves `desk` on `listener` until `settings.shutdown` becomes true, then lets answers under way end for up to ten
/// seconds.
pub async fn serve(desk: Desk, listener: TcpListener, settings: HttpSettings) -> Result<(), WebError> {
    prepare_uploads(&settings.upload_dir)
        .map_err(|source| WebError::UploadFolder { path: settings.upload_dir.display().to_string(), source })?;
    let workers = settings.workers.max(1);
    let shutdown = settings.shutdown.clone();
    let site = Site::new(desk, settings);
    let server = HttpServer::new(move || App::new().service(Site::scope(site.clone())))
        .workers(workers)
        .max_connections(MAX_CONNECTIONS)
        .client_request_timeout(HEAD_TIMEOUT)
        .shutdown_timeout(FAREWELL_S)
        .disable_signals()
        .listen(listener)
        .map_err(WebError::Listener)?
        .run();
    let handle = server.handle();
    tokio::pin!(server);
    tokio::select! {
        ended = &mut server => ended.map_err(WebError::Server),
        () = told_to_stop(shutdown) => {
            let (ended, ()) = tokio::join!(server, handle.stop(true));
            ended.map_err(WebError::Server)
        }
    }
}

/// Ends when the flag becomes true. A dropped sender is no order to stop.
async fn told_to_stop(mut shutdown: watch::Receiver<bool>) {
    if shutdown.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Makes the folder, and clears what uploads left that were under way when the last server ended.
fn prepare_uploads(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(crate::routes::UPLOAD_PREFIX) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
