//! Frames: the four directions in which lines run.
//!
//! Every frame maps the page to (u, v): u runs along the line in reading direction, v runs from one line to the next.
//! Vertical writing (縦書き) is the frame `Down`: u goes down, v goes left. Layout knows only u and v.

use appliance_core::locator::Rect;

/// The direction in which a line runs on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Frame {
    Right,
    Down,
    Left,
    Up,
}

impl Frame {
    /// All frames, in the order in which a page's text is read.
    pub(crate) const ALL: [Self; 4] = [Self::Right, Self::Down, Self::Left, Self::Up];

    /// The frame of a baseline that points along (x, y), y downwards.
    pub(crate) fn of_baseline(x: f64, y: f64) -> Self {
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
        }
    }

    /// A point of the page (y downwards) in the frame.
    pub(crate) fn map(self, x: f64, y: f64) -> (f32, f32) {
        let (u, v) = match self {
            Self::Right => (x, y),
            Self::Down => (y, -x),
            Self::Left => (-x, -y),
            Self::Up => (-y, x),
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
        };
        Rect { x: x.0, y: y.0, width: x.1 - x.0, height: y.1 - y.0 }
    }

    /// Whether a line of the frame runs up or down the page.
    pub(crate) fn vertical(self) -> bool {
        matches!(self, Self::Down | Self::Up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_maps_back() {
        for frame in Frame::ALL {
            let (a, b) = (frame.map(10.0, 20.0), frame.map(40.0, 25.0));
            let rect = frame.rect((a.0.min(b.0), a.0.max(b.0)), (a.1.min(b.1), a.1.max(b.1)));
            assert_eq!(rect, Rect { x: 10.0, y: 20.0, width: 30.0, height: 5.0 });
        }
    }
}
