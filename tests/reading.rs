//! Reading in a real browser: the text over pages, places that are found, sizes and keys, and a regulation by its articles.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use fantoccini::key::Key;
use kura_tests::appliance::{DataFolder, PASSWORD};
use kura_tests::browser::Browser;
use kura_tests::{Appliance, pdf, workspace};
use serde_json::{Value, json};

/// What the test's own page says: ten-point type from 60 points on, each character ten points wide.
const LINES: [&str; 3] = ["粗大ごみの手数料は一点につき五百円とする", "市長は、特別の理由があるときは免除する", "附則は別に定める"];

#[tokio::test(flavor = "multi_thread")]
async fn words_lie_where_the_page_shows_them() -> Result<()> {
    let data = DataFolder::prepare()?;
    let lines = || LINES.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
    let across = pdf::write(data.path(), "横書き.pdf", &[lines(), lines()])?;
    let down = pdf::write_vertical(data.path(), "縦書き.pdf", &lines())?;
    for file in [across, down, workspace::sample("みなと市手数料条例.pdf")] {
        data.kura(&["ingest", &file.display().to_string(), "--collection", "例規"])?;
    }
    data.kura(&["collection", "close", "例規", "everyone"])?;
    let guest: Value = serde_json::from_str(&data.kura(&["user", "add", "guest", "--json"])?)?;
    let one_time = data.one_time_password.clone();
    let appliance = Appliance::start(&data).await?;
    let browser = arrive(&appliance, "admin", &one_time).await?;
    let at = |path: &str| format!("{}{path}", appliance.address());
    let window = &browser.window;

    // 五百円 begins with the 15th character: at 60 + 14 * 10 points, and is 30 wide; its line stands 82 points under the top.
    window.goto(&at("/documents/1?find=五百円")).await?;
    browser.wait_for("#hit").await?;
    let seen = window.execute(WORD_AND_FRAME, vec![json!("五百円")]).await?;
    for (name, true_x, true_width) in [("frame", 200.0, 30.0), ("word", 200.0, 30.0)] {
        let (x, width) = (seen[name]["x"].as_f64().context("a box")?, seen[name]["width"].as_f64().context("a box")?);
        ensure!((x - true_x).abs() < 1.0 && (width - true_width).abs() < 1.0, "{name} stands elsewhere: {seen}");
        let (y, height) = (seen[name]["y"].as_f64().context("a box")?, seen[name]["height"].as_f64().context("a box")?);
        ensure!(y > 70.0 && y + height < 90.0, "{name} stands elsewhere: {seen}");
    }
    let copied = window.execute(SELECT_PAGE, vec![]).await?;
    ensure!(copied == json!(LINES.join("\n")), "the page's words are selected as {copied}");
    browser.keep_picture("found-on-a-page").await?;

    window.goto(&at("/documents/2?find=特別の理由")).await?;
    browser.wait_for("#hit").await?;
    let seen = window.execute(WORD_AND_FRAME, vec![json!("特別の理由")]).await?;
    ensure!(seen["frame"]["height"].as_f64() > seen["frame"]["width"].as_f64().map(|w| w * 4.0), "the hit runs down: {seen}");
    let copied = window.execute(SELECT_PAGE, vec![]).await?;
    ensure!(copied == json!(LINES.join("\n")), "vertical words are selected as {copied}");
    browser.keep_picture("vertical-page").await?;

    window.goto(&at("/documents/1")).await?;
    let body = browser.wait_for("body").await?;
    body.send_keys("+").await?;
    ensure!(window.current_url().await?.query() == Some("zoom=125"), "+ makes pages larger");
    body.send_keys("0").await?;
    body.send_keys("jj").await?;
    let top = window.execute("return document.getElementById('page-2').getBoundingClientRect().top", vec![]).await?;
    ensure!(top.as_f64().is_some_and(|t| (-20.0..300.0).contains(&t)), "j goes to the next page: {top}");
    browser.wait_for("#page-2 svg.words text").await?;
    body.send_keys("/").await?;
    ensure!(window.active_element().await?.attr("id").await?.as_deref() == Some("find"), "/ goes to the field");
    window.active_element().await?.send_keys("免除").await?;
    window.active_element().await?.send_keys(&char::from(Key::Enter).to_string()).await?;
    browser.wait_for(".found a[aria-current]").await?;
    browser.wait_for("body").await?.send_keys("n").await?;
    browser.wait_for("#page-2 #hit").await?;

    window.goto(&at("/documents/3/at/article/3-2")).await?;
    browser.wait_for("rect.cited").await?;
    browser.keep_picture("article-on-its-page").await?;
    window.goto(&at("/documents/3/articles")).await?;
    browser.wait_for(".as-of-banner").await?;
    ensure!(!window.find_all(Locator::Css(".regulation p a[href*='articles?at=']")).await?.is_empty(), "references are links");
    browser.keep_picture("regulation-by-articles").await?;
    browser.close().await?;

    let browser = arrive(&appliance, "guest", guest["password"].as_str().unwrap_or_default()).await?;
    let statuses = "return Promise.all(arguments[0].map(p => fetch(p).then(r => r.status)))";
    let paths = json!([
        "/documents/1/at/page/1",
        "/documents/3/at/article/3",
        "/documents/3/articles",
        "/documents/1/pages/1/words",
        "/documents/99"
    ]);
    let told = browser.window.execute(statuses, vec![paths]).await?;
    ensure!(told == json!([404, 404, 404, 404, 404]), "a hidden document is as unknown as one that does not exist: {told}");
    browser.close().await?;
    appliance.stop()
}

