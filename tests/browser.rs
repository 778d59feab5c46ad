//! The same way in a real browser, with the pictures kept under `tests/artefacts`.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
use kura_tests::appliance::{DataFolder, PASSWORD};
use kura_tests::browser::Browser;
use kura_tests::golden;
use kura_tests::{Appliance, workspace};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_uploads_asks_and_follows_the_citation() -> Result<()> {
    let questions = golden::questions()?;
    let japanese = |q: &&golden::GoldenQuestion| !q.unanswerable && q.page.is_some() && !q.facts.is_empty() && !q.question.is_ascii();
    let golden = questions.iter().find(japanese).context("a Japanese question on a page")?;
    let file = workspace::sample(golden.document.as_deref().unwrap_or_default());
    let data = DataFolder::prepare()?;
    let appliance = Appliance::start(&data).await?;
    let browser = Browser::open().await?;
    let window = &browser.window;

    window.goto(appliance.address()).await?;
    ensure!(browser.wait_for("html").await?.attr("lang").await?.as_deref() == Some("ja"), "the desk speaks Japanese to who reads it");
    browser.keep_picture("sign-in").await?;
    sign_in(&browser, &data.one_time_password).await?;
    fill(&browser, "current", &data.one_time_password).await?;
    fill(&browser, "new", PASSWORD).await?;
    fill(&browser, "again", PASSWORD).await?;
    browser.wait_for("main form button[type=submit]").await?.click().await?;
    browser.wait_for("#question").await?;
    browser.keep_picture("ask-empty").await?;

    window.goto(&format!("{}/documents", appliance.address())).await?;
    browser.wait_for("input[type=file]").await?.send_keys(&file.display().to_string()).await?;
    browser.wait_for("form[enctype] button[type=submit]").await?.click().await?;
    browser.wait_for("#documents .state-words.good").await?;
    browser.keep_picture("library").await?;

    window.goto(appliance.address()).await?;
    let field = browser.wait_for("#question").await?;
    field.send_keys(&golden.question).await?;
    composing_enter_sends_nothing(&browser).await?;
    field.send_keys(&char::from(Key::Enter).to_string()).await?;
    let citation = browser.wait_for("#answer a.citation").await?;
    let said = golden::plain(&browser.wait_for("#answer").await?.text().await?);
    for fact in &golden.facts {
        ensure!(said.contains(&golden::plain(fact)), "the answer does not hold {fact:?}");
    }
    browser.keep_picture("answer").await?;

    let href = citation.attr("href").await?.context("a citation is a link")?;
    window.goto(&format!("{}{href}", appliance.address())).await?;
    browser.wait_for("rect.cited").await?;
    let seen = window.execute(HIGHLIGHT_ON_PAGE, vec![]).await?;
    ensure!(seen["inside"] == true && seen["drawn"] == true, "the highlight does not lie on the drawn page: {seen}");
    browser.keep_picture("citation-on-its-page").await?;

    let document = href.split('/').nth(2).context("a citation names its document")?.to_owned();
    window.goto(&format!("{}/documents/{document}/delete", appliance.address())).await?;
    browser.wait_for("main form button").await?.click().await?;
    browser.wait_for("main .empty").await?;
    window.goto(appliance.address()).await?;
    browser.wait_for("#question").await?.send_keys(&golden.question).await?;
    browser.wait_for("#ask").await?.click().await?;
    browser.wait_for("#answer article[data-kind=refused] .refusal").await?;
    ensure!(window.find_all(Locator::Css("#answer a[href^='/documents/']")).await?.is_empty(), "a deleted document is still offered");
    browser.keep_picture("refusal").await?;

    let requested: Vec<Value> =
        serde_json::from_value(window.execute("return performance.getEntriesByType('resource').map(e => e.name)", vec![]).await?)?;
    let foreign: Vec<&Value> = requested.iter().filter(|r| !r.as_str().unwrap_or_default().starts_with(appliance.address())).collect();
    ensure!(foreign.is_empty(), "requests left the appliance: {foreign:?}");
    browser.close().await?;
    appliance.stop()
}

/// Whether the page's picture has arrived and every cited rectangle lies on it and has an area.
const HIGHLIGHT_ON_PAGE: &str = r"
    const image = document.querySelector('img.page');
    const page = image.getBoundingClientRect();
    const rects = [...document.querySelectorAll('rect.cited')].map(r => r.getBoundingClientRect());
    return {
        drawn: image.complete && image.naturalWidth > 0,
        inside: rects.every(r => r.width > 1 && r.height > 1 && r.left >= page.left - 1 && r.right <= page.right + 1
            && r.top >= page.top - 1 && r.bottom <= page.bottom + 1),
        rects: rects.length,
    };";

async fn sign_in(browser: &Browser, password: &str) -> Result<()> {
    fill(browser, "login", "admin").await?;
    fill(browser, "password", password).await?;
    browser.wait_for("main form button[type=submit]").await?.click().await?;
    browser.wait_for("input[name=again]").await?;
    Ok(())
}

async fn fill(browser: &Browser, name: &str, text: &str) -> Result<()> {
    let field = browser.wait_for(&format!("input[name={name}]")).await?;
    field.send_keys(text).await?;
    Ok(())
}

/// Presses Enter as an input method does while it converts: nothing may be sent.
async fn composing_enter_sends_nothing(browser: &Browser) -> Result<()> {
    let script = r"
        const field = document.querySelector('#question');
        let sent = false;
        field.form.addEventListener('submit', () => { sent = true; }, { once: true });
        field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
        const event = new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', isComposing: true, keyCode: 229, bubbles: true, cancelable: true });
        field.dispatchEvent(event);
        field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));
        return sent;";
    let sent = browser.window.execute(script, vec![]).await?;
    ensure!(sent == json!(false), "Enter during conversion sent the question");
    Ok(())
}
