//! Identifiers as newtypes, so that a document's id cannot stand where a passage's is meant.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A person who can sign in.
    UserId,
    /// People that rules of access speak of as one.
    GroupId,
    /// A set of documents that share rules of access.
    CollectionId,
    /// A document, across its versions.
    DocumentId,
    /// One stored state of a document: a file and what was read from it.
    VersionId,
    /// A passage of one version.
    PassageId,
    /// A unit of ingest work.
    JobId,
    /// A question that was asked, with its answer.
    AnswerId,
    /// What somebody said of an answer.
    FeedbackId,
    /// Questions that follow each other, with their answers.
    ConversationId,
}

/// The SHA-256 of a file, a model or a prompt, in lower-case hexadecimal (64 characters).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentHash(String);

impl ContentHash {
    /// The hash of some bytes held in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_digest(Sha256::digest(bytes).as_slice())
    }

    /// The hash of a finished SHA-256 digest (32 bytes).
    pub fn from_digest(digest: &[u8]) -> Self {
        Self(digest.iter().map(|b| format!("{b:02x}")).collect())
    }

    /// Takes 64 hexadecimal characters; anything else is `None`.
    pub fn parse(hex: &str) -> Option<Self> {
        (hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit())).then(|| Self(hex.to_ascii_lowercase()))
    }

    /// The 64 hexadecimal characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 characters, enough for a person to tell two apart.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
