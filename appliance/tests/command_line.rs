//! The command line as a person or a script meets it: what it prints, where, and how it exits. No model is needed.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// What a command said.
struct Said {
    code: Option<i32>,
    data: String,
    talk: String,
}

fn kura(folder: &Path, arguments: &[&str]) -> Said {
    said(Command::new(env!("CARGO_BIN_EXE_kura")).current_dir(folder).args(arguments))
}

fn said(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } = command.output().expect("kura runs");
    let text = |bytes| String::from_utf8(bytes).expect("kura speaks UTF-8");
    Said { code: status.code(), data: text(stdout), talk: text(stderr) }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A folder with an initialised data folder `data`.
fn initialised() -> TempDir {
    let folder = folder();
    assert_eq!(kura(folder.path(), &["init"]).code, Some(0));
    folder
}

#[test]
fn init_shows_one_password_once() {
    let folder = folder();
    let first = kura(folder.path(), &["init", "--json"]);
    let made: Value = serde_json::from_str(&first.data).expect("JSON");
    assert_eq!((first.code, &made["login"], &made["data_dir"]), (Some(0), &"admin".into(), &"data".into()));
    assert_eq!(made["password"].as_str().map(str::len), Some(17));
    let second = kura(folder.path(), &["init"]);
    assert_eq!((second.code, second.data.as_str()), (Some(0), ""));
    assert_eq!(second.talk, "data exists and has an administrator; `kura user reset LOGIN` gives a new password\n");
    assert_eq!(kura(folder.path(), &["collection", "list"]).data, "共有文書\t0 documents\n");
}

#[test]
fn inspect_prints_what_ingest_sees() {
    let folder = folder();
    std::fs::write(folder.path().join("規則.md"), "# みなと市規則\n\n## 第1条（休館日）\n\n休館日は、月曜日とする。\n").expect("written");
    let summary = kura(folder.path(), &["inspect", "規則.md"]);
    assert_eq!(
        summary.data,
        "title: みなと市規則\nformat: markdown\ncharacters: 29\nblocks: 2 headings, 1 paragraphs, 0 rows, 0 notes\npassages: 1\n",
        "{}",
        summary.talk
    );
    let text = kura(folder.path(), &["inspect", "--text", "規則.md"]).data;
    let whole: Value = serde_json::from_str(&kura(folder.path(), &["inspect", "--json", "規則.md"]).data).expect("JSON");
    assert_eq!(whole["document"]["text"].as_str(), Some(text.as_str()));
    for passage in whole["passages"].as_array().expect("passages") {
        let span = &passage["locator"]["span"];
        let (start, end) = (span["start"].as_u64().expect("start") as usize, span["end"].as_u64().expect("end") as usize);
        assert_eq!(passage["text"].as_str(), text.get(start..end), "a locator slices back");
    }
    assert!(kura(folder.path(), &["inspect", "--passages", "規則.md"]).data.contains("休館日は、月曜日とする。"));
    assert!(!folder.path().join("data").exists(), "inspect needs no data folder and makes none");
}

