//! Several people at one appliance, in real browsers: what one keeps and shares and another may not see; and a library that is
//! filled, looked into and tidied.

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use kura_tests::appliance::DataFolder;
use kura_tests::browser::Browser;
use kura_tests::devtools::OFFICE;
use kura_tests::{Appliance, workspace};
use serde_json::{Value, json};
use std::io::Write;

/// A rule for staff that one of two people may see, and words that stand nowhere else.
const SECRET: &str =
    "職員の在宅勤務に関する内規\n第1条　在宅勤務は、1週間につき2日までとする。\n第2条　在宅勤務の申請は、前日の正午までに所属長に行う。\n";
const TITLE: &str = "職員の在宅勤務に関する内規";
const QUESTION: &str = "在宅勤務は1週間に何日までですか";

#[tokio::test(flavor = "multi_thread")]
async fn what_one_may_not_see_reaches_them_nowhere() -> Result<()> {
    let data = DataFolder::prepare()?;
    let secret = data.path().join(format!("{TITLE}.txt"));
    std::fs::write(&secret, SECRET)?;
    data.kura(&["ingest", &workspace::sample("みなと市手数料条例.pdf").display().to_string(), "--collection", "例規"])?;
    data.kura(&["ingest", &secret.display().to_string(), "--collection", "人事"])?;
    data.kura(&["collection", "close", "人事", "everyone"])?;
    data.kura(&["group", "add", "総務課"])?;
    data.kura(&["collection", "open", "人事", "group:総務課"])?;
    let password = |login: &str| -> Result<String> {
        let made: Value = serde_json::from_str(&data.kura(&["user", "add", login, "--json"])?)?;
        Ok(made["password"].as_str().context("a one-time password")?.to_owned())
    };
    let (clerk_once, guest_once) = (password("clerk")?, password("guest")?);
    data.kura(&["group", "join", "総務課", "clerk"])?;
    let appliance = Appliance::start(&data).await?;

    let clerk = Browser::open().await?;
    clerk.choose_screen(OFFICE).await?;
    clerk.arrive(&appliance, "clerk", &clerk_once).await?;
    let kept = keeps_a_history(&clerk, &appliance).await.context("a history")?;

    let guest = Browser::open().await?;
    guest.choose_screen(OFFICE).await?;
    guest.arrive(&appliance, "guest", &guest_once).await?;
    sees_nothing_of_it(&guest, &appliance, &kept).await.context("what is hidden")?;
    gets_candidates(&guest, &appliance).await.context("a refusal")?;
    guest.asked_nobody_else(&appliance).await?;
    guest.close().await?;

    forgets(&clerk, &appliance, &kept).await.context("deleting")?;
    clerk.asked_nobody_else(&appliance).await?;
    clerk.close().await?;
    appliance.stop()
}

/// What the clerk leaves behind.
struct Kept {
    conversation: String,
    answer: String,
    document: String,
    link: String,
}

/// Asks, finds the question again, names the conversation, keeps it on top and until a day, and shares it.
async fn keeps_a_history(browser: &Browser, appliance: &Appliance) -> Result<Kept> {
    let window = &browser.window;
    browser.wait_for("#question").await?.send_keys(QUESTION).await?;
    browser.press_button("#ask").await?;
    let citation = browser.wait_for("#answer a.citation").await?.attr("href").await?.context("an address")?;
    ensure!(browser.words_of("#answer").await?.contains("2日"), "{}", browser.words_of("#answer").await?);
    let answer = window.current_url().await?.path().to_owned();
    browser.visit(appliance, "/history").await?;
    browser.wait_for("#words").await?.send_keys("ｻﾞｲﾀｸ").await?;
    browser.press_button("form[role=search] button").await?;
    browser.wait_for("main .empty").await?;
    let field = browser.wait_for("#words").await?;
    field.clear().await?;
    field.send_keys("在宅").await?;
    browser.press_button("form[role=search] button").await?;
    browser.press_button(".history tbody th a").await?;
    browser.wait_for(".conversation").await?;
    let conversation = window.current_url().await?.path().to_owned();

    browser.wait_for("#name").await?.send_keys("在宅勤務の調べもの").await?;
    browser.press_button("form[action$='/rename'] button").await?;
    browser.until("return document.querySelector('h1').textContent.includes('在宅勤務の調べもの')").await?;
    browser.press_button("form[action$='/pin'] button").await?;
    browser.wait_for("form[action$='/unpin']").await?;
    window.execute("document.getElementById('until').value = '2030-03-31'", vec![]).await?;
    browser.press_button("form[action$='/keep'] button").await?;
    browser
        .until(
            "return document.getElementById('until')?.value === '2030-03-31' && document.querySelector('main').innerText.includes('2030')",
        )
        .await?;
    browser.press_button("form[action$='/share'] button").await?;
    let link = browser.wait_for(".shares a").await?.attr("href").await?.context("a link")?;
    browser.keep_picture("conversation").await?;
    let document = citation.split('/').nth(2).context("a document")?.to_owned();
    Ok(Kept { conversation, answer, document, link })
}

