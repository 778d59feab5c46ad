//! How a person wants the desk to look. Kept in a cookie: what suits the eyes depends on the screen before them, and the choice
//! holds before anybody signs in.

use crate::dates::Calendar;
use actix_web::HttpRequest;

/// The cookie that keeps it.
pub const DISPLAY_COOKIE: &str = "kura_display";

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the device says.
    #[default]
    Device,
    /// Ink on paper.
    Light,
    /// Light on dark.
    Dark,
}

/// How strongly text and edges stand out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Contrast {
    /// As the device says.
    #[default]
    Device,
    /// As strongly as can be.
    High,
}

/// How large everything is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextSize {
    /// As the browser says.
    #[default]
    Normal,
    /// An eighth larger.
    Large,
    /// A third larger.
    Larger,
}

/// What a person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Display {
    /// Light or dark.
    pub theme: Theme,
    /// How strongly text stands out.
    pub contrast: Contrast,
    /// How large text is.
    pub text: TextSize,
    /// How years are counted; the institution's way when `None`.
    pub calendar: Option<Calendar>,
}

impl Display {
    /// What the request's cookie keeps; what it does not name is as if never chosen.
    pub fn of(req: &HttpRequest) -> Self {
        req.cookie(DISPLAY_COOKIE).map(|c| Self::read(c.value().split('.'))).unwrap_or_default()
    }

    /// The choices among these words.
    pub fn read<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut display = Self::default();
        for word in words {
            match word {
                "light" => display.theme = Theme::Light,
                "dark" => display.theme = Theme::Dark,
                "high" => display.contrast = Contrast::High,
                "large" => display.text = TextSize::Large,
                "larger" => display.text = TextSize::Larger,
                "western" => display.calendar = Some(Calendar::Western),
                "japanese" => display.calendar = Some(Calendar::Japanese),
                _ => {}
            }
        }
        display
    }

    /// The words that [`read`](Self::read) understands, joined for the cookie.
    pub fn written(&self) -> String {
        let words = [self.theme_word(), self.contrast_word(), self.text_word(), self.calendar_word()];
        words.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(".")
    }

    /// The word of the theme; empty for the device's.
    pub fn theme_word(&self) -> &'static str {
        match self.theme {
            Theme::Device => "",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The word of the contrast; empty for the device's.
    pub fn contrast_word(&self) -> &'static str {
        match self.contrast {
            Contrast::Device => "",
            Contrast::High => "high",
        }
    }

    /// The word of the size of text; empty for the browser's.
    pub fn text_word(&self) -> &'static str {
        match self.text {
            TextSize::Normal => "",
            TextSize::Large => "large",
            TextSize::Larger => "larger",
        }
    }

    /// The word of the calendar; empty for the institution's.
    pub fn calendar_word(&self) -> &'static str {
        match self.calendar {
            None => "",
            Some(Calendar::Western) => "western",
            Some(Calendar::Japanese) => "japanese",
        }
    }

    /// What browsers are told to draw their own parts in.
    pub fn color_schemes(&self) -> &'static str {
        match self.theme {
            Theme::Device => "light dark",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// Where the dark colours hold; never on paper. `None` where they hold nowhere.
    pub fn dark_media(&self) -> Option<&'static str> {
        match self.theme {
            Theme::Device => Some("screen and (prefers-color-scheme: dark)"),
            Theme::Light => None,
            Theme::Dark => Some("screen"),
        }
    }

    /// Where the strong contrast holds.
    pub fn contrast_media(&self) -> &'static str {
        match self.contrast {
            Contrast::Device => "(prefers-contrast: more)",
            Contrast::High => "all",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for written in ["", "dark", "light.high", "dark.high.larger.japanese", "large.western"] {
            assert_eq!(Display::read(written.split('.')).written(), written);
        }
        assert_eq!(Display::read("bright.<script>.dark".split('.')), Display { theme: Theme::Dark, ..Display::default() });
    }

    #[test]
    fn paper_stays_light() {
        for words in ["", "dark"] {
            let media = Display::read(words.split('.')).dark_media().unwrap_or_default();
            assert!(media.starts_with("screen"), "{media}");
        }
        assert_eq!(Display::read("light".split('.')).dark_media(), None);
    }
}
