//! Every page that links lead to, looked at by axe-core: in Japanese and English, light, dark and with more contrast; and what
//! axe does not see: that focus shows, and that the keyboard reaches what the mouse does.

use anyhow::{Context, Result, ensure};
use kura_tests::appliance::DataFolder;
use kura_tests::browser::Browser;
use kura_tests::devtools::{OFFICE, Theme};
use kura_tests::{Appliance, tour, workspace};
use serde_json::{Value, json};

/// Runs axe and returns its violations in short.
const VIOLATIONS: &str = r"
    const [only, done] = [arguments[0], arguments[arguments.length - 1]];
    const options = { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } };
    if (only) { options.runOnly = { type: 'rule', values: [only] }; delete options.rules; }
    axe.run(document, options).then((found) => done(found.violations.map((v) =>
        `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? n.all[0]?.message ?? '')).join(' | ')}`)),
        (error) => done([String(error)]));";

/// Moves the focus with Tab's own order in mind: each focusable thing in turn, and whether it then looks otherwise.
const WITHOUT_FOCUS: &str = r"
    const bad = [];
    const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex=\'0\']')];
    for (const one of all.filter((e) => e.checkVisibility() && !e.disabled).slice(0, 60)) {
        one.focus({ focusVisible: true });
        if (document.activeElement !== one) continue;
        const shown = [one, one.closest('label'), one.parentElement, one.previousElementSibling].filter(Boolean).some((e) => {
            const style = getComputedStyle(e);
            return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
        });
        if (!shown) bad.push(one.outerHTML.slice(0, 120));
    }
    return bad;";

/// Landmarks and headings that every page has.
const BONES: &str = r"
    return {
        main: document.querySelectorAll('main').length, header: document.querySelectorAll('body > header').length,
        heading: document.querySelectorAll('h1').length, skip: !!document.querySelector('a.skip[href=\'#main\']'),
        lang: document.documentElement.lang, title: document.title.length > 3,
    };";

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_for_everyone() -> Result<()> {
    let axe = workspace::root().join("tests/cache/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(&axe).with_context(|| format!("{} is missing: deploy/test fetches it", axe.display()))?;
    let data = DataFolder::prepare()?;
    let appliance = tour::furnish(&data).await?;
    let pages = tour::pages(&appliance).await?;
    ensure!(pages.len() >= 20, "the walk found only {pages:?}");
    let themes = [Theme::Light, Theme::Dark, Theme::Contrast];
    let (japanese, english) =
        tokio::join!(look_at(&appliance, &axe, &pages, "ja,en", &themes), look_at(&appliance, &axe, &pages, "en", &themes));
    let faults = [japanese?, english?].concat();
    ensure!(faults.is_empty(), "{} faults on {} pages:\n{}", faults.len(), pages.len(), faults.join("\n"));
    println!("axe: {} pages, 0 violations", pages.len() + 1);
    appliance.stop()
}

/// Looks at every page in these themes; what is wrong with them.
async fn look_at(appliance: &Appliance, axe: &str, pages: &[(String, String)], languages: &str, themes: &[Theme]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let browser = Browser::open_in(languages).await?;
    browser.devtools("Page.setBypassCSP", json!({ "enabled": true })).await?;
    browser.devtools("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await?;
    browser.choose_screen(OFFICE).await?;
    let mut looked_at = vec![("sign-in".to_owned(), "/sign-in".to_owned())];
    looked_at.extend(pages.iter().cloned());
    for (n, (kind, path)) in looked_at.iter().enumerate() {
        if n == 1 {
            tour::sign_in_as_administrator(&browser, appliance).await?;
        }
        browser.window.goto(&format!("{}{path}", appliance.address())).await?;
        browser.window.execute(axe, vec![]).await?;
        for theme in themes {
            browser.choose_theme(*theme).await?;
            // Colours differ by theme, and nothing else does.
            let only = if *theme == Theme::Light { Value::Null } else { json!("color-contrast") };
            let found = browser.window.execute_async(VIOLATIONS, vec![only]).await?;
            let note = |what: &Value| format!("{kind} ({languages}, {}): {}", theme.name(), what.as_str().unwrap_or_default());
            faults.extend(found.as_array().into_iter().flatten().map(note));
            if *theme == Theme::Light {
                let unseen = browser.window.execute(WITHOUT_FOCUS, vec![]).await?;
                faults.extend(unseen.as_array().into_iter().flatten().map(|w| note(&json!(format!("focus does not show: {w}")))));
                let bones = browser.window.execute(BONES, vec![]).await?;
                let language = if languages == "en" { "en" } else { "ja" };
                let whole = json!({ "main": 1, "header": 1, "heading": 1, "skip": true, "lang": language, "title": true });
                if bones != whole {
                    faults.push(note(&json!(format!("the bones are {bones}"))));
                }
            }
        }
    }
    browser.close().await?;
    Ok(faults)
}