/// The same appliance for somebody who may not see the rule: no list, address, completion, search or shared link has it.
async fn sees_nothing_of_it(browser: &Browser, appliance: &Appliance, kept: &Kept) -> Result<()> {
    let document = format!("/documents/{}", kept.document);
    let hidden: Vec<String> =
        ["", "/passages", "/reading", "/articles", "/summary", "/file", "/at/line/2", "/compare", "/delete", "/pages/1.png"]
            .iter()
            .map(|end| format!("{document}{end}"))
            .chain([kept.answer.clone(), format!("{}/sheet", kept.answer), format!("{}/sheet.pdf", kept.answer), kept.conversation.clone()])
            .chain(["/export.md", "/export.json"].iter().map(|end| format!("{}{end}", kept.conversation)))
            .chain([format!("/api/conversations/{}", kept.conversation.rsplit('/').next().unwrap_or_default())])
            .chain([format!("/api/documents/{}", kept.document)])
            .collect();
    for (path, status) in hidden.iter().zip(browser.statuses(&hidden).await?) {
        ensure!([403, 404].contains(&status), "{path} is answered with {status}");
    }
    let lists = [
        "/",
        "/documents",
        "/documents?q=在宅",
        "/regulations?list=sounds",
        "/regulations?list=days",
        "/history",
        "/api/documents",
        "/api/conversations",
        "/api/search?q=在宅勤務は1週間に何日までですか&limit=50",
        "/api/search?q=職員の在宅勤務に関する内規%20第1条",
        &format!("/?document={}", kept.document),
    ];
    let told = browser.window.execute(TEXTS, vec![json!(lists)]).await?;
    for (path, text) in lists.iter().zip(told.as_array().context("texts")?) {
        let text = text.as_str().unwrap_or_default();
        ensure!(!text.contains(TITLE) && !text.contains("2日まで") && !text.contains("在宅勤務の調べもの"), "{path} tells of it: {text}");
    }
    // What is posted: completion, the choice of documents, search, remarks and changes of what belongs to somebody else.
    let id = kept.conversation.rsplit('/').next().unwrap_or_default();
    let posts = json!([
        ["/complete", { "question": "職員の在宅" }, 200], ["/scope/documents", { "title": "在宅" }, 200],
        [format!("{}/feedback", kept.answer), { "judgement": "wrong", "words": "?" }, 404],
        [format!("/history/{id}/rename"), { "name": "x" }, 404], [format!("/history/{id}/share"), {}, 404],
        ["/retrieval", { "question": QUESTION }, 403],
        [format!("/history/{id}/delete"), {}, 404], ["/ask/stream", { "question": "続きは?", "conversation": id }, 404],
    ]);
    let told = browser.window.execute(POSTS, vec![posts.clone()]).await?;
    for (post, reply) in posts.as_array().context("posts")?.iter().zip(told.as_array().context("replies")?) {
        ensure!(reply["status"] == post[2], "{post} is answered with {reply}");
        ensure!(!reply["text"].as_str().unwrap_or_default().contains("在宅勤務に関する"), "{post} tells {reply}");
    }
    // Asked of all and of that document alone: the answer knows nothing of it.
    browser.visit(appliance, &format!("/?document={}", kept.document)).await?;
    browser.wait_for("#question").await?.send_keys(QUESTION).await?;
    browser.press_button("#ask").await?;
    browser.wait_for("#answer article").await?;
    let said = browser.words_of("main").await?;
    ensure!(!said.contains(TITLE) && !said.contains("2日まで"), "{said}");
    // The shared link shows the question, and says that something is withheld instead of showing it.
    browser.visit(appliance, &kept.link).await?;
    browser.wait_for(".withheld").await?;
    let shared = browser.words_of("main").await?;
    ensure!(shared.contains(QUESTION) && !shared.contains(TITLE) && !shared.contains("2日まで"), "{shared}");
    browser.keep_picture("shared-with-less-rights").await
}

/// A question that the library does not answer: near documents to choose from, one of which opens.
async fn gets_candidates(browser: &Browser, appliance: &Appliance) -> Result<()> {
    browser.visit(appliance, "/").await?;
    browser.wait_for("#question").await?.send_keys("みなと市の手数料を電子マネーで納めた人は昨年何人いましたか").await?;
    browser.press_button("#ask").await?;
    browser.wait_for("#answer article[data-kind=refused] .refusal").await?;
    let candidate = browser.wait_for("#answer a.candidate").await?;
    ensure!(candidate.text().await?.contains("手数料条例"), "{}", candidate.text().await?);
    browser.keep_picture("refusal-with-candidates").await?;
    candidate.click().await?;
    browser.wait_for("#place:not([hidden]) .reader-body").await?;
    Ok(())
}

