//! Strings that the cells of a workbook share, in one piece of memory.

/// Strings by number.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Adds a string; whether there was room.
    pub(crate) fn push(&mut self, string: &str) -> bool {
        let Ok(end) = u32::try_from(self.text.len() + string.len()) else { return false };
        self.text.push_str(string);
        self.ends.push(end);
        true
    }

    /// The string of that number.
    pub(crate) fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)? as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.text.get(start..end)
    }
}
