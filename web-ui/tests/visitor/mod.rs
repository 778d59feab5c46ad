//! Someone with a browser without JavaScript.

use crate::fakes::library::FakeLibrary;
use crate::fakes::people::PASSWORD;
use crate::fakes::{behind, sample};
use actix_web::body::{self, BoxBody, MessageBody};
use actix_web::cookie::Cookie;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{self, TestRequest};
use actix_web::{App, web};
use appliance_core::ports::Generator;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::watch;
use web_ui::{HttpSettings, Site};

type Call = dyn Fn(TestRequest) -> LocalBoxFuture<'static, ServiceResponse<BoxBody>>;

pub struct Visitor {
    call: Box<Call>,
    cookie: Option<String>,
    uploads: TempDir,
    /// The token of the session's forms.
    pub token: String,
    /// The library behind the desk.
    pub library: Arc<FakeLibrary>,
}

pub struct Reply {
    pub status: StatusCode,
    pub bytes: Vec<u8>,
    headers: HeaderMap,
}

/// Someone in front of a desk over the sample library, without a model.
pub async fn visitor() -> Visitor {
    visitor_with(FakeLibrary::new(sample::library()), None).await
}

/// Someone in front of a desk over that library.
pub async fn visitor_with(library: FakeLibrary, generator: Option<Arc<dyn Generator>>) -> Visitor {
    let behind = behind(library, generator);
    let uploads = tempfile::tempdir().expect("a folder");
    let (_, shutdown) = watch::channel(false);
    let mut settings = HttpSettings::new(uploads.path().to_owned(), shutdown);
    settings.institution = "みなと市".to_owned();
    settings.max_upload_bytes = 1_000_000;
    settings.print_font = ["/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf", "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"]
        .iter()
        .map(std::path::PathBuf::from)
        .find(|font| font.exists());
    let site: web::Data<Site> = Site::new(behind.desk, settings);
    let app = Rc::new(test::init_service(App::new().service(Site::scope(site))).await);
    let call = move |req: TestRequest| {
        let app = Rc::clone(&app);
        async move { test::call_service(app.as_ref(), req.to_request()).await.map_into_boxed_body() }.boxed_local()
    };
    Visitor { call: Box::new(call), cookie: None, uploads, token: String::new(), library: behind.library }
}

impl Visitor {
    pub async fn sign_in(&mut self, login: &str) {
        self.cookie = None;
        let reply = self.post("/sign-in", &[("login", login), ("password", PASSWORD)]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());
        self.keep_cookie(&reply);
        self.learn_token().await;
    }

    pub fn keep_cookie(&mut self, reply: &Reply) {
        let cookie = Cookie::parse(reply.header("set-cookie")).expect("a cookie");
        self.cookie = Some(cookie.value().to_owned());
    }

    /// Takes the token from a page, as a browser's form would.
    pub async fn learn_token(&mut self) {
        let page = self.get("/password").await.text();
        let token = page.split("name=\"form_token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        self.token = token.expect("a form has a token").to_owned();
    }

    pub fn request(&self, path: &str) -> TestRequest {
        let request = TestRequest::default().uri(path);
        match &self.cookie {
            Some(token) => request.cookie(Cookie::new("kura_session", token.clone())),
            None => request,
        }
    }

    pub async fn send(&self, request: TestRequest) -> Reply {
        let response = (self.call)(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = body::to_bytes(response.into_body()).await.expect("a body").to_vec();
        Reply { status, headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(path)).await
    }

    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> TestRequest {
        self.request(path).method(Method::POST).set_form(fields)
    }

    /// Posts fields as they are.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(self.form(path, fields)).await
    }

    /// Posts fields with the form's token.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut fields = fields.to_vec();
        fields.push(("form_token", self.token.as_str()));
        self.post(path, &fields).await
    }

    /// Uploads one file as a script would.
    pub async fn upload(&self, name: &str, bytes: &[u8]) -> Reply {
        self.upload_with(name, bytes, None).await
    }

    /// Uploads one file with a password that may open it.
    pub async fn upload_with(&self, name: &str, bytes: &[u8], password: Option<&str>) -> Reply {
        let part = |head: &str| format!("--frontier\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        let mut payload = format!("{}{}\r\n{}1\r\n", part("name=\"form_token\""), self.token, part("name=\"collection\"")).into_bytes();
        if let Some(password) = password {
            payload.extend(format!("{}{password}\r\n", part("name=\"password\"")).into_bytes());
        }
        payload.extend(part(&format!("name=\"file\"; filename=\"{name}\"")).into_bytes());
        payload.extend(bytes);
        payload.extend(b"\r\n--frontier--\r\n");
        let request = self
            .request("/documents")
            .method(Method::POST)
            .insert_header(("Content-Type", "multipart/form-data; boundary=frontier"))
            .insert_header(("Accept", "application/json"))
            .set_payload(payload);
        self.send(request).await
    }

    /// Reads a stream up to its first token, then drops the connection.
    pub async fn leave_after_first_token(&self, path: &str, fields: &[(&str, &str)]) {
        let mut fields = fields.to_vec();
        fields.push(("form_token", self.token.as_str()));
        let response = (self.call)(self.form(path, &fields)).await;
        let mut body = response.into_body();
        loop {
            let chunk = poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).await.expect("a token comes").expect("a chunk");
            if chunk.starts_with(b"event: token") {
                return;
            }
        }
    }

    pub fn left_in_upload_folder(&self) -> usize {
        std::fs::read_dir(self.uploads.path()).expect("the folder").count()
    }
}

impl Reply {
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
    }

    pub fn location(&self) -> String {
        self.header("location")
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).expect("UTF-8")
    }

    /// The events of a stream, by name.
    pub fn events(&self) -> Vec<(String, Value)> {
        let text = self.text();
        let event = |block: &str| {
            let name = block.strip_prefix("event: ")?.lines().next()?.to_owned();
            let data = block.lines().find_map(|l| l.strip_prefix("data: "))?;
            Some((name, serde_json::from_str(data).expect("JSON")))
        };
        text.split("\n\n").filter_map(event).collect()
    }
}
