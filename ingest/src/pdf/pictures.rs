//! Pictures: how much of a page its images cover, and how large they say they are.

use hayro_interpret::hayro_syntax::object::{Array, Dict, Name, ObjRef, Stream};
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::{Affine, Rect};
use std::collections::HashSet;

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

/// Forms in forms that are looked through for images, and objects in all.
const DEPTH: usize = 8;
const MOST: usize = 4_000;

/// Pixels of the largest image that a page may draw, by what its dictionaries say: memory is taken for that many before
/// the first of them is decoded.
pub(crate) fn largest(page: &Page<'_>) -> u64 {
    largest_of(&page.resources().x_objects, DEPTH, &mut HashSet::new())
}

fn largest_of(objects: &Dict<'_>, depth: usize, seen: &mut HashSet<ObjRef>) -> u64 {
    let mut largest = 0;
    for (name, _) in objects.entries() {
        let Some(reference) = objects.get_ref(&*name) else { continue };
        if seen.len() >= MOST || !seen.insert(reference) {
            continue;
        }
        let Some(object) = objects.get::<Stream<'_>>(&*name) else { continue };
        let dict = object.dict();
        let within = match dict.get::<Name<'_>>("Subtype").as_deref() {
            Some(b"Image") => pixels(dict).max(dict.get::<Stream<'_>>("SMask").map_or(0, |mask| pixels(mask.dict()))),
            Some(b"Form") if depth > 0 => {
                let inner = dict.get::<Dict<'_>>("Resources").and_then(|r| r.get::<Dict<'_>>("XObject"));
                inner.map_or(0, |inner| largest_of(&inner, depth - 1, seen))
            }
            _ => 0,
        };
        largest = largest.max(within);
    }
    largest
}

/// Pixels of an image; those of a fax are as many columns wide as its decoder is told.
fn pixels(image: &Dict<'_>) -> u64 {
    let number = |dict: &Dict<'_>, key: &str| dict.get::<usize>(key).map_or(0, |n| n as u64);
    let alone = image.get::<Dict<'_>>("DecodeParms").into_iter();
    let several = image.get::<Array<'_>>("DecodeParms");
    let parameters: Vec<Dict<'_>> = alone.chain(several.iter().flat_map(Array::iter::<Dict<'_>>)).collect();
    let most = |key: &str| parameters.iter().map(|p| number(p, key)).max().unwrap_or(0);
    let (width, height) = (number(image, "Width").max(most("Columns")), number(image, "Height").max(most("Rows")));
    width.saturating_mul(height)
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