#[test]
fn a_refused_file_has_a_reason() {
    let folder = folder();
    std::fs::write(folder.path().join("a.bin"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0").expect("written");
    for (file, reason) in [("a.bin", "error: a.bin: "), ("missing.pdf", "error: missing.pdf: ")] {
        let refused = kura(folder.path(), &["inspect", file]);
        assert_eq!((refused.code, refused.data.as_str()), (Some(1), ""), "{file}");
        assert!(refused.talk.starts_with(reason), "{}", refused.talk);
    }
}

#[test]
fn nothing_goes_on_without_a_catalog() {
    let folder = folder();
    for command in [&["serve", "--port", "0"][..], &["ingest", "."], &["search", "x"], &["ask", "x"], &["reindex"], &["user", "list"]] {
        std::fs::write(folder.path().join("x.txt"), "x").expect("written");
        let refused = kura(folder.path(), command);
        assert_eq!(refused.code, Some(1), "{command:?}");
        assert_eq!(
            refused.talk, "error: data holds no catalog\nhint: run `kura init` first, or name the data folder with --data-dir\n",
            "{command:?}"
        );
    }
}

#[test]
fn a_command_that_is_not_understood_exits_with_2() {
    let folder = folder();
    for command in [&["bogus"][..], &["search"], &["inspect", "f", "--text", "--json"], &["user", "add", "x", "--role", "king"], &[]] {
        assert_eq!(kura(folder.path(), command).code, Some(2), "{command:?}");
    }
    assert_eq!(kura(folder.path(), &["--help"]).code, Some(0));
}

#[test]
fn configuration_is_refused_by_name() {
    let folder = initialised();
    std::fs::write(folder.path().join("data/kura.toml"), "[http]\nprot = 80\n").expect("written");
    let refused = kura(folder.path(), &["user", "list"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.talk.contains("data/kura.toml") && refused.talk.contains("prot"), "{}", refused.talk);
    std::fs::remove_file(folder.path().join("data/kura.toml")).expect("removed");
    for (name, value) in [("KURA_HTTP_PORT", "80"), ("KURA_HTTP__PORT", "x"), ("KURA_HTTP__PROT", "80")] {
        let refused = said(Command::new(env!("CARGO_BIN_EXE_kura")).current_dir(folder.path()).env(name, value).args(["user", "list"]));
        assert_eq!(refused.code, Some(1), "{name}={value}");
        assert!(refused.talk.to_lowercase().contains(&name.rsplit('_').next().unwrap_or(name).to_lowercase()), "{}", refused.talk);
    }
    assert_eq!(kura(folder.path(), &["--config", "none.toml", "user", "list"]).code, Some(1));
}

#[test]
fn people_are_managed_from_the_command_line() {
    let folder = initialised();
    let added = kura(folder.path(), &["user", "add", "yamamoto", "--name", "山本", "--role", "editor"]);
    assert!(added.data.starts_with("login: yamamoto\none-time password: "), "{}", added.talk);
    let again = kura(folder.path(), &["user", "add", "yamamoto"]);
    assert_eq!((again.code, again.talk.as_str()), (Some(1), "error: yamamoto exists already\nhint: choose another login\n"));
    assert_eq!(kura(folder.path(), &["user", "deactivate", "yamamoto"]).code, Some(0));
    assert_eq!(
        kura(folder.path(), &["user", "list"]).data,
        "admin\tadministrator\tadmin\thas a one-time password\nyamamoto\teditor\t山本\tshut out\n"
    );
    let last = kura(folder.path(), &["user", "deactivate", "admin"]);
    assert_eq!(last.talk, "error: admin is the last active administrator\nhint: make another administrator first\n");
    let trail: Value = serde_json::from_str(&kura(folder.path(), &["audit", "--json"]).data).expect("JSON");
    let actions: Vec<&str> = trail.as_array().expect("lines").iter().filter_map(|e| e["action"].as_str()).collect();
    assert_eq!(actions, ["person-deactivated", "person-added", "person-added", "collection-added"]);
}

#[test]
fn files_are_queued_even_where_no_model_can_read_them_yet() {
    let folder = initialised();
    std::fs::create_dir(folder.path().join("例規")).expect("made");
    std::fs::write(folder.path().join("例規/a.txt"), "休館日は、月曜日とする。").expect("written");
    let refused = kura(folder.path(), &["ingest", "例規", "--collection", "例規"]);
    assert_eq!(refused.code, Some(1));
    // Models and dictionary are loaded side by side; whichever is missed first is named.
    assert!(refused.talk.contains("error: ") && refused.talk.contains("hint: "), "{}", refused.talk);
    assert_eq!(kura(folder.path(), &["document", "list"]).data, "1\t例規\ta.txt\tqueued\t0 passages\n");
}

#[test]
fn a_reader_who_closes_the_pipe_is_no_error() {
    let folder = initialised();
    let kura = env!("CARGO_BIN_EXE_kura");
    let piped = said(Command::new("sh").current_dir(folder.path()).args(["-c", &format!("'{kura}' user list --json | true")]));
    assert_eq!((piped.code, piped.talk.as_str()), (Some(0), ""));
}
