//! Pictures: a page in shades of grey, measured and straightened before it is read.

/// The side of the squares that are averaged for measuring: 12 pixels a line of 10-point type at 300 dpi.
const REDUCED: usize = 4;
/// Rows of the averaged picture that are taken together: wider than the gap between two characters of 12-point type.
const STROKE: usize = 5;
/// The furthest tilt looked for, in degrees. A sheet that went through a feeder worse than that was scanned again.
const FURTHEST: f32 = 4.0;
/// Tilts under this are left alone: they move the end of a line by less than a third of its height.
const LEAST: f32 = 0.15;

/// Shades of grey, row by row from the top; 0 is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) grey: Vec<u8>,
}

/// Which way the lines of a picture run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Across,
    Down,
}

/// How the lines of a picture lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lie {
    pub(crate) direction: Direction,
    /// Degrees by which the picture is turned clockwise.
    pub(crate) tilt: f32,
}

impl Picture {
    /// A picture from pixels of red, green, blue and alpha, painted on white.
    pub(crate) fn from_rgba(width: usize, height: usize, rgba: &[u8]) -> Self {
        let grey =
            rgba.chunks_exact(4).map(|p| ((u32::from(p[0]) * 77 + u32::from(p[1]) * 150 + u32::from(p[2]) * 29) >> 8) as u8).collect();
        Self { width, height, grey }
    }

    /// The picture as a portable grey map, which tesseract reads from its standard input.
    pub(crate) fn header(&self) -> String {
        format!("P5\n{} {}\n255\n", self.width, self.height)
    }

    /// The shade under which a pixel is ink: the best split of all shades in two (Otsu 1979). `None` for a picture of
    /// hardly any contrast, which shows nothing.
    pub(crate) fn ink_level(&self) -> Option<u8> {
        let mut counts = [0u64; 256];
        for shade in &self.grey {
            counts[usize::from(*shade)] += 1;
        }
        let total: u64 = counts.iter().sum();
        let sum: u64 = counts.iter().enumerate().map(|(i, n)| i as u64 * n).sum();
        let (mut best, mut level) = (0.0, None);
        let (mut below, mut sum_below) = (0u64, 0u64);
        for (shade, count) in counts.iter().enumerate().take(255) {
            below += count;
            sum_below += shade as u64 * count;
            if below == 0 || below == total {
                continue;
            }
            let dark = sum_below as f64 / below as f64;
            let light = (sum - sum_below) as f64 / (total - below) as f64;
            let spread = below as f64 * (total - below) as f64 * (light - dark).powi(2);
            if spread > best && light - dark > 40.0 {
                (best, level) = (spread, Some(shade as u8));
            }
        }
        level
    }

    /// The share of the picture that is ink.
    pub(crate) fn ink(&self) -> f32 {
        let Some(level) = self.ink_level() else { return 0.0 };
        self.grey.iter().filter(|g| **g <= level).count() as f32 / self.grey.len().max(1) as f32
    }

    /// How the lines lie. Seen along its lines a page of text is all peaks and gaps, and the more so the straighter.
    pub(crate) fn lie(&self) -> Lie {
        let small = self.reduced();
        let Some(level) = small.ink_level() else { return Lie { direction: Direction::Across, tilt: 0.0 } };
        let mut points: Vec<(f32, f32)> = Vec::new();
        let (cx, cy) = (small.width as f32 / 2.0, small.height as f32 / 2.0);
        for (row, line) in small.grey.chunks_exact(small.width.max(1)).enumerate() {
            for (column, shade) in line.iter().enumerate() {
                if *shade <= level {
                    points.push((column as f32 - cx, row as f32 - cy));
                }
            }
        }
        // A photograph has no lines; its ink would only take time.
        if points.is_empty() || points.len() * 2 > small.grey.len() {
            return Lie { direction: Direction::Across, tilt: 0.0 };
        }
        let across = best_tilt(&points, small.height, |(x, y), t| y - x * t);
        let down = best_tilt(&points, small.width, |(x, y), t| x + y * t);
        let (direction, tilt) = if down.1 > across.1 * 1.2 { (Direction::Down, down.0) } else { (Direction::Across, across.0) };
        Lie { direction, tilt: if tilt.abs() < LEAST { 0.0 } else { tilt } }
    }

    fn reduced(&self) -> Self {
        let (width, height) = (self.width / REDUCED, self.height / REDUCED);
        let mut grey = Vec::with_capacity(width * height);
        for row in 0..height {
            for column in 0..width {
                let mut sum = 0u32;
                for y in 0..REDUCED {
                    let from = (row * REDUCED + y) * self.width + column * REDUCED;
                    sum += self.grey[from..from + REDUCED].iter().map(|g| u32::from(*g)).sum::<u32>();
                }
                grey.push((sum / (REDUCED * REDUCED) as u32) as u8);
            }
        }
        Self { width, height, grey }
    }

    /// The picture turned counter-clockwise by `degrees` about its middle, in the same frame; what comes in is white.
    pub(crate) fn straightened(&self, degrees: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (cx, cy) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        let mut grey = Vec::with_capacity(self.grey.len());
        for row in 0..self.height {
            let y = row as f32 - cy;
            for column in 0..self.width {
                let x = column as f32 - cx;
                grey.push(self.between(cx + x * cos - y * sin, cy + x * sin + y * cos));
            }
        }
        Self { width: self.width, height: self.height, grey }
    }

