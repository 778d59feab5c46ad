//! Conversations as they are kept: whose they are, what was asked in them, and how long.
//!
//! A conversation is its owner's alone. What is shown of it is decided anew each time by what the person who looks may see:
//! a source that they may not see is withheld with its words, and so is every sentence that rests on it.

use crate::answer::AnsweredQuestion;
use crate::id::{AnswerId, CollectionId, ConversationId, DocumentId, PassageId};
use crate::validity::Day;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The longest name of a conversation, in characters.
pub const LONGEST_NAME: usize = 120;
/// Documents and places that one conversation may pin.
pub const MOST_PINS: usize = 20;

/// A document, or one passage of it, that goes before all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pin {
    /// The document.
    pub document: DocumentId,
    /// The passage; the whole document when `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<PassageId>,
}

/// What a conversation searches.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Collections to search; all visible ones when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub collections: Vec<CollectionId>,
    /// What goes before all else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<Pin>,
    /// Whether nothing but what is pinned is searched.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub only_pins: bool,
    /// Documents that are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<DocumentId>,
}

/// What a question is kept with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The question that was searched for, where it is not the one typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub searched: Option<String>,
    /// Documents whose words may stand in `searched`: what was answered before came from them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<DocumentId>,
    /// What was searched.
    pub limits: Limits,
}

/// What of an answer the person who looks may not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Withheld {
    /// Sources.
    pub sources: u32,
    /// Sentences that rest on them.
    pub sentences: u32,
    /// Whether the question that was searched for is left out, because words of such a source may stand in it.
    pub searched: bool,
}

impl Withheld {
    /// Whether anything is left out.
    pub fn any(&self) -> bool {
        self.sources > 0 || self.sentences > 0 || self.searched
    }
}

/// Where an answer was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The answer.
    pub answer: AnswerId,
    /// Its conversation.
    pub conversation: ConversationId,
}

/// A conversation in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConversationEntry {
    /// Its id.
    pub id: ConversationId,
    /// The name that it was given, else its first question.
    pub title: String,
    /// Whether it was given a name.
    pub named: bool,
    /// Questions asked in it.
    pub turns: u32,
    /// Whether it stays on top, and is kept without end unless a day is set.
    pub pinned: bool,
    /// When it began.
    pub begun: Timestamp,
    /// When it was last asked in.
    pub changed: Timestamp,
    /// The day through which its owner wants it kept.
    pub keep_until: Option<Day>,
    /// When it goes, as things stand; `None` when it is kept without end.
    pub goes: Option<Timestamp>,
    /// When it was deleted, for one that can still be restored.
    pub deleted: Option<Timestamp>,
    /// Links by which colleagues may read it.
    pub shares: u32,
}

/// A conversation with its questions and answers, as far as the person who looks may see them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conversation {
    /// Its line in the list.
    #[serde(flatten)]
    pub entry: ConversationEntry,
    /// What it searches.
    pub limits: Limits,
    /// The questions and answers, oldest first.
    pub questions: Vec<AnsweredQuestion>,
}

/// A link by which colleagues may read a conversation, each within their own rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// What the link ends with; nobody can guess it.
    pub token: String,
    /// The conversation.
    pub conversation: ConversationId,
    /// Its title.
    pub title: String,
    /// The questions that it shows: those asked before it was made.
    pub turns: u32,
    /// When it was made.
    pub made: Timestamp,
}

/// A conversation as a colleague reads it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SharedConversation {
    /// Who shares it, by name.
    pub owner: String,
    /// The conversation's title.
    pub title: String,
    /// When it was shared.
    pub made: Timestamp,
    /// The questions and answers, oldest first, withheld by the reader's own rights.
    pub questions: Vec<AnsweredQuestion>,
}

/// Which conversations are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryQuery {
    /// Words that must stand in a question or in the name, whatever their form; all conversations when empty.
    pub words: String,
    /// The deleted ones instead of the others.
    pub deleted: bool,
    /// How many to pass over.
    pub offset: usize,
    /// How many to list.
    pub limit: usize,
}

/// What is changed of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConversationChange {
    /// It gets a name; an empty one gives its first question back.
    Rename(String),
    /// It stays on top, or no longer.
    Pin(bool),
    /// It is kept through that day, or as long as the appliance keeps conversations.
    KeepUntil(Option<Day>),
    /// It searches something else from now on.
    Limit(Limits),
    /// It is deleted, and can be restored for some days.
    Delete,
    /// It is restored.
    Restore,
    /// It is gone for good.
    Remove,
}
