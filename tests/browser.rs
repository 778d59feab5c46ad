//! The same way in a real browser, with the pictures kept under `tests/artefacts`.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
use kura_tests::appliance::{DataFolder, PASSWORD};
use kura_tests::browser::Browser;
use kura_tests::golden;
use kura_tests::{Appliance, workspace};
use serde_json::{Value, json};
use std::time::Duration;

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

/// Two people, one of whom may not see the rules for staff: typing help, and references that lead to their place.
#[tokio::test(flavor = "multi_thread")]
async fn typing_is_helped_within_what_a_person_sees() -> Result<()> {
    let data = DataFolder::prepare()?;
    let add = |collection: &str, name: &str| {
        let file = workspace::sample(name).display().to_string();
        data.kura(&["ingest", &file, "--collection", collection]).map(|_| ())
    };
    add("例規", "みなと市手数料条例.pdf")?;
    add("人事", "みなと市職員の勤務時間、休暇等に関する規則.pdf")?;
    data.kura(&["collection", "close", "人事", "everyone"])?;
    data.kura(&["group", "add", "総務課"])?;
    data.kura(&["collection", "open", "人事", "group:総務課"])?;
    let clerk: Value = serde_json::from_str(&data.kura(&["user", "add", "clerk", "--json"])?)?;
    let guest: Value = serde_json::from_str(&data.kura(&["user", "add", "guest", "--json"])?)?;
    data.kura(&["group", "join", "総務課", "clerk"])?;
    let appliance = Appliance::start(&data).await?;

    let browser = arrive(&appliance, "clerk", clerk["password"].as_str().unwrap_or_default()).await?;
    let window = &browser.window;
    let field = browser.wait_for("#question").await?;
    ensure!(asked_while_composing(&browser).await? == json!(0), "an unfinished conversion was sent");
    let first = browser.wait_for("#offers [role=option]").await?;
    ensure!(first.text().await?.contains("職員の勤務時間"), "{}", first.text().await?);
    browser.keep_picture("typing-help").await?;
    field.send_keys(&char::from(Key::Down).to_string()).await?;
    ensure!(field.attr("aria-activedescendant").await?.as_deref() == Some("offer-0"), "the arrow points to the first option");
    field.send_keys(&char::from(Key::Escape).to_string()).await?;
    ensure!(field.attr("aria-activedescendant").await?.is_none(), "Escape closes the list");

    field.clear().await?;
    field.send_keys("手数料条例 第9条").await?;
    browser.wait_for("#offers [role=option]").await?;
    field.send_keys(&char::from(Key::Down).to_string()).await?;
    field.send_keys(&char::from(Key::Enter).to_string()).await?;
    let chosen = field.prop("value").await?.unwrap_or_default();
    ensure!(chosen == "みなと市手数料条例 第9条", "the option was put in as {chosen:?}");
    ensure!(browser.wait_for("#result").await?.attr("hidden").await?.is_some(), "choosing an option sends nothing");
    field.send_keys(&char::from(Key::Enter).to_string()).await?;
    browser.wait_for("rect.cited").await?;
    ensure!(window.current_url().await?.path().starts_with("/documents/"), "a reference alone opens its place");
    browser.keep_picture("jumped-to-an-article").await?;
    browser.close().await?;

    let browser = arrive(&appliance, "guest", guest["password"].as_str().unwrap_or_default()).await?;
    let field = browser.wait_for("#question").await?;
    field.send_keys("職員の勤務").await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    ensure!(browser.window.find_all(Locator::Css("#offers [role=option]")).await?.is_empty(), "a hidden title is offered");
    field.clear().await?;
    field.send_keys("みなと市職員の勤務時間、休暇等に関する規則 第5条").await?;
    field.send_keys(&char::from(Key::Enter).to_string()).await?;
    let says = browser.wait_for("#answer [data-kind=places]").await?.text().await?;
    ensure!(says.contains("見つかりません") && !browser.window.current_url().await?.path().starts_with("/documents/"), "{says}");
    browser.keep_picture("unknown-reference").await?;
    browser.close().await?;
    appliance.stop()
}

/// Someone who signs in for the first time and chooses a password.
async fn arrive(appliance: &Appliance, login: &str, one_time: &str) -> Result<Browser> {
    let browser = Browser::open().await?;
    browser.window.goto(appliance.address()).await?;
    for (name, text) in [("login", login), ("password", one_time)] {
        fill(&browser, name, text).await?;
    }
    browser.wait_for("main form button[type=submit]").await?.click().await?;
    browser.wait_for("input[name=again]").await?;
    for (name, text) in [("current", one_time), ("new", PASSWORD), ("again", PASSWORD)] {
        fill(&browser, name, text).await?;
    }
    browser.wait_for("main form button[type=submit]").await?.click().await?;
    browser.wait_for("#question").await?;
    Ok(browser)
}

/// Types as an input method does: how often help was asked for before the conversion ended. It ends at the end.
async fn asked_while_composing(browser: &Browser) -> Result<Value> {
    let asked = "performance.getEntriesByType('resource').filter(e => e.name.endsWith('/complete')).length";
    let begin = r"
        const field = document.querySelector('#question');
        field.focus();
        field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
        field.value = '職員の勤務';
        field.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true }));
        field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, keyCode: 229, bubbles: true, cancelable: true }));";
    browser.window.execute(begin, vec![]).await?;
    tokio::time::sleep(Duration::from_millis(600)).await;
    let before = browser.window.execute(&format!("return {asked}"), vec![]).await?;
    let end = r"document.querySelector('#question').dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }));";
    browser.window.execute(end, vec![]).await?;
    Ok(before)
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
