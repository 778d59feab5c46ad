//! A real browser: headless Chromium behind its WebDriver.

use crate::workspace;
use anyhow::{Context, Result, bail};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(90);

/// A browser window. Dropped, driver and browser are ended.
pub struct Browser {
    /// The window.
    pub window: Client,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Opens a window of 1280 × 900 of a person who reads Japanese first.
    pub async fn open() -> Result<Self> {
        Self::open_in("ja,en").await
    }

    /// Opens a window of a person who reads these languages, the first one best.
    pub async fn open_in(languages: &str) -> Result<Self> {
        let profile = tempfile::Builder::new().prefix("kura-browser-").tempdir()?;
        let mut driver = Command::new("chromedriver")
            .args(["--port=0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver is missing: deploy/test installs it (Debian package chromium-driver)")?;
        let stdout = BufReader::new(driver.stdout.take().context("the driver's output")?);
        let port = tokio::task::spawn_blocking(move || driver_port(stdout)).await??;
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--window-size=1280,900".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let options = json!({ "args": arguments, "prefs": { "intl.accept_languages": languages } });
        let capabilities = [("goog:chromeOptions".to_owned(), options), ("goog:loggingPrefs".to_owned(), json!({ "performance": "ALL" }))];
        let window = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.into_iter().collect())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context("opening the browser")?;
        Ok(Self { window, driver, _profile: profile })
    }

    /// Waits until an element is there. A page that gives way to the next while it is looked at is looked at again: the
    /// driver answers such a look with an error of its own ("aborted by navigation").
    pub async fn wait_for(&self, css: &str) -> Result<Element> {
        let since = Instant::now();
        loop {
            match self.window.find(Locator::Css(css)).await {
                Ok(element) => return Ok(element),
                Err(error) if since.elapsed() > PATIENCE => {
                    let shown = self.shown().await;
                    return Err(error).with_context(|| format!("waiting for {css} on a page that shows {shown:?}"));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// The beginning of the page's text, for what a failed test says.
    async fn shown(&self) -> String {
        let text = self.window.execute("return document.querySelector('main')?.innerText ?? ''", vec![]).await;
        text.ok().and_then(|t| t.as_str().map(|t| t.chars().take(600).collect())).unwrap_or_default()
    }

    /// Keeps a picture of the window among the test's artefacts.
    pub async fn keep_picture(&self, name: &str) -> Result<()> {
        let png = match self.window.screenshot().await {
            Ok(png) => png,
            // The page gave way to the next just then.
            Err(_) => self.window.screenshot().await.with_context(|| format!("taking the picture {name}"))?,
        };
        std::fs::write(workspace::artefacts()?.join(format!("{name}.png")), png)?;
        Ok(())
    }

    /// Closes the window.
    pub async fn close(self) -> Result<()> {
        self.window.clone().close().await?;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Already ended is as good as ended.
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

fn driver_port(stdout: impl BufRead) -> Result<u16> {
    for line in stdout.lines() {
        let line = line?;
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return Ok(port.trim_end_matches('.').trim().parse()?);
        }
    }
    bail!("chromedriver ended before it named its port")
}
