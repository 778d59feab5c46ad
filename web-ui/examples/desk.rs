//! The desk over an invented library, to look at: `cargo run --release -p web-ui --example desk -- 8090`.
//!
//! Sign in as `admin`, `editor` or `reader` with `minato-2026-desk`. With a second argument `empty`, the library is.

#[path = "../tests/fakes/mod.rs"]
mod fakes;

use appliance_core::ports::models::PromptProfile;
use fakes::library::FakeLibrary;
use fakes::models::SlowGenerator;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use web_ui::HttpSettings;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().unwrap_or_else(|| "8090".to_owned()).parse()?;
    let way = arguments.next().unwrap_or_default();
    let held = if way == "empty" { Vec::new() } else { fakes::sample::library() };
    let generator = if way == "composed" {
        let output = "粗大ごみの処理手数料は1点につき500円です[1]。天災のときは減額または免除されます[1]。申請は30日以内です[2]。";
        SlowGenerator::new(PromptProfile::Chat, output, Duration::from_millis(60))
    } else {
        let output = " 500円[1]\n根拠[1]: 「粗大ごみの処理手数料は、1点につき500円とする。」";
        SlowGenerator::new(PromptProfile::GroundedJa, output, Duration::from_millis(60))
    };
    let behind = fakes::behind(FakeLibrary::new(held), Some(Arc::new(generator)));
    let library = Arc::clone(&behind.library);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(3)).await;
            library.advance();
        }
    });
    let folder = tempfile::tempdir()?;
    let (stop, shutdown) = watch::channel(false);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.send_replace(true);
        }
    });
    let mut settings = HttpSettings::new(folder.path().to_owned(), shutdown);
    settings.institution = "みなと市".to_owned();
    settings.examples =
        ["粗大ごみの手数料はいくらですか", "体育館の午後の使用料", "転入の届出はいつまでですか"].map(str::to_owned).to_vec();
    web_ui::serve(behind.desk, TcpListener::bind(("127.0.0.1", port))?, settings).await?;
    Ok(())
}
