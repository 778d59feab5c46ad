//! Text from bytes that arrive in pieces: a Japanese character may be spread over several tokens.

/// Collects bytes and gives out whole characters only.
#[derive(Debug, Default)]
pub(crate) struct Utf8Stream {
    pending: Vec<u8>,
}

impl Utf8Stream {
    /// Adds bytes; returns the characters that are complete. Bytes that can never become one come out as U+FFFD.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let keep = unfinished_tail(&self.pending);
        let complete = self.pending.len() - keep;
        let text = String::from_utf8_lossy(&self.pending[..complete]).into_owned();
        self.pending.drain(..complete);
        text
    }

    /// What is left at the end: nothing, or one U+FFFD for a character that was never finished.
    pub(crate) fn finish(self) -> String {
        String::from_utf8_lossy(&self.pending).into_owned()
    }
}

/// How many bytes at the end could still become a character.
fn unfinished_tail(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => 0,
        Err(first) if first.error_len().is_none() => bytes.len() - first.valid_up_to(),
        // An invalid sequence in the middle; what follows it is looked at by itself.
        Err(first) => unfinished_tail(&bytes[first.valid_up_to() + first.error_len().unwrap_or(1)..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn in_pieces(bytes: &[u8], size: usize) -> String {
        let mut stream = Utf8Stream::default();
        let mut text: String = bytes.chunks(size).map(|piece| stream.push(piece)).collect();
        text.push_str(&stream.finish());
        text
    }

    #[test]
    fn a_character_appears_once_its_last_byte_is_there() {
        let mut stream = Utf8Stream::default();
        let bytes = "蔵".as_bytes();
        assert_eq!(stream.push(&bytes[..1]), "");
        assert_eq!(stream.push(&bytes[1..2]), "");
        assert_eq!(stream.push(&bytes[2..]), "蔵");
        assert_eq!(stream.finish(), "");
    }

    #[test]
    fn bytes_that_are_no_character_become_the_replacement_character() {
        let mut stream = Utf8Stream::default();
        assert_eq!(stream.push(b"a\xffb\xe8"), "a\u{fffd}b");
        assert_eq!(stream.push(b"c"), "\u{fffd}c");
        stream.push("蔵".as_bytes()[..2].as_ref());
        assert_eq!(stream.finish(), "\u{fffd}");
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_give_the_same_text(text in ".*", size in 1_usize..5) {
            prop_assert_eq!(in_pieces(text.as_bytes(), size), text);
        }

        #[test]
        fn any_bytes_give_what_decoding_them_at_once_gives(bytes in prop::collection::vec(any::<u8>(), 0..64), size in 1_usize..5) {
            prop_assert_eq!(in_pieces(&bytes, size), String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}
