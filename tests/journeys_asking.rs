//! Asking in a real browser with the real model: by keyboard and input method, of other sources and of single documents; in
//! English; and all of it without scripts.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
use kura_tests::appliance::{DataFolder, PASSWORD};
use kura_tests::browser::Browser;
use kura_tests::devtools::OFFICE;
use kura_tests::{Appliance, pdf, tour};
use serde_json::json;
use std::time::Duration;

/// What the test's own page says: ten-point type from 60 points on, each character ten points wide.
const LINES: [&str; 4] = [
    "粗大ごみの出し方のご案内",
    "粗大ごみの処理手数料は、1点につき700円です。",
    "申込みは、収集を希望する日の3日前までに受け付けます。",
    "集合住宅の方は、管理人が指定する場所に出してください。",
];
/// Which of the lines answers it.
const ANSWERS: usize = 1;
const OTHER: &str = "収集の手引\n粗大ごみの手数料は1点につき700円で、納付券で納めます。\nスプレー缶は、毎月第2水曜日に回収します。\n";
const ENGLISH: &str = "Bulky waste\nThe fee for bulky waste is 700 yen per item.\nApply three days before the day of collection.\n";
const QUESTION: &str = "粗大ごみの処理手数料は1点につきいくらですか";

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_asked_with_and_without_mouse_and_scripts() -> Result<()> {
    let data = DataFolder::prepare()?;
    let page = pdf::write(data.path(), "粗大ごみの出し方.pdf", &[LINES.map(str::to_owned).to_vec()])?;
    let (other, english) = (data.path().join("収集の手引.txt"), data.path().join("Bulky waste.txt"));
    std::fs::write(&other, OTHER)?;
    std::fs::write(&english, ENGLISH)?;
    for file in [page, other, english] {
        data.kura(&["ingest", &file.display().to_string()])?;
    }
    let appliance = Appliance::start(&data).await?;
    let browser = Browser::open().await?;
    browser.choose_screen(OFFICE).await?;
    browser.arrive(&appliance, "admin", &data.one_time_password).await?;

    by_keyboard(&browser).await.context("by keyboard and input method")?;
    of_other_sources(&browser).await.context("of other sources")?;
    as_it_was_copied(&browser, &appliance).await.context("as it was copied from elsewhere")?;
    of_one_document(&browser, &appliance).await.context("of one document")?;
    ensure!(browser.asked_nobody_else(&appliance).await? > 20, "the requests were counted");
    browser.close().await?;

    let browser = Browser::open_in("en").await?;
    tour::sign_in(&browser, &appliance, "admin", PASSWORD).await?;
    in_english(&browser).await.context("in English")?;
    browser.forbid_scripts().await?;
    without_scripts(&browser, &appliance, &data).await.context("without scripts")?;
    browser.asked_nobody_else(&appliance).await?;
    browser.close().await?;
    appliance.stop()
}

