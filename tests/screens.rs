//! Pictures of every page in both languages and both themes, kept under `tests/artefacts/screens`, and what must hold on all of
//! them: nothing scrolls sideways, nothing is cut off, what is pressed is large enough, and nothing is asked of anybody else.

use anyhow::{Result, ensure};
use kura_tests::appliance::DataFolder;
use kura_tests::browser::Browser;
use kura_tests::devtools::{OFFICE, OLD, PHONE, Screen, Theme, ZOOMED};
use kura_tests::{Appliance, tour, workspace};

/// What is wrong with the layout of a page.
const FAULTS: &str = r"
    const bad = [];
    const root = document.scrollingElement;
    const of = (e) => e.outerHTML.replace(/\s+/g, ' ').slice(0, 110);
    if (root.scrollWidth > root.clientWidth + 1) {
        const wide = [...document.body.querySelectorAll('*')].filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > root.clientWidth + 1
            && !e.closest('.table-frame, .sheet-frame, [class*=frame]')).slice(-2);
        bad.push(`scrolls sideways by ${root.scrollWidth - root.clientWidth}: ${wide.map(of).join(' | ')}`);
    }
    for (const e of document.body.querySelectorAll('*')) {
        if (!e.checkVisibility() || e.closest('.unseen, svg, select, option')) continue;
        const style = getComputedStyle(e);
        // Read aloud only.
        if (style.clipPath !== 'none') continue;
        const cuts = (style.overflowX === 'hidden' || style.overflowX === 'clip') && e.scrollWidth > e.clientWidth + 1 && style.textOverflow !== 'ellipsis';
        if (cuts && e.textContent.trim()) bad.push(`cuts its text: ${of(e)}`);
        if (e.matches('button, select, textarea, summary, a.button, input:not([type=hidden], [type=checkbox], [type=radio])')) {
            const box = e.getBoundingClientRect();
            if (box.height < 43.5 && box.height > 0) bad.push(`is ${Math.round(box.height)} px high: ${of(e)}`);
        }
        if (e.matches('input[type=checkbox], input[type=radio]')) {
            const box = (e.closest('label') ?? e).getBoundingClientRect();
            if (box.height < 43.5) bad.push(`is ${Math.round(box.height)} px high: ${of(e)}`);
        }
    }
    return [...new Set(bad)].slice(0, 6);";

/// Bytes of a page's first view: the page, its style and its scripts. Pictures of pages come as they come into view.
const WEIGHT: &str = r"
    const own = performance.getEntriesByType('navigation')[0].encodedBodySize;
    const rest = performance.getEntriesByType('resource').filter((e) => ['link', 'script', 'css'].includes(e.initiatorType));
    return own + rest.reduce((sum, e) => sum + e.encodedBodySize, 0);";

const MOST_BYTES: u64 = 100 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_stands_on_every_screen() -> Result<()> {
    let data = DataFolder::prepare()?;
    let appliance = tour::furnish(&data).await?;
    let pages = tour::pages(&appliance).await?;
    let (japanese, english) = tokio::join!(look_at(&appliance, &pages, "ja", "ja,en"), look_at(&appliance, &pages, "en", "en"));
    let (japanese, english) = (japanese?, english?);
    let (asked, heaviest) = (japanese.asked + english.asked, japanese.heaviest.max(english.heaviest));
    ensure!(asked > 100, "the requests were counted: {asked}");
    println!("screens: {} pages, {asked} requests, all to the appliance; the heaviest first view has {heaviest} bytes", pages.len());
    let faults = [japanese.faults, english.faults].concat();
    ensure!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    appliance.stop()
}

/// What was seen in one language.
#[derive(Default)]
struct Seen {
    faults: Vec<String>,
    asked: usize,
    heaviest: u64,
}

