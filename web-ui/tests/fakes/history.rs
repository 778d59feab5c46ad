//! Kept answers and conversations in memory.

use appliance_core::answer::{Answer, AnsweredQuestion};
use appliance_core::conversation::{
    Conversation, ConversationChange, ConversationEntry, HistoryQuery, Kept, Limits, Share, SharedConversation, Withheld,
};
use appliance_core::id::{AnswerId, ConversationId, UserId};
use appliance_core::ports::{Archive, Clock, History, PortError};
use appliance_core::question::Question;
use appliance_core::testing::FixedClock;
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use jiff::Timestamp;
use parking_lot::Mutex;

#[derive(Default)]
pub struct FakeHistory(Mutex<Held>);

#[derive(Default)]
struct Held {
    answers: Vec<AnsweredQuestion>,
    conversations: Vec<(UserId, String, ConversationEntry, Limits)>,
    shares: Vec<Share>,
}

impl Held {
    fn owns(&self, viewer: &Viewer, id: ConversationId) -> bool {
        self.conversations.iter().any(|(user, _, entry, _)| *user == viewer.user() && entry.id == id && entry.deleted.is_none())
    }

    /// The answers of a conversation as a person sees them: sources of other collections are withheld.
    fn answers(&self, viewer: &Viewer, id: ConversationId) -> Vec<AnsweredQuestion> {
        self.answers.iter().filter(|a| a.conversation == id).map(|a| seen(a, viewer)).collect()
    }
}

fn seen(answered: &AnsweredQuestion, viewer: &Viewer) -> AnsweredQuestion {
    let mut seen = answered.clone();
    let sources = seen.answer.sources.len();
    seen.answer.sources.retain(|s| viewer.can_see(s.passage.collection, s.passage.document));
    let left: Vec<u32> = seen.answer.sources.iter().map(|s| s.number).collect();
    let sentences = seen.answer.sentences.len();
    seen.answer.sentences.retain(|s| s.citations.iter().all(|c| left.contains(&c.source)));
    let lost = |before: usize, now: usize| (before - now) as u32;
    seen.withheld =
        Withheld { sources: lost(sources, left.len()), sentences: lost(sentences, seen.answer.sentences.len()), searched: false };
    seen
}

#[async_trait]
impl Archive for FakeHistory {
    async fn keep(&self, viewer: &Viewer, question: &Question, answer: &Answer) -> Result<Kept, PortError> {
        let mut held = self.0.lock();
        let now = FixedClock.now();
        let conversation = match question.conversation.filter(|id| held.owns(viewer, *id)) {
            Some(id) => id,
            None => {
                let id = ConversationId(held.conversations.len() as i64 + 1);
                let entry = ConversationEntry {
                    id,
                    title: question.typed().to_owned(),
                    named: false,
                    turns: 0,
                    pinned: false,
                    begun: now,
                    changed: now,
                    keep_until: None,
                    goes: None,
                    deleted: None,
                    shares: 0,
                };
                held.conversations.push((viewer.user(), viewer.name().to_owned(), entry, question.limits()));
                id
            }
        };
        let id = AnswerId(held.answers.len() as i64 + 1);
        held.answers.push(AnsweredQuestion {
            id,
            conversation,
            question: question.typed().to_owned(),
            searched: question.follows.as_ref().map(|_| question.text().to_owned()),
            limits: question.limits(),
            answer: answer.clone(),
            withheld: Withheld::default(),
            asked: now,
        });
        if let Some(kept) = held.conversations.iter_mut().find(|c| c.2.id == conversation) {
            kept.2.turns += 1;
        }
        Ok(Kept { answer: id, conversation })
    }

    async fn answer(&self, viewer: &Viewer, id: AnswerId) -> Result<Option<AnsweredQuestion>, PortError> {
        let held = self.0.lock();
        Ok(held.answers.iter().find(|a| a.id == id && held.owns(viewer, a.conversation)).map(|a| seen(a, viewer)))
    }

    async fn recent(&self, viewer: &Viewer, limit: u32) -> Result<Vec<(AnswerId, String, Timestamp)>, PortError> {
        let held = self.0.lock();
        let mine = held.answers.iter().rev().filter(|a| held.owns(viewer, a.conversation)).take(limit as usize);
        Ok(mine.map(|a| (a.id, a.question.clone(), a.asked)).collect())
    }
}

