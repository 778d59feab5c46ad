//! The server itself: a client that goes, and an order to stop.

mod fakes;

use appliance_core::ports::models::PromptProfile;
use fakes::library::FakeLibrary;
use fakes::models::SlowGenerator;
use fakes::people::PASSWORD;
use fakes::{behind, sample};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use web_ui::{HttpSettings, WebError};

struct Served {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<Result<(), WebError>>,
    abandoned: Arc<AtomicBool>,
    _uploads: tempfile::TempDir,
}

/// A server whose model is silent between the tokens for so long.
fn serve(pause: Duration) -> Served {
    let generator = SlowGenerator::new(PromptProfile::GroundedJa, &"500円".repeat(100), pause);
    let abandoned = Arc::clone(&generator.abandoned);
    let behind = behind(FakeLibrary::new(sample::library()), Some(Arc::new(generator)));
    let uploads = tempfile::tempdir().expect("a folder");
    let (stop, shutdown) = watch::channel(false);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let settings = HttpSettings::new(uploads.path().to_owned(), shutdown);
    let server = tokio::spawn(web_ui::serve(behind.desk, listener, settings));
    Served { address, stop, server, abandoned, _uploads: uploads }
}

async fn post(address: SocketAddr, path: &str, cookie: &str, form: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nCookie: kura_session={cookie}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    stream
}

async fn sign_in(address: SocketAddr) -> String {
    let mut reply = String::new();
    let form = format!("login=reader&password={PASSWORD}");
    post(address, "/sign-in", "", &form).await.read_to_string(&mut reply).await.expect("a reply");
    let cookie = reply.split("kura_session=").nth(1).and_then(|rest| rest.split(';').next());
    cookie.expect("a session").to_owned()
}

/// Asks, and reads until the model has begun.
async fn ask(served: &Served) -> TcpStream {
    let cookie = sign_in(served.address).await;
    // 粗大ごみの処理手数料
    let question = "%E7%B2%97%E5%A4%A7%E3%81%94%E3%81%BF%E3%81%AE%E5%87%A6%E7%90%86%E6%89%8B%E6%95%B0%E6%96%99";
    let form = format!("question={question}&form_token=form-token-of-3");
    let mut stream = post(served.address, "/ask/stream", &cookie, &form).await;
    let mut seen = String::new();
    let mut buffer = [0; 4096];
    while !seen.contains("\"writing\"") {
        let read = stream.read(&mut buffer).await.expect("events");
        assert!(read > 0, "the stream ended early: {seen}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_connection_stops_the_model() {
    let served = serve(Duration::from_millis(250));
    drop(ask(&served).await);
    let since = Instant::now();
    while !served.abandoned.load(Ordering::SeqCst) {
        assert!(since.elapsed() < Duration::from_secs(8), "the model still works for nobody");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    served.stop.send_replace(true);
    served.server.await.expect("no panic").expect("a clean end");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_to_stop_ends_the_server() {
    let served = serve(Duration::ZERO);
    sign_in(served.address).await;
    served.stop.send_replace(true);
    let ended = tokio::time::timeout(Duration::from_secs(5), served.server).await.expect("it ends soon");
    ended.expect("no panic").expect("a clean end");
    assert!(TcpStream::connect(served.address).await.is_err());
}
