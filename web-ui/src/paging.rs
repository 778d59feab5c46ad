//! Lists that are shown a part at a time, each part with a link of its own.

use serde::Deserialize;

/// The row from which a list is shown, as links say it.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct From {
    #[serde(default)]
    pub from: usize,
}

/// Some rows of a longer list.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    first: usize,
    rows: usize,
    all: usize,
}

impl Part {
    /// Up to `rows` rows from row `from` (counted from 0) of a list of `all`; the last one where `from` lies behind it.
    pub fn new(from: usize, rows: usize, all: usize) -> Self {
        Self { first: from.min(all.saturating_sub(1)), rows, all }
    }

    /// These rows of the list.
    pub fn of<T>(self, list: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        list.into_iter().skip(self.first).take(self.rows)
    }

    /// The link to the part before it, if there is one; `link` makes one from a first row.
    pub fn previous(self, link: impl FnOnce(usize) -> String) -> Option<String> {
        (self.first > 0).then(|| link(self.first.saturating_sub(self.rows)))
    }

    /// The link to the part behind it, if there is one.
    pub fn next(self, link: impl FnOnce(usize) -> String) -> Option<String> {
        (self.first + self.rows < self.all).then(|| link(self.first + self.rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_list_hold_each_row_once() {
        let rows: Vec<usize> = (0..7).collect();
        let mut from = Some(0);
        let mut seen = Vec::new();
        while let Some(at) = from {
            let part = Part::new(at, 3, rows.len());
            seen.extend(part.of(rows.iter().copied()));
            assert_eq!(part.previous(|row| row.to_string()).is_some(), at > 0);
            from = part.next(|row| row.to_string()).and_then(|row| row.parse().ok());
        }
        assert_eq!(seen, rows);
    }

    #[test]
    fn behind_the_end_stands_the_last_row() {
        let part = Part::new(100, 3, 7);
        assert_eq!(part.of(0..7).collect::<Vec<_>>(), [6]);
        assert_eq!(part.previous(|row| row.to_string()).as_deref(), Some("3"));
        assert!(Part::new(5, 3, 0).of(0..0).next().is_none());
    }
}
