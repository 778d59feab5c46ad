//! Pages as pixels.

use super::{opening, pictures};
use crate::reader::FONT_FOLDERS;
use crate::shield;
use appliance_core::document::PageImage;
use hayro::hayro_interpret::font::{FontData, FontQuery};
use hayro::hayro_interpret::hayro_syntax::page::Page;
use hayro::hayro_interpret::{FontResolverFn, InterpreterSettings};
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Pixels along the longer side of an image; a larger scale is brought down to it.
const MOST_PIXELS: f32 = 8_000.0;

/// Pixels of one image above which a page is not drawn: decoders take memory for what an image says it is.
const MOST_IMAGE_PIXELS: u64 = 150_000_000;

/// Fonts of the machine, for text whose fonts a file does not embed.
#[derive(Clone)]
pub(crate) struct Fonts(Arc<Shelf>);

struct Shelf {
    gothic: Option<PathBuf>,
    mincho: Option<PathBuf>,
    // Read on first use: an IPA font takes 6 MB, a Noto collection 20.
    loaded: Mutex<Vec<(PathBuf, FontData)>>,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts").field("gothic", &self.0.gothic).field("mincho", &self.0.mincho).finish_non_exhaustive()
    }
}

/// Names of Japanese fonts in Debian's packages, best first.
const GOTHIC: [&str; 6] =
    ["ipaexg.ttf", "ipag.ttf", "ipagp.ttf", "NotoSansCJK-Regular.ttc", "fonts-japanese-gothic.ttf", "DroidSansFallbackFull.ttf"];
const MINCHO: [&str; 5] = ["ipaexm.ttf", "ipam.ttf", "ipamp.ttf", "NotoSerifCJK-Regular.ttc", "fonts-japanese-mincho.ttf"];

impl Fonts {
    /// Japanese fonts where Debian's packages put them.
    pub(crate) fn of_the_machine() -> Self {
        Self::under(&FONT_FOLDERS.map(PathBuf::from))
    }

    /// Japanese fonts found under the folders.
    pub(crate) fn under(folders: &[PathBuf]) -> Self {
        let mut found = Vec::new();
        for folder in folders {
            list(folder, 4, &mut found);
        }
        let first = |names: &[&str]| names.iter().find_map(|n| found.iter().find(|p| p.file_name().is_some_and(|f| f == *n)).cloned());
        let (gothic, mincho) = (first(&GOTHIC), first(&MINCHO));
        Self(Arc::new(Shelf { mincho: mincho.clone().or_else(|| gothic.clone()), gothic: gothic.or(mincho), loaded: Mutex::default() }))
    }

    /// A font of one face for running Japanese text. Collections are left out: a program that embeds a font wants one.
    pub(crate) fn for_print() -> Option<PathBuf> {
        let mut found = Vec::new();
        FONT_FOLDERS.iter().for_each(|folder| list(Path::new(folder), 4, &mut found));
        let single = GOTHIC.iter().chain(&MINCHO).filter(|name| name.ends_with(".ttf"));
        single.filter_map(|name| found.iter().find(|p| p.file_name().is_some_and(|f| f == *name))).next().cloned()
    }

    fn resolver(&self) -> FontResolverFn {
        let shelf = Arc::clone(&self.0);
        Arc::new(move |query| match query {
            FontQuery::Standard(standard) => Some(standard.get_font_data()),
            FontQuery::Fallback(wanted) => {
                let name = wanted.post_script_name.clone().unwrap_or_default().to_lowercase();
                let japanese =
                    wanted.character_collection.is_some() || name.contains("mincho") || name.contains("gothic") || !name.is_ascii();
                let serif = wanted.is_serif
                    || name.contains("mincho")
                    || name.contains("ryumin")
                    || name.contains("明朝")
                    || name.contains("serif");
                let file = if serif { shelf.mincho.as_ref() } else { shelf.gothic.as_ref() };
                let own = if japanese { file.and_then(|f| shelf.load(f)) } else { None };
                own.map(|data| (data, 0)).or_else(|| Some(wanted.pick_standard_font().get_font_data()))
            }
        })
    }
}

impl Shelf {
    fn load(&self, file: &Path) -> Option<FontData> {
        let mut loaded = self.loaded.lock().ok()?;
        if let Some((_, data)) = loaded.iter().find(|(path, _)| path == file) {
            return Some(Arc::clone(data));
        }
        let data: FontData = Arc::new(std::fs::read(file).ok()?);
        loaded.push((file.to_owned(), Arc::clone(&data)));
        Some(data)
    }
}

fn list(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if depth > 0 {
                list(&path, depth - 1, found);
            }
        } else {
            found.push(path);
        }
    }
    found.sort();
}

/// Renders page `number` (from 1) at `scale` pixels a point; `None` when there is no such page.
pub(crate) fn render_page(bytes: &Arc<Vec<u8>>, number: u32, scale: f32, fonts: &Fonts) -> Result<Option<PageImage>, String> {
    let pdf = opening::open_plain(bytes).map_err(|e| e.named("the file").to_string())?;
    let Some(page) = (number as usize).checked_sub(1).and_then(|i| pdf.pages().get(i)) else { return Ok(None) };
    let (width, height) = page.render_dimensions();
    let longest = width.max(height).max(1.0);
    let scale = if scale.is_finite() { scale.clamp(0.05, 10.0) } else { 1.0 }.min(MOST_PIXELS / longest);
    let pixmap = draw(page, scale, fonts)?;
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let png = pixmap.into_png().map_err(|e| e.to_string())?;
    Ok(Some(PageImage { png, width, height }))
}

/// Draws a page on white at `scale` pixels a point.
pub(crate) fn draw<'a>(page: &'a Page<'a>, scale: f32, fonts: &Fonts) -> Result<Pixmap, String> {
    let largest = shield::shielded(|| pictures::largest(page))?;
    if largest > MOST_IMAGE_PIXELS {
        return Err(format!("it holds an image of {} million pixels", largest / 1_000_000));
    }
    shield::shielded(|| {
        let settings = InterpreterSettings { font_resolver: fonts.resolver(), ..InterpreterSettings::default() };
        let pixels = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        hayro::render(page, &RenderCache::new(), &settings, &RenderSettings::default(), &pixels)
    })
}