    /// The shade at a point between pixels.
    fn between(&self, x: f32, y: f32) -> u8 {
        let (left, top) = (x.floor(), y.floor());
        if left < 0.0 || top < 0.0 || left as usize + 1 >= self.width || top as usize + 1 >= self.height {
            return 255;
        }
        let (fx, fy) = (x - left, y - top);
        let at = top as usize * self.width + left as usize;
        let shade = |i: usize| f32::from(self.grey[i]);
        let upper = shade(at) * (1.0 - fx) + shade(at + 1) * fx;
        let lower = shade(at + self.width) * (1.0 - fx) + shade(at + self.width + 1) * fx;
        (upper * (1.0 - fy) + lower * fy) as u8
    }

    /// The picture turned clockwise by quarters of a circle.
    pub(crate) fn turned(&self, quarters: u8) -> Self {
        let mut turned = self.clone();
        for _ in 0..quarters % 4 {
            let (width, height) = (turned.height, turned.width);
            let mut grey = Vec::with_capacity(width * height);
            for row in 0..height {
                grey.extend((0..width).map(|column| turned.grey[(width - 1 - column) * turned.width + row]));
            }
            turned = Self { width, height, grey };
        }
        turned
    }
}

/// The tilt, in degrees, at which the profile of `along` is sharpest (the largest steps from one row to the next), and how
/// uneven the profile is there: the variance of its rows over their mean, squared. Rows are taken together by the
/// [`STROKE`], so that gaps between lines count and those between the characters of a line do not.
fn best_tilt(points: &[(f32, f32)], rows: usize, along: impl Fn((f32, f32), f32) -> f32) -> (f32, f32) {
    let middle = rows as f32 / 2.0;
    let mut profile = vec![0f32; rows];
    let project = |degrees: f32, profile: &mut [f32]| {
        profile.fill(0.0);
        let slope = degrees.to_radians().tan();
        for point in points {
            let at = along(*point, slope) + middle;
            if at >= 0.0 && (at as usize) < rows {
                profile[at as usize] += 1.0;
            }
        }
        profile.windows(2).map(|p| (p[1] - p[0]).powi(2)).sum::<f32>()
    };
    let mut best = (0.0, project(0.0, &mut profile));
    // First by half degrees, then by twentieths around the best.
    for (around, step, count) in [(0.0, 0.5, (FURTHEST / 0.5) as i32), (f32::NAN, 0.05, 10)] {
        let middle = if around.is_nan() { best.0 } else { around };
        for i in -count..=count {
            let degrees = middle + i as f32 * step;
            let found = project(degrees, &mut profile);
            // A straight page stays as it is when a tilt looks no better.
            if found > best.1 * 1.005 {
                best = (degrees, found);
            }
        }
    }
    project(best.0, &mut profile);
    let smooth: Vec<f32> = profile.windows(STROKE).map(|w| w.iter().sum::<f32>() / STROKE as f32).collect();
    let mean = smooth.iter().sum::<f32>() / smooth.len().max(1) as f32;
    let variance = smooth.iter().map(|s| (s - mean).powi(2)).sum::<f32>() / smooth.len().max(1) as f32;
    (best.0, variance / (mean * mean).max(f32::MIN_POSITIVE))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of strokes, as type is seen from afar.
    fn striped(width: usize, height: usize) -> Picture {
        let mut picture = Picture { width, height, grey: vec![255; width * height] };
        for row in (0..height).filter(|r| r % 48 >= 8 && r % 48 < 40) {
            for column in (80..width - 80).filter(|c| c % 36 < 30 && (c / 7 + row / 9) % 3 != 0) {
                picture.grey[row * width + column] = 20;
            }
        }
        picture
    }

    #[track_caller]
    fn check(picture: &Picture, direction: Direction, tilt: f32) {
        let lie = picture.lie();
        assert!(lie.direction == direction && (lie.tilt - tilt).abs() < 0.16, "{lie:?}, not {direction:?} {tilt}");
    }

    #[test]
    fn lines_are_found_whichever_way_they_run_and_lean() {
        let across = striped(1600, 1200);
        check(&across, Direction::Across, 0.0);
        check(&across.turned(1), Direction::Down, 0.0);
        check(&across.straightened(-1.5), Direction::Across, 1.5);
        check(&across.straightened(2.2), Direction::Across, -2.2);
        check(&across.turned(1).straightened(-1.0), Direction::Down, 1.0);
        check(&across.straightened(-1.5).straightened(1.5), Direction::Across, 0.0);
    }

    #[test]
    fn a_full_turn_changes_nothing() {
        let picture = striped(400, 300);
        assert_eq!(picture.turned(1).turned(3), picture);
        assert_eq!((picture.turned(1).width, picture.turned(1).height), (300, 400));
    }

    #[test]
    fn an_even_picture_has_no_ink() {
        let even = Picture { width: 100, height: 100, grey: (0..10_000).map(|i| 235 + (i % 7) as u8).collect() };
        assert_eq!((even.ink_level(), even.ink()), (None, 0.0));
        assert!(striped(400, 300).ink() > 0.1);
    }
}