/// Loads every page once and looks at it in both themes and on all screens.
async fn look_at(appliance: &Appliance, pages: &[(String, String)], language: &str, languages: &str) -> Result<Seen> {
    let browser = Browser::open_in(languages).await?;
    tour::sign_in_as_administrator(&browser, appliance).await?;
    let mut seen = Seen::default();
    for (kind, path) in pages {
        browser.choose_screen(OFFICE).await?;
        browser.window.goto(&format!("{}{path}", appliance.address())).await?;
        let weight = browser.window.execute(WEIGHT, vec![]).await?.as_u64().unwrap_or(u64::MAX);
        seen.heaviest = seen.heaviest.max(weight);
        if weight > MOST_BYTES {
            seen.faults.push(format!("{kind} ({language}): the first view has {weight} bytes"));
        }
        for (theme, screen, kept) in LOOKS {
            browser.choose_theme(theme).await?;
            browser.choose_screen(screen).await?;
            let name = format!("{kind}-{language}-{}-{}", theme.name(), screen.name);
            if kept {
                browser.keep_page(&name).await?;
            }
            let found = browser.window.execute(FAULTS, vec![]).await?;
            seen.faults.extend(found.as_array().into_iter().flatten().map(|f| format!("{name}: {}", f.as_str().unwrap_or_default())));
        }
        for address in browser.requested().await? {
            seen.asked += 1;
            // What the browser makes up itself asks nobody.
            let inside = ["data:", "blob:", "about:", "chrome:"].iter().any(|p| address.starts_with(p));
            ensure!(inside || address.starts_with(appliance.address()), "{kind} asks somebody else: {address}");
        }
    }
    browser.close().await?;
    Ok(seen)
}

/// The pictures of the README, of the sample library of a city; kept under `tests/artefacts/readme`. Whoever changes how the desk
/// looks makes them anew, reduces their colours (`convert +dither -quantize Lab -colors 256`) and puts them into `docs/screenshots`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures and finds no fault"]
async fn pictures_of_the_readme() -> Result<()> {
    let data = DataFolder::prepare()?;
    std::fs::write(data.path().join("kura.toml"), "[institution]\nname = \"みなと市\"\ncalendar = \"japanese\"\n")?;
    for (folder, collection) in [("municipal", "例規"), ("helpdesk", "ヘルプデスク")] {
        data.kura(&["ingest", &workspace::sample_library().join(folder).display().to_string(), "--collection", collection])?;
    }
    let appliance = Appliance::start(&data).await?;
    let browser = Browser::open().await?;
    browser.choose_theme(Theme::Light).await?;
    browser.choose_screen(PICTURE).await?;
    browser.arrive(&appliance, "admin", &data.one_time_password).await?;
    browser.wait_for("#question").await?.send_keys("粗大ごみの処理手数料は1点につきいくらですか").await?;
    browser.press_button("#ask").await?;
    let href = browser.wait_for("#answer a.citation").await?.attr("href").await?.unwrap_or_default();
    let answer = browser.window.current_url().await?.path().to_owned();
    let document = href.split('/').nth(2).unwrap_or_default().to_owned();
    keep(&browser, "answer").await?;
    browser.press_button("#answer a.citation").await?;
    browser.wait_for("#place rect.cited").await?;
    keep(&browser, "citation").await?;
    let pages = [
        ("ordinance", format!("/documents/{document}/articles")),
        ("library", "/documents".to_owned()),
        ("evidence-sheet", format!("{answer}/sheet")),
    ];
    for (name, path) in pages {
        browser.visit(&appliance, &path).await?;
        if name == "library" {
            browser.window.execute("document.getElementById('library').scrollIntoView()", vec![]).await?;
        }
        keep(&browser, name).await?;
    }
    browser.visit(&appliance, "/retrieval").await?;
    browser.wait_for("#question").await?.send_keys("粗大ごみの手数料").await?;
    browser.press_button("#retrieval-form button[type=submit]").await?;
    browser.wait_for(".hits").await?;
    browser.window.execute("document.querySelector('.hits').scrollIntoView()", vec![]).await?;
    keep(&browser, "retrieval").await?;
    browser.close().await?;
    appliance.stop()
}

/// What a picture of the README shows.
const PICTURE: Screen = Screen { name: "readme", width: 1280, height: 840, scale: 1.0 };

/// Keeps what the window shows once its pictures are there.
async fn keep(browser: &Browser, name: &str) -> Result<()> {
    browser.until("return [...document.images].every((i) => i.complete || i.loading === 'lazy')").await?;
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    std::fs::create_dir_all(workspace::artefacts()?.join("readme"))?;
    browser.keep_picture(&format!("readme/{name}")).await
}

/// Both themes on an office PC and what a phone shows, each kept as a picture; the other screens are only measured.
const LOOKS: [(Theme, Screen, bool); 5] = [
    (Theme::Light, OFFICE, true),
    (Theme::Dark, OFFICE, true),
    (Theme::Light, PHONE, true),
    (Theme::Light, OLD, false),
    (Theme::Light, ZOOMED, false),
];
