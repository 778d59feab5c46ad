//! Pictures: how much of a page its images cover.

use hayro_interpret::kurbo::{Affine, Rect};

/// Squares along each side of the page that are told apart.
const SIDE: usize = 16;

/// The images of a page, seen as squares of a coarse grid.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Pictures {
    /// A bit for each square, row by row.
    squares: [u16; SIDE],
    pixels: u64,
}

impl Pictures {
    /// Adds an image of that many pixels, placed on a page of that width and height.
    pub(crate) fn add(&mut self, width: u32, height: u32, to_page: Affine, (page_width, page_height): (f64, f64)) {
        self.pixels = self.pixels.saturating_add(u64::from(width) * u64::from(height));
        let area = to_page.transform_rect_bbox(Rect::new(0.0, 0.0, f64::from(width), f64::from(height)));
        let side = SIDE as f64;
        for (row, squares) in self.squares.iter_mut().enumerate() {
            let y = (row as f64 + 0.5) / side * page_height;
            if !(area.y0..=area.y1).contains(&y) {
                continue;
            }
            for column in 0..SIDE {
                let x = (column as f64 + 0.5) / side * page_width;
                *squares |= u16::from((area.x0..=area.x1).contains(&x)) << column;
            }
        }
    }

    /// The share of the page that lies under images, from 0 to 1.
    pub(crate) fn share(&self) -> f32 {
        self.squares.iter().map(|s| s.count_ones()).sum::<u32>() as f32 / (SIDE * SIDE) as f32
    }

    /// Pixels of all images together.
    pub(crate) fn pixels(&self) -> u64 {
        self.pixels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_of_a_scan_cover_the_page_together() {
        let mut pictures = Pictures::default();
        for strip in 0..4 {
            // A strip of 600 x 212 pixels, as hayro places it: from the lower left corner upwards.
            let to_page = Affine::new([1.0, 0.0, 0.0, 1.0, 0.0, f64::from(strip) * 212.0]);
            pictures.add(600, 212, to_page, (595.0, 842.0));
        }
        assert_eq!((pictures.share(), pictures.pixels()), (1.0, 4 * 600 * 212));
        let mut small = Pictures::default();
        small.add(100, 100, Affine::scale(0.5), (595.0, 842.0));
        assert!(small.share() < 0.02);
    }
}
