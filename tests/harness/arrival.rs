//! What every journey does in a browser: arriving, typing, pressing keys, waiting for what must come true, and the proof that
//! nobody else was asked.

use crate::appliance::{Appliance, PASSWORD};
use crate::browser::Browser;
use anyhow::{Result, bail, ensure};
use fantoccini::key::Key;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long anything may take to come true.
const PATIENCE: Duration = Duration::from_secs(60);

impl Browser {
    /// Someone who signs in for the first time, chooses a password and stands before the question field.
    pub async fn arrive(&self, appliance: &Appliance, login: &str, one_time: &str) -> Result<()> {
        self.window.goto(appliance.address()).await?;
        let forms = [vec![("login", login), ("password", one_time)], vec![("current", one_time), ("new", PASSWORD), ("again", PASSWORD)]];
        for form in forms {
            for (name, text) in form {
                self.wait_for(&format!("input[name={name}]")).await?.send_keys(text).await?;
            }
            self.press_button("main form button[type=submit]").await?;
        }
        self.wait_for("#question").await.map(|_| ())
    }

    /// Goes to a page of the appliance.
    pub async fn visit(&self, appliance: &Appliance, path: &str) -> Result<()> {
        Ok(self.window.goto(&format!("{}{path}", appliance.address())).await?)
    }

    /// Clicks the first element that fits.
    pub async fn press_button(&self, css: &str) -> Result<()> {
        Ok(self.wait_for(css).await?.click().await?)
    }

    /// Presses a key where the focus is.
    pub async fn press(&self, key: Key) -> Result<()> {
        Ok(self.window.active_element().await?.send_keys(&char::from(key).to_string()).await?)
    }

    /// Presses Tab until what the script says is true.
    pub async fn tab_until(&self, script: &str) -> Result<()> {
        for _ in 0..80 {
            if self.window.execute(script, vec![]).await? == json!(true) {
                return Ok(());
            }
            self.press(Key::Tab).await?;
        }
        bail!("Tab never led there: {script}")
    }

    /// Waits until a script returns true.
    pub async fn until(&self, script: &str) -> Result<()> {
        let since = Instant::now();
        // A page that gives way to the next while it is asked is asked again.
        while self.window.execute(script, vec![]).await.ok() != Some(json!(true)) {
            ensure!(since.elapsed() < PATIENCE, "never came true: {script}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// What stands in the first element that fits.
    pub async fn words_of(&self, css: &str) -> Result<String> {
        Ok(self.wait_for(css).await?.text().await?)
    }

    /// The statuses with which these paths are answered.
    pub async fn statuses(&self, paths: &[String]) -> Result<Vec<u64>> {
        let script = "return Promise.all(arguments[0].map(p => fetch(p).then(r => r.status)))";
        Ok(serde_json::from_value(self.window.execute(script, vec![json!(paths)]).await?)?)
    }

    /// That the focus shows: where the focused element stands on the screen, and that a line runs around it.
    pub async fn focus_shows(&self) -> Result<()> {
        let seen: Value = self.window.execute(FOCUS, vec![]).await?;
        ensure!(seen["inside"] == true && seen["outline"].as_f64().is_some_and(|w| w >= 2.0), "the focus does not show: {seen}");
        Ok(())
    }

    /// That every request since the last look went to the appliance; how many there were.
    pub async fn asked_nobody_else(&self, appliance: &Appliance) -> Result<usize> {
        let requested = self.requested().await?;
        let own = |address: &str| ["data:", "blob:", "about:", "chrome:"].iter().any(|p| address.starts_with(p));
        let foreign: Vec<&String> = requested.iter().filter(|a| !a.starts_with(appliance.address()) && !own(a)).collect();
        ensure!(foreign.is_empty(), "requests left the appliance: {foreign:?}");
        Ok(requested.len())
    }
}

/// The focused element's box on the screen and the width of its outline.
const FOCUS: &str = r"
    const one = document.activeElement;
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    return {
        what: one.outerHTML.slice(0, 120), outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
        inside: box.width > 0 && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight + 1 && box.left >= 0 && box.right <= innerWidth + 1,
    };";
