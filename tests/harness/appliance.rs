//! A running appliance with a temporary data folder, and a visitor who speaks to it over HTTP as a browser would.

use crate::workspace;
use anyhow::{Context, Result, bail, ensure};
use reqwest::{Client, StatusCode, multipart, redirect};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The password that tests choose in place of the one-time password.
pub const PASSWORD: &str = "minato-tests-2026";

/// A data folder with models, dictionary, database and a first administrator.
pub struct DataFolder {
    folder: TempDir,
    /// The first administrator's one-time password.
    pub one_time_password: String,
}

impl DataFolder {
    /// Prepares one as `deploy/run` would.
    pub fn prepare() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("kura-test-").tempdir()?;
        let path = folder.path();
        link_models(&path.join("models"))?;
        std::fs::create_dir_all(path.join("dictionary"))?;
        link(&dictionary()?, &path.join("dictionary/ipadic.dic"))?;
        let synonyms = workspace::models()?.join("synonyms.txt");
        if synonyms.exists() {
            link(&synonyms, &path.join("dictionary/synonyms.txt"))?;
        }
        let printed = kura(path, 0, &["init", "--json"])?;
        let made: Value = serde_json::from_str(&printed).with_context(|| format!("`kura init --json` printed {printed:?}"))?;
        let one_time_password = made["password"].as_str().context("init prints a one-time password")?.to_owned();
        Ok(Self { folder, one_time_password })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a `kura` command on it and returns what it printed.
    pub fn kura(&self, arguments: &[&str]) -> Result<String> {
        kura(self.path(), 0, arguments)
    }

    /// The same of a command that is to end with another code than 0.
    pub fn kura_ending(&self, code: i32, arguments: &[&str]) -> Result<String> {
        kura(self.path(), code, arguments)
    }
}

