//! What WebDriver does not know and Chromium's own protocol does: themes, sizes, pictures of whole pages, the requests made.

use crate::browser::Browser;
use crate::workspace;
use anyhow::{Context, Result};
use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use std::path::Path;
use std::str::FromStr;

/// A command of the browser's own protocol, or of its driver's log.
#[derive(Debug)]
struct Devtools {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// How a page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As most people see it.
    Light,
    /// For those who like it dark.
    Dark,
    /// For those who ask for more contrast.
    Contrast,
}

impl Theme {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Contrast => "contrast",
        }
    }
}

/// A size of the window, in CSS pixels, with the pixels of the screen for each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Screen {
    /// Its name in files.
    pub name: &'static str,
    /// Across.
    pub width: u32,
    /// Down.
    pub height: u32,
    /// Pixels of the screen a CSS pixel.
    pub scale: f32,
}

/// An office PC.
pub const OFFICE: Screen = Screen { name: "1366", width: 1366, height: 768, scale: 1.0 };
/// An old one.
pub const OLD: Screen = Screen { name: "1024", width: 1024, height: 768, scale: 1.0 };
/// A phone.
pub const PHONE: Screen = Screen { name: "390", width: 390, height: 844, scale: 1.0 };
/// The office PC with everything at twice its size.
pub const ZOOMED: Screen = Screen { name: "zoom200", width: 683, height: 384, scale: 2.0 };

impl Browser {
    /// Sends the browser a command of its own protocol.
    pub async fn devtools(&self, command: &str, params: Value) -> Result<Value> {
        let body = json!({ "cmd": command, "params": params });
        self.window.issue_cmd(Devtools { path: "goog/cdp/execute", body }).await.with_context(|| command.to_owned())
    }

    /// Shows pages in that theme from now on.
    pub async fn choose_theme(&self, theme: Theme) -> Result<()> {
        let scheme = if theme == Theme::Dark { "dark" } else { "light" };
        let contrast = if theme == Theme::Contrast { "more" } else { "no-preference" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-contrast", "value": contrast },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await.map(|_| ())
    }

    /// Shows pages on that screen from now on.
    pub async fn choose_screen(&self, screen: Screen) -> Result<()> {
        let Screen { width, height, scale, .. } = screen;
        let params = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", params).await.map(|_| ())
    }

    /// Drops files and folders of this machine on an element, as a person does with the mouse.
    pub async fn drop_on(&self, css: &str, paths: &[&Path]) -> Result<()> {
        const MIDDLE: &str = "const e = document.querySelector(arguments[0]); e.scrollIntoView({ block: 'center' });
            const box = e.getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]";
        let middle = self.window.execute(MIDDLE, vec![json!(css)]).await?;
        let files: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let data = json!({ "items": [], "files": files, "dragOperationsMask": 1 });
        for kind in ["dragEnter", "dragOver", "drop"] {
            let params = json!({ "type": kind, "x": middle[0], "y": middle[1], "data": data });
            self.devtools("Input.dispatchDragEvent", params).await?;
        }
        Ok(())
    }

    /// Pastes a text into a field, from the clipboard.
    pub async fn paste(&self, css: &str, text: &str) -> Result<()> {
        const SELECT: &str = "const from = document.createElement('textarea'); from.id = 'copied'; from.value = arguments[0];
            document.body.append(from); from.select()";
        const BACK: &str = "document.getElementById('copied').remove(); document.querySelector(arguments[0]).focus()";
        self.window.execute(SELECT, vec![json!(text)]).await?;
        self.edit("copy").await?;
        self.window.execute(BACK, vec![json!(css)]).await?;
        self.edit("paste").await
    }

    /// Presses the keys of an editing command: `copy` or `paste`.
    async fn edit(&self, command: &str) -> Result<()> {
        let (letter, code) = if command == "copy" { ("c", 67) } else { ("v", 86) };
        for kind in ["rawKeyDown", "keyUp"] {
            let commands = if kind == "keyUp" { json!([]) } else { json!([command]) };
            let key = json!({ "type": kind, "key": letter, "windowsVirtualKeyCode": code, "modifiers": 2, "commands": commands });
            self.devtools("Input.dispatchKeyEvent", key).await?;
        }
        Ok(())
    }

    /// Runs no script of the pages from now on.
    pub async fn forbid_scripts(&self) -> Result<()> {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await.map(|_| ())
    }

    /// Keeps a picture of the whole page among the artefacts, under `screens/`.
    pub async fn keep_page(&self, name: &str) -> Result<()> {
        let shot = self.devtools("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await?;
        let png = decoded(shot["data"].as_str().context("a picture")?);
        let folder = workspace::artefacts()?.join("screens");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(format!("{name}.png")), png)?;
        Ok(())
    }

    /// The addresses that the browser has asked for since the last look.
    pub async fn requested(&self) -> Result<Vec<String>> {
        let log = self.window.issue_cmd(Devtools { path: "se/log", body: json!({ "type": "performance" }) }).await?;
        let mut addresses = Vec::new();
        for entry in log.as_array().context("a log")? {
            let message: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default())?;
            if message["message"]["method"] == "Network.requestWillBeSent" {
                addresses.push(message["message"]["params"]["request"]["url"].as_str().unwrap_or_default().to_owned());
            }
        }
        Ok(addresses)
    }
}

/// The bytes of base64, as far as they go.
fn decoded(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bytes, mut held, mut bits) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0);
    for six in text.bytes().filter_map(value) {
        (held, bits) = (held << 6 | u32::from(six), bits + 6);
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}
