//! The stylesheet and the scripts, embedded in the binary and named by their content.

use appliance_core::id::ContentHash;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::HashMap;
use std::io::Write;
use std::sync::LazyLock;

/// A static file.
#[derive(Debug)]
pub struct Asset {
    /// Its bytes.
    pub bytes: &'static [u8],
    /// The same packed with gzip, for browsers that take it; made once, when the first file is asked for. Pages themselves are
    /// not packed: their length would tell what stands beside their secrets.
    pub packed: Option<Vec<u8>>,
    /// Its media type.
    pub media_type: &'static str,
    /// The first characters of its SHA-256.
    pub version: String,
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! assets {
    ($($name:literal: $media:expr),+ $(,)?) => {
        /// All static files: name, bytes, media type.
        const FILES: &[(&str, &[u8], &str)] = &[$(($name, include_bytes!(concat!("../static/", $name)), $media)),+];
    };
}

assets! {
    "desk.css": CSS,
    "dark.css": CSS,
    "contrast.css": CSS,
    "reader.css": CSS,
    "ask.js": SCRIPT,
    "scope.js": SCRIPT,
    "complete.js": SCRIPT,
    "composing.js": SCRIPT,
    "event-stream.js": SCRIPT,
    "evidence.js": SCRIPT,
    "progress.js": SCRIPT,
    "provisional.js": SCRIPT,
    "quotation.js": SCRIPT,
    "trouble.js": SCRIPT,
    "clipboard.js": SCRIPT,
    "copy.js": SCRIPT,
    "feedback.js": SCRIPT,
    "menu.js": SCRIPT,
    "library.js": SCRIPT,
    "reader.js": SCRIPT,
    "page-text.js": SCRIPT,
    "copy-link.js": SCRIPT,
    "kura.svg": "image/svg+xml",
}

static BY_NAME: LazyLock<HashMap<&'static str, Asset>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|&(name, bytes, media_type)| {
            (name, Asset { bytes, packed: packed(bytes), media_type, version: ContentHash::of(bytes).short().to_owned() })
        })
        .collect()
});

/// The bytes as gzip packs them, where that makes them fewer.
fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().filter(|packed| packed.len() < bytes.len())
}

/// The file of that name.
pub fn asset(name: &str) -> Option<&'static Asset> {
    BY_NAME.get(name)
}

/// The address of a file, which changes with its content. A name that does not exist gives a dead link.
pub fn address(name: &str) -> String {
    match asset(name) {
        Some(asset) => format!("/static/{name}?v={}", asset.version),
        None => format!("/static/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_the_content() {
        let address = address("desk.css");
        assert!(address.starts_with("/static/desk.css?v=") && address.len() > 25, "{address}");
    }

    #[test]
    fn nothing_refers_to_another_server() {
        for (name, bytes, _) in FILES {
            let text = String::from_utf8_lossy(bytes).replace("http://www.w3.org/2000/svg", "");
            for foreign in ["http://", "https://", "url(//", "@import", "eval("] {
                assert!(!text.contains(foreign), "{name} holds {foreign}");
            }
        }
    }

    /// Everything that a page loads: what its template names and what the layout names, with what their scripts import.
    fn weight(template: &str) -> usize {
        let layout = include_str!("../templates/layout.html");
        let named = |(name, _, _): &&(&str, &[u8], &str)| [template, layout].iter().any(|t| t.contains(&format!("asset(\"{name}\")")));
        let mut loaded: Vec<&str> = FILES.iter().filter(named).map(|(name, ..)| *name).collect();
        let mut next = 0;
        while let Some(name) = loaded.get(next) {
            let text = asset(name).map(|a| String::from_utf8_lossy(a.bytes)).unwrap_or_default();
            let imported = |(name, ..): &&(&str, &[u8], &str)| text.contains(&format!("\"./{name}\"")) && !loaded.contains(name);
            let more: Vec<&str> = FILES.iter().filter(imported).map(|(name, ..)| *name).collect();
            loaded.extend(more);
            next += 1;
        }
        let sent = |a: &Asset| a.packed.as_ref().map_or(a.bytes.len(), Vec::len);
        template.len() + loaded.iter().filter_map(|name| asset(name)).map(sent).sum::<usize>()
    }

    #[test]
    fn the_first_view_of_every_page_is_light() {
        let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
        for entry in std::fs::read_dir(templates).expect("the templates") {
            let path = entry.expect("a template").path();
            if path.is_dir() {
                continue; // Parts of pages, which load nothing themselves.
            }
            let weight = weight(&std::fs::read_to_string(&path).expect("UTF-8"));
            assert!(weight < 50_000, "{} loads {weight} bytes, which leaves too little of 100 KB for what is on it", path.display());
        }
    }
}