/// Runs a `kura` command; another exit code than this one is an error with what it said.
fn kura(data: &Path, code: i32, arguments: &[&str]) -> Result<String> {
    let output = Command::new(workspace::kura()?).arg("--data-dir").arg(data).args(arguments).stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.code() == Some(code), "kura {arguments:?} ended with {}: {said}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

fn link_models(to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(workspace::models()?)? {
        let from = entry?.path();
        if from.extension().is_some_and(|e| e == "gguf" || e == "toml") {
            link(&from, &to.join(from.file_name().context("a file has a name")?))?;
        }
    }
    Ok(())
}

fn link(from: &Path, to: &Path) -> Result<()> {
    if std::fs::hard_link(from, to).is_err() {
        std::fs::copy(from, to).with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
    }
    Ok(())
}

/// The compiled dictionary, made once for all tests of a checkout.
fn dictionary() -> Result<PathBuf> {
    let cached = workspace::models()?.join("ipadic.dic");
    ensure!(cached.exists(), "{} is missing: deploy/test makes it with `kura dictionary compile`", cached.display());
    Ok(cached)
}

/// A running `kura serve`. Dropped, it is ended.
pub struct Appliance {
    child: Child,
    address: String,
}

impl Appliance {
    /// Starts it on a free port and waits until it answers.
    pub async fn start(data: &DataFolder) -> Result<Self> {
        let mut child = Command::new(workspace::kura()?)
            .arg("--data-dir")
            .arg(data.path())
            .args(["serve", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(data.path().join("serve.log"))?)
            .spawn()?;
        let stdout = BufReader::new(child.stdout.take().context("the server's output")?);
        let address = tokio::task::spawn_blocking(move || printed_address(stdout)).await?;
        let mut appliance = Self { child, address: String::new() };
        appliance.address = address.with_context(|| std::fs::read_to_string(data.path().join("serve.log")).unwrap_or_default())?;
        Ok(appliance)
    }

    /// The processes that it has started and that still are, by their ids.
    pub fn children(&self) -> Result<Vec<u32>> {
        let me = self.child.id().to_string();
        let mut children = Vec::new();
        for entry in std::fs::read_dir("/proc")? {
            let Ok(pid) = entry?.file_name().to_string_lossy().parse::<u32>() else { continue };
            // A process may end between the list and the look.
            let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
            let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
            if parent == Some(me.as_str()) {
                children.push(pid);
            }
        }
        Ok(children)
    }

    /// KB of memory that it holds.
    pub fn resident(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).context("the server's memory")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end, as the service manager would, and waits for that.
    pub fn stop(mut self) -> Result<()> {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        ensure!(asked.success(), "the signal could not be sent");
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "the server ended with {status}");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the server did not end within 20 seconds")
    }
}

impl Drop for Appliance {
    fn drop(&mut self) {
        // Already ended is as good as ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The address in the first line that names one.
fn printed_address(stdout: impl BufRead) -> Result<String> {
    for line in stdout.lines() {
        let line = line?;
        if let Some(at) = line.find("http://") {
            return Ok(line[at..].split_whitespace().next().unwrap_or_default().trim_end_matches('/').to_owned());
        }
    }
    bail!("the server ended before it printed its address")
}

/// A page or an API's answer.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: StatusCode,
    /// Where a redirection leads.
    pub location: Option<String>,
    /// The body as text.
    pub body: String,
}

/// Someone with a cookie jar.
pub struct Visitor {
    client: Client,
    address: String,
    form_token: String,
}

impl Visitor {
    /// Nobody yet.
    pub fn new(appliance: &Appliance) -> Result<Self> {
        let client = Client::builder().cookie_store(true).redirect(redirect::Policy::none()).no_proxy().build()?;
        Ok(Self { client, address: appliance.address().to_owned(), form_token: String::new() })
    }

    /// The first administrator, signed in, the one-time password changed.
    pub async fn administrator(appliance: &Appliance, data: &DataFolder) -> Result<Self> {
        let mut visitor = Self::new(appliance)?;
        visitor.first_sign_in("admin", &data.one_time_password).await?;
        Ok(visitor)
    }

    /// Signs in with a one-time password and chooses [`PASSWORD`].
    pub async fn first_sign_in(&mut self, login: &str, one_time: &str) -> Result<()> {
        self.sign_in(login, one_time).await?;
        let reply = self.post("/password", &[("current", one_time), ("new", PASSWORD), ("again", PASSWORD)]).await?;
        ensure!(reply.status == StatusCode::SEE_OTHER, "changing the password: {}", reply.status);
        self.sign_in(login, PASSWORD).await
    }

    /// Signs in.
    pub async fn sign_in(&mut self, login: &str, password: &str) -> Result<()> {
        let reply = self.post("/sign-in", &[("login", login), ("password", password)]).await?;
        ensure!(reply.status == StatusCode::SEE_OTHER, "signing in as {login}: {}", reply.status);
        let session = self.get_json("/api/session").await?;
        self.form_token = session["form_token"].as_str().context("a session has a form token")?.to_owned();
        Ok(())
    }

    /// Gets a page.
    pub async fn get(&self, path: &str) -> Result<Reply> {
        reply(self.client.get(self.url(path)).send().await?).await
    }

    /// Gets bytes.
    pub async fn get_bytes(&self, path: &str) -> Result<(StatusCode, Vec<u8>)> {
        let response = self.client.get(self.url(path)).send().await?;
        Ok((response.status(), response.bytes().await?.to_vec()))
    }

    /// Gets JSON.
    pub async fn get_json(&self, path: &str) -> Result<Value> {
        let reply = self.get(path).await?;
        ensure!(reply.status.is_success(), "GET {path}: {} {}", reply.status, reply.body);
        Ok(serde_json::from_str(&reply.body)?)
    }

    /// Sends a form, with the session's token.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Reply> {
        let mut form: Vec<(&str, &str)> = fields.to_vec();
        form.push(("form_token", &self.form_token));
        let mut body = String::new();
        for (name, value) in form {
            if !body.is_empty() {
                body.push('&');
            }
            body.push_str(&format!("{}={}", percent(name), percent(value)));
        }
        let request = self.client.post(self.url(path)).header("content-type", "application/x-www-form-urlencoded").body(body);
        reply(request.send().await?).await
    }

    /// Uploads files to the first collection that the library page offers.
    pub async fn upload(&self, files: &[PathBuf]) -> Result<Reply> {
        self.upload_form(files, multipart::Form::new()).await
    }

    /// Uploads files with the password that opens them.
    pub async fn upload_with_password(&self, files: &[PathBuf], password: &str) -> Result<Reply> {
        self.upload_form(files, multipart::Form::new().text("password", password.to_owned())).await
    }

    async fn upload_form(&self, files: &[PathBuf], form: multipart::Form) -> Result<Reply> {
        let library = self.get("/documents").await?.body;
        // A reader is offered none; the upload is then refused whatever it names.
        let offered = library.split("id=\"collection\"").nth(1).and_then(|select| select.split("value=\"").nth(1)?.split('"').next());
        let collection = offered.unwrap_or("1").to_owned();
        let mut form = form.text("collection", collection).text("form_token", self.form_token.clone());
        for file in files {
            let name = file.file_name().context("a file has a name")?.to_string_lossy().into_owned();
            form = form.part("file", multipart::Part::bytes(std::fs::read(file)?).file_name(name));
        }
        let request = self.client.post(self.url("/documents")).header("accept", "application/json").multipart(form);
        reply(request.send().await?).await
    }

    /// Asks through the JSON API.
    pub async fn ask(&self, question: &str) -> Result<Value> {
        self.ask_as_of(question, "").await
    }

    /// Asks as of a day; of today where it is empty.
    pub async fn ask_as_of(&self, question: &str, day: &str) -> Result<Value> {
        let body = json!({ "question": question, "as_of": day });
        let request = self.client.post(self.url("/api/ask")).header("x-form-token", &self.form_token).json(&body);
        let reply = reply(request.send().await?).await?;
        ensure!(reply.status.is_success(), "asking: {} {}", reply.status, reply.body);
        Ok(serde_json::from_str(&reply.body)?)
    }

    /// The entry of the document uploaded under that name.
    pub async fn document(&self, file_name: &str) -> Result<Option<Value>> {
        let entries = self.get_json("/api/documents").await?;
        Ok(entries.as_array().into_iter().flatten().find(|e| e["file_name"] == file_name).cloned())
    }

    /// Waits until no document waits or is being ingested or embedded, and returns them all.
    pub async fn wait_until_settled(&self, limit: Duration) -> Result<Vec<Value>> {
        let since = Instant::now();
        loop {
            let entries = self.get_json("/api/documents").await?;
            let entries: Vec<Value> = entries.as_array().cloned().unwrap_or_default();
            let busy = entries.iter().filter(|e| e["state"] == "queued" || e["state"] == "ingesting" || !e["progress"].is_null()).count();
            if busy == 0 {
                return Ok(entries);
            }
            ensure!(since.elapsed() < limit, "{busy} documents are not settled after {limit:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

async fn reply(response: reqwest::Response) -> Result<Reply> {
    let status = response.status();
    let location = response.headers().get("location").and_then(|l| l.to_str().ok()).map(str::to_owned);
    Ok(Reply { status, location, body: response.text().await? })
}

fn percent(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}