/// Deletes the conversation, changes their mind, and takes the link back.
async fn forgets(browser: &Browser, appliance: &Appliance, kept: &Kept) -> Result<()> {
    browser.visit(appliance, &kept.conversation).await?;
    browser.press_button("form[action$='/delete'] button").await?;
    browser.wait_for("main .notice.good").await?;
    ensure!(browser.statuses(&[kept.conversation.clone(), kept.answer.clone(), kept.link.clone()]).await? == [404, 404, 404]);
    browser.press_button("main .notice.good form button").await?;
    browser.until("return document.querySelector('main').innerText.includes('在宅勤務の調べもの')").await?;
    browser.visit(appliance, &kept.conversation).await?;
    if !browser.window.find_all(Locator::Css(".shares form button")).await?.is_empty() {
        browser.press_button(".shares form button").await?;
    }
    browser.until("return !document.querySelector('.shares a')").await?;
    ensure!(browser.statuses(std::slice::from_ref(&kept.link)).await? == [404]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_is_filled_and_tidied() -> Result<()> {
    let data = DataFolder::prepare()?;
    let appliance = Appliance::start(&data).await?;
    let browser = Browser::open().await?;
    browser.choose_screen(OFFICE).await?;
    browser.arrive(&appliance, "admin", &data.one_time_password).await?;
    browser.visit(&appliance, "/documents").await?;
    browser.wait_for("main .empty").await?;
    browser.keep_picture("library-empty").await?;

    // A folder dropped on the panel: what is in it is sent, read, and told line by line; what systems leave in folders is not.
    let folder = data.path().join("図書館");
    std::fs::create_dir_all(folder.join("本館"))?;
    std::fs::write(folder.join("本館/開館時間.txt"), "図書館は、午前9時から午後8時まで開いています。\n")?;
    std::fs::write(folder.join("Thumbs.db"), [0xD0, 0xCF, 0x11, 0xE0])?;
    browser.drop_on("#upload-form", &[&folder]).await?;
    browser.wait_for("#uploads li.good").await?;
    let told = browser.words_of("#uploads").await?;
    ensure!(told.contains("図書館/本館/開館時間.txt") && !told.contains("Thumbs"), "{told}");
    browser.wait_for("#documents .state-words.good").await?;

    // A bundle: what is in it comes in by itself.
    let bundle = data.path().join("まとめて.zip");
    bundle_of(&bundle, &["図書館利用案内.md", "ごみ収集曜日一覧.csv"])?;
    browser.wait_for("#file").await?.send_keys(&bundle.display().to_string()).await?;
    browser.press_button("#upload-form > button").await?;
    browser.until("return document.querySelectorAll('#documents tbody tr').length === 3").await?;
    browser.until("return document.querySelectorAll('#documents .state-words.good').length === 3 && !document.querySelector('#documents tr[data-active]')").await?;
    browser.keep_picture("library-filled").await?;

    // Its passages, and from one of them to its place.
    browser.press_button("#documents tr:has(small) th a").await?;
    let document = browser.window.current_url().await?.path().to_owned();
    browser.press_button("a[href$='/passages']").await?;
    browser.wait_for(".passages li .passage").await?;
    browser.keep_picture("passages").await?;
    browser.press_button(".passages li h2 a").await?;
    browser.wait_for("#cited").await?;

    // Who can see it, and why.
    browser.visit(&appliance, &format!("{document}/access")).await?;
    ensure!(browser.words_of("main").await?.contains("管理者"));

    // Into the trash and back.
    browser.visit(&appliance, &format!("{document}/delete")).await?;
    browser.press_button("main form button").await?;
    browser.until("return document.querySelectorAll('#documents tbody tr').length === 2").await?;
    ensure!(browser.statuses(std::slice::from_ref(&document)).await? == [404], "what is in the trash is not to be read");
    browser.visit(&appliance, "/trash").await?;
    browser.press_button("form[action$='/restore'] button").await?;
    browser.wait_for("main .notice.good").await?;
    ensure!(browser.statuses(&[document]).await? == [200]);
    browser.asked_nobody_else(&appliance).await?;
    browser.close().await?;
    appliance.stop()
}

/// An archive of files of the sample library.
fn bundle_of(path: &std::path::Path, names: &[&str]) -> Result<()> {
    let mut archive = zip::ZipWriter::new(std::fs::File::create(path)?);
    for name in names {
        archive.start_file(*name, zip::write::SimpleFileOptions::default())?;
        archive.write_all(&std::fs::read(workspace::sample(name))?)?;
    }
    archive.finish()?;
    Ok(())
}

/// What pages say.
const TEXTS: &str = "return Promise.all(arguments[0].map((path) => fetch(path).then((reply) => reply.text())))";

/// Sends forms with the session's token: what is answered.
const POSTS: &str = r"
    return (async () => {
        const token = (await (await fetch('/api/session')).json()).form_token;
        const replies = [];
        for (const [path, fields] of arguments[0]) {
            const reply = await fetch(path, { method: 'POST', body: new URLSearchParams({ ...fields, form_token: token }) });
            replies.push({ status: reply.status, text: await reply.text() });
        }
        return replies;
    })();";