/// Someone who signs in for the first time and chooses a password.
async fn arrive(appliance: &Appliance, login: &str, one_time: &str) -> Result<Browser> {
    let browser = Browser::open().await?;
    browser.window.goto(appliance.address()).await?;
    for (name, text) in [("login", login), ("password", one_time)] {
        browser.wait_for(&format!("input[name={name}]")).await?.send_keys(text).await?;
    }
    browser.wait_for("main form button[type=submit]").await?.click().await?;
    browser.wait_for("input[name=again]").await?;
    for (name, text) in [("current", one_time), ("new", PASSWORD), ("again", PASSWORD)] {
        browser.wait_for(&format!("input[name={name}]")).await?.send_keys(text).await?;
    }
    browser.wait_for("main form button[type=submit]").await?.click().await?;
    browser.wait_for("#question").await?;
    Ok(browser)
}

/// The boxes, in points, of the hit that is framed and of the same words in the text over the page.
const WORD_AND_FRAME: &str = r"
    const layer = document.querySelector('svg.words');
    const page = layer.getBoundingClientRect();
    const scale = layer.viewBox.baseVal.width / page.width;
    const points = (r) => ({ x: (r.left - page.left) * scale, y: (r.top - page.top) * scale, width: r.width * scale, height: r.height * scale });
    const line = [...layer.querySelectorAll('text')].find((t) => t.textContent.includes(arguments[0]));
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    const start = line.textContent.indexOf(arguments[0]);
    let seen = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const [from, to] = [start - seen, start + arguments[0].length - seen];
        if (from >= 0 && from < node.length) range.setStart(node, from);
        if (to > 0 && to <= node.length) range.setEnd(node, to);
        seen += node.length;
    }
    return { frame: points(document.getElementById('hit').getBoundingClientRect()), word: points(range.getBoundingClientRect()) };";

/// Selects all words of the first page and returns what would be copied.
const SELECT_PAGE: &str = r"
    const layer = document.querySelector('svg.words');
    getSelection().selectAllChildren(layer);
    const said = String(getSelection()).trim().split(/\n+/).map((l) => l.trim()).join('\n');
    getSelection().removeAllRanges();
    return said;";
