//! Frames: the directions in which lines run.
//!
//! Every frame maps the page to (u, v): u runs along the line in reading direction, v runs from one line to the next.
//! Vertical writing (縦書き) is the frame `Down`: u goes down, v goes left. Stamps across a page (「見本」) are slanted.
//! Layout knows only u and v.

use appliance_core::locator::Rect;
use std::collections::BTreeSet;

/// The direction in which a line runs on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Frame {
    Right,
    Down,
    Left,
    Up,
    /// At that many tenths of a degree, clockwise from `Right`.
    Slanted(i16),
}

/// Baselines this close to an axis (the tangent, about 4 degrees) run along it: scans and stamps are set by hand.
const NEARLY: f64 = 0.07;

impl Frame {
    /// The frames of these glyphs' lines, in the order in which a page's text is read.
    pub(crate) fn present(frames: impl Iterator<Item = Self>) -> Vec<Self> {
        frames.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The frame of a baseline that points along (x, y), y downwards.
    pub(crate) fn of_baseline(x: f64, y: f64) -> Self {
        if x.abs().min(y.abs()) > NEARLY * x.abs().max(y.abs()) {
            return Self::Slanted((y.atan2(x).to_degrees() * 10.0).round() as i16);
        }
        if x.abs() >= y.abs() {
            if x >= 0.0 { Self::Right } else { Self::Left }
        } else if y >= 0.0 {
            Self::Down
        } else {
            Self::Up
        }
    }

    /// The frame of vertical writing whose glyphs stand upright in this frame.
    pub(crate) fn turned(self) -> Self {
        match self {
            Self::Right => Self::Down,
            Self::Down => Self::Left,
            Self::Left => Self::Up,
            Self::Up => Self::Right,
            Self::Slanted(angle) if angle > 900 => Self::Slanted(angle - 2700),
            Self::Slanted(angle) => Self::Slanted(angle + 900),
        }
    }

    /// A point of the page (y downwards) in the frame.
    pub(crate) fn map(self, x: f64, y: f64) -> (f32, f32) {
        let (u, v) = match self {
            Self::Right => (x, y),
            Self::Down => (y, -x),
            Self::Left => (-x, -y),
            Self::Up => (-y, x),
            Self::Slanted(angle) => {
                let (sin, cos) = radians(angle).sin_cos();
                (x * cos + y * sin, y * cos - x * sin)
            }
        };
        (u as f32, v as f32)
    }

    /// A box of the frame as a rectangle of the page.
    pub(crate) fn rect(self, u: (f32, f32), v: (f32, f32)) -> Rect {
        let (x, y) = match self {
            Self::Right => (u, v),
            Self::Down => ((-v.1, -v.0), u),
            Self::Left => ((-u.1, -u.0), (-v.1, -v.0)),
            Self::Up => (v, (-u.1, -u.0)),
            Self::Slanted(angle) => {
                let (sin, cos) = radians(angle).sin_cos();
                let (sin, cos) = (sin as f32, cos as f32);
                let corners = [(u.0, v.0), (u.0, v.1), (u.1, v.0), (u.1, v.1)].map(|(u, v)| (u * cos - v * sin, u * sin + v * cos));
                let range = |of: fn(&(f32, f32)) -> f32| corners.iter().map(of).fold((f32::MAX, f32::MIN), |r, c| (r.0.min(c), r.1.max(c)));
                (range(|c| c.0), range(|c| c.1))
            }
        };
        Rect { x: x.0, y: y.0, width: x.1 - x.0, height: y.1 - y.0 }
    }

    /// Whether a line of the frame runs up or down the page.
    pub(crate) fn vertical(self) -> bool {
        match self {
            Self::Right | Self::Left => false,
            Self::Down | Self::Up => true,
            Self::Slanted(angle) => (450..1350).contains(&angle.abs()),
        }
    }
}

fn radians(tenths: i16) -> f64 {
    (f64::from(tenths) / 10.0).to_radians()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_maps_back() {
        for frame in [Frame::Right, Frame::Down, Frame::Left, Frame::Up] {
            let (a, b) = (frame.map(10.0, 20.0), frame.map(40.0, 25.0));
            let rect = frame.rect((a.0.min(b.0), a.0.max(b.0)), (a.1.min(b.1), a.1.max(b.1)));
            assert_eq!(rect, Rect { x: 10.0, y: 20.0, width: 30.0, height: 5.0 });
        }
    }

    #[test]
    fn slanted_baselines_have_a_frame_of_their_own() {
        assert_eq!(Frame::of_baseline(10.0, 0.3), Frame::Right);
        let frame = Frame::of_baseline(1.0, 1.0);
        assert_eq!(frame, Frame::Slanted(450));
        let (u, v) = frame.map(10.0, 10.0);
        assert!((u - 200.0_f32.sqrt()).abs() < 0.01 && v.abs() < 0.01);
        let rect = frame.rect((0.0, u), (0.0, 0.0));
        assert!((rect.width - 10.0).abs() < 0.01 && (rect.height - 10.0).abs() < 0.01, "{rect:?}");
        assert_eq!(frame.turned().turned().turned().turned(), frame);
    }
}