#[async_trait]
impl History for FakeHistory {
    async fn conversations(&self, viewer: &Viewer, query: &HistoryQuery) -> Result<Vec<ConversationEntry>, PortError> {
        let held = self.0.lock();
        let mine = held.conversations.iter().rev().filter(|(user, ..)| *user == viewer.user()).map(|(_, _, entry, _)| entry.clone());
        let wanted = |entry: &ConversationEntry| entry.deleted.is_some() == query.deleted && entry.title.contains(&query.words);
        let mut found: Vec<ConversationEntry> = mine.filter(wanted).collect();
        found.sort_by_key(|entry| !entry.pinned);
        Ok(found.into_iter().skip(query.offset).take(query.limit).collect())
    }

    async fn conversation(&self, viewer: &Viewer, id: ConversationId) -> Result<Option<Conversation>, PortError> {
        let held = self.0.lock();
        if !held.owns(viewer, id) {
            return Ok(None);
        }
        let found = held.conversations.iter().find(|(_, _, entry, _)| entry.id == id);
        Ok(found.map(|(_, _, entry, limits)| Conversation {
            entry: entry.clone(),
            limits: limits.clone(),
            questions: held.answers(viewer, id),
        }))
    }

    async fn change(&self, viewer: &Viewer, id: ConversationId, change: ConversationChange) -> Result<bool, PortError> {
        let mut held = self.0.lock();
        let Some(at) = held.conversations.iter().position(|(user, _, entry, _)| *user == viewer.user() && entry.id == id) else {
            return Ok(false);
        };
        let (_, _, entry, kept_limits) = &mut held.conversations[at];
        match change {
            ConversationChange::Rename(name) => (entry.title, entry.named) = (name, true),
            ConversationChange::Pin(pinned) => entry.pinned = pinned,
            ConversationChange::KeepUntil(day) => entry.keep_until = day,
            ConversationChange::Limit(limits) => *kept_limits = limits,
            ConversationChange::Delete => entry.deleted = Some(FixedClock.now()),
            ConversationChange::Restore => entry.deleted = None,
            ConversationChange::Remove => drop(held.conversations.remove(at)),
        }
        Ok(true)
    }

    async fn share(&self, viewer: &Viewer, id: ConversationId) -> Result<Option<Share>, PortError> {
        let mut held = self.0.lock();
        if !held.owns(viewer, id) {
            return Ok(None);
        }
        let turns = held.answers.iter().filter(|a| a.conversation == id).count() as u32;
        let found = held.conversations.iter_mut().find(|(_, _, entry, _)| entry.id == id);
        let title = found.map(|(_, _, entry, _)| entry.title.clone()).unwrap_or_default();
        let token = format!("{:032x}", held.shares.len() + 1);
        let share = Share { token, conversation: id, title, turns, made: FixedClock.now() };
        held.shares.push(share.clone());
        Ok(Some(share))
    }

    async fn shares(&self, viewer: &Viewer) -> Result<Vec<Share>, PortError> {
        let held = self.0.lock();
        Ok(held.shares.iter().filter(|s| held.owns(viewer, s.conversation)).cloned().collect())
    }

    async fn revoke(&self, viewer: &Viewer, token: &str) -> Result<bool, PortError> {
        let mut held = self.0.lock();
        let at = held.shares.iter().position(|s| s.token == token && held.owns(viewer, s.conversation));
        Ok(at.map(|at| held.shares.remove(at)).is_some())
    }

    async fn shared(&self, viewer: &Viewer, token: &str) -> Result<Option<SharedConversation>, PortError> {
        let held = self.0.lock();
        let Some(share) = held.shares.iter().find(|s| s.token == token) else { return Ok(None) };
        let owner = held.conversations.iter().find(|(_, _, entry, _)| entry.id == share.conversation).map(|(_, name, ..)| name.clone());
        Ok(owner.map(|owner| SharedConversation {
            owner,
            title: share.title.clone(),
            made: share.made,
            questions: held.answers(viewer, share.conversation),
        }))
    }
}