/// Typed with an input method, sent by Enter, the citation reached by Tab and opened beside the answer; no mouse.
async fn by_keyboard(browser: &Browser) -> Result<()> {
    let window = &browser.window;
    let field = browser.wait_for("#question").await?;
    ensure!(window.execute("return document.activeElement.id", vec![]).await? == json!("question"), "the field has the focus at once");
    // As an input method does: words that are not there yet, Enter that takes them, and only then Enter that sends.
    let composing = "そだいごみの";
    let at = composing.chars().count();
    browser.devtools("Input.imeSetComposition", json!({ "text": composing, "selectionStart": at, "selectionEnd": at })).await?;
    let key = json!({ "type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229 });
    browser.devtools("Input.dispatchKeyEvent", key).await?;
    browser.devtools("Input.insertText", json!({ "text": QUESTION })).await?;
    let up = json!({ "type": "keyUp", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13 });
    browser.devtools("Input.dispatchKeyEvent", up).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    ensure!(field.prop("value").await?.as_deref() == Some(QUESTION), "the conversion gave {:?}", field.prop("value").await?);
    ensure!(browser.wait_for("#result").await?.attr("hidden").await?.is_some(), "Enter during conversion sent the question");
    browser.press(Key::Escape).await?;
    browser.press(Key::Enter).await?;

    browser.wait_for("#answer a.citation").await?;
    let said = browser.words_of("#answer").await?;
    ensure!(said.contains("700円") && said.contains("AI"), "{said}");
    ensure!(browser.words_of("#announcer").await.is_ok() && browser.wait_for("#answer").await?.attr("aria-live").await?.is_some());
    browser.tab_until("return document.activeElement.matches('a.citation')").await?;
    browser.focus_shows().await?;
    let shown = browser.words_of("#quotation:not([hidden])").await?;
    ensure!(shown.contains("700円"), "the quotation shows {shown:?}");
    ensure!(window.execute("return document.activeElement.getAttribute('aria-describedby')", vec![]).await? == json!("quotation"));
    browser.press(Key::Escape).await?;
    browser.until("return document.querySelector('#quotation').hidden").await?;

    browser.tab_until("return document.activeElement.matches('a.citation[href*=\"/at/page/\"]')").await?;
    browser.press(Key::Enter).await?;
    browser.wait_for(".showing-place rect.cited").await?;
    browser.until("const i = document.querySelector('#place img.page'); return i.complete && i.naturalWidth > 0").await?;
    browser.keep_picture("citation-beside-the-answer").await?;
    let seen = window.execute(FRAME_IN_POINTS, vec![]).await?;
    let at = |side: &str| seen[side].as_f64().context("a number");
    // The line begins 60 points from the left; each of its characters is 10 points wide and stands on its own baseline.
    let words = LINES[ANSWERS].chars().count() as f64 * 10.0;
    let baseline = 842.0 - (760.0 - ANSWERS as f64 * 18.0);
    ensure!(at("left")? >= 57.0 && at("right")? <= 60.0 + words + 3.0, "beside the words: {seen}");
    ensure!(at("top")? < baseline - 4.0 && at("top")? > baseline - 16.0, "above the words: {seen}");
    ensure!(at("bottom")? > baseline - 4.0 && at("bottom")? < baseline + 6.0, "below the words: {seen}");
    browser.focus_shows().await?;
    browser.press(Key::Escape).await?;
    browser.wait_for("#place[hidden]").await?;
    ensure!(window.execute("return document.activeElement.matches('a.citation')", vec![]).await? == json!(true), "the focus comes back");
    Ok(())
}

/// The same question again without the documents that the answer rests on.
async fn of_other_sources(browser: &Browser) -> Result<()> {
    browser.press_button(".again > summary").await?;
    let cited = browser.window.execute(CITED, vec![]).await?;
    let other = browser.window.execute(UNUSED, vec![json!("収集の手引")]).await?;
    let other = other.as_str().context("the other document is offered, and not left out")?;
    browser.keep_picture("other-sources").await?;
    browser.press_button(".again form button").await?;
    let elsewhere = format!("return !!document.querySelector('#answer a.citation[href^=\"/documents/{other}/\"]')");
    browser.until(&elsewhere).await?;
    let now = browser.window.execute(CITED, vec![]).await?;
    ensure!(now != cited && now == json!([other]), "the answer rests on {now} instead of {cited}");
    ensure!(browser.words_of("#answer").await?.contains("700円"));
    Ok(())
}

/// Pasted from a mail: over several lines, in half-width katakana and full-width digits, with a minus for the long vowel.
async fn as_it_was_copied(browser: &Browser, appliance: &Appliance) -> Result<()> {
    browser.visit(appliance, "/").await?;
    browser.wait_for("#question").await?;
    browser.paste("#question", "ｽﾌﾟﾚｰ缶は\r\n  毎月何曜日に回\r\n収しますか\r\n").await?;
    browser.until("return document.querySelector('#question').value.includes('しますか')").await.context("pasting")?;
    ensure!(browser.wait_for("#result").await?.attr("hidden").await?.is_some(), "pasting sent the question");
    browser.press(Key::Enter).await?;
    browser.wait_for("#answer a.citation").await?;
    let said = browser.words_of("#answer").await?;
    ensure!(said.contains("第2水曜日"), "{said}");
    browser.visit(appliance, "/").await?;
    browser.wait_for("#question").await?;
    browser.paste("#question", "粗大ゴミの手数料は、１点につきいくらですか").await?;
    browser.press(Key::Enter).await?;
    browser.wait_for("#answer a.citation").await?;
    ensure!(browser.words_of("#answer").await?.contains("700円"));
    Ok(())
}

/// A document chosen by its title in the scope, and nothing else searched.
async fn of_one_document(browser: &Browser, appliance: &Appliance) -> Result<()> {
    browser.visit(appliance, "/").await?;
    browser.press_button(".scope-menu > summary").await?;
    browser.wait_for("#scope-title").await?.send_keys("収集の手").await?;
    browser.press_button("#scope-found button").await?;
    let chip = browser.words_of("#scope-chips .chip").await?;
    ensure!(chip.contains("収集の手引"), "the chip says {chip:?}");
    browser.press_button(".scope-menu > summary").await?;
    let field = browser.wait_for("#question").await?;
    field.send_keys(QUESTION).await?;
    browser.press_button("#ask").await?;
    browser.wait_for("#answer a.citation").await?;
    let places = browser.window.execute(FOUND, vec![]).await?;
    ensure!(places.as_array().is_some_and(|p| p.len() == 1), "one document was asked, these were found: {places}");
    // Taken away again, everything is searched.
    browser.press_button("#scope-chips button.chip").await?;
    ensure!(browser.window.find_all(Locator::Css("#scope-chips .chip")).await?.is_empty());
    // What stands under its own address says the same, and what it was asked of.
    browser.window.refresh().await?;
    ensure!(browser.words_of("#scope-chips .chip").await?.contains("収集の手引"));
    Ok(())
}

/// Stopped at the first words, asked again, and read in English.
async fn in_english(browser: &Browser) -> Result<()> {
    let window = &browser.window;
    ensure!(browser.wait_for("html").await?.attr("lang").await?.as_deref() == Some("en"));
    let field = browser.wait_for("#question").await?;
    field.send_keys("How much is the fee for bulky waste per item?").await?;
    window.execute(STOP_AT_ONCE, vec![]).await?;
    browser.press_button("#ask").await?;
    let notice = browser.words_of("#answer .notice").await?;
    ensure!(notice.contains("stopped"), "{notice}");
    ensure!(window.find_all(Locator::Css("#answer .sentence")).await?.is_empty(), "nothing unchecked is shown as checked");
    browser.press_button("#answer .notice button").await?;
    browser.wait_for("#answer article").await?;
    let said = browser.words_of("#answer").await?;
    ensure!(said.contains("Evidence sheet") && said.contains("700 yen"), "{said}");
    browser.keep_picture("answer-in-english").await?;
    Ok(())
}

/// Asked, followed, said what is thought of it, and a file added, without a line of script.
async fn without_scripts(browser: &Browser, appliance: &Appliance, data: &DataFolder) -> Result<()> {
    let window = &browser.window;
    browser.visit(appliance, "/").await?;
    browser.wait_for("#question").await?.send_keys(QUESTION).await?;
    browser.press_button("#ask").await?;
    browser.wait_for("#answer a.citation").await?;
    ensure!(window.current_url().await?.path().starts_with("/answers/"), "without scripts an answer has its own page");
    browser.press_button(".feedback > summary").await?;
    browser.press_button(".feedback input[value=right]").await?;
    browser.press_button(".feedback button").await?;
    browser.wait_for("main .notice.good").await?;
    window.back().await?;
    browser.press_button("#answer a.citation").await?;
    browser.wait_for("#cited, rect.cited").await?;
    ensure!(window.current_url().await?.path().starts_with("/documents/"), "the citation leads to its place");

    let file = data.path().join("Opening hours.txt");
    std::fs::write(&file, "The counter is open from 9:00 to 17:00.\n")?;
    browser.visit(appliance, "/documents").await?;
    browser.wait_for("input[type=file]").await?.send_keys(&file.display().to_string()).await?;
    browser.press_button("#upload-form > button").await?;
    let notice = browser.words_of("main .notice.good").await?;
    ensure!(notice.contains('1'), "{notice}");
    ensure!(browser.words_of("#documents").await?.contains("Opening hours"));
    Ok(())
}

/// Where the first frame lies on its page, in points from its upper left corner.
const FRAME_IN_POINTS: &str = r"
    const page = document.querySelector('#place img.page').getBoundingClientRect();
    const frame = document.querySelector('#place rect.cited').getBoundingClientRect();
    const scale = page.width / 595;
    return { left: (frame.left - page.left) / scale, right: (frame.right - page.left) / scale,
        top: (frame.top - page.top) / scale, bottom: (frame.bottom - page.top) / scale };";

/// The id of a document that the form for asking again offers and does not leave out.
const UNUSED: &str = "return [...document.querySelectorAll('.again label')].find((l) => l.textContent.includes(arguments[0]))?.querySelector(':not(:checked)')?.value ?? null";

/// The documents that the answer cites, and all that were found.
const CITED: &str =
    "return [...new Set([...document.querySelectorAll('#answer a.citation')].map((a) => a.getAttribute('href').split('/')[2]))]";
const FOUND: &str =
    "return [...new Set([...document.querySelectorAll('#evidence a.source-link')].map((a) => a.getAttribute('href').split('/')[2]))]";

/// Presses the button as soon as it is there.
const STOP_AT_ONCE: &str = r"
    const stop = document.querySelector('#stop');
    const observer = new MutationObserver(() => {
        if (stop.hidden) return;
        observer.disconnect();
        stop.click();
    });
    observer.observe(stop, { attributes: true });";
