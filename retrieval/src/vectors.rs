//! The vectors in memory: one slot a passage, in the order they came, and the exact search over them. Passages whose vector
//! is still to be made are known beside them, so that it is known whose they are.

use crate::in_force::InForce;
use crate::permission::Permission;
use appliance_core::id::{CollectionId, DocumentId, PassageId, VersionId};
use appliance_core::ranking::CosineSimilarity;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

/// Whose vector it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub passage: PassageId,
    pub version: VersionId,
    pub document: DocumentId,
    pub collection: CollectionId,
    /// The days on which it may be found.
    pub days: InForce,
}

/// A place for one vector. A slot is never used twice: what replaces a passage gets a new one.
struct Slot {
    entry: Entry,
    scope: u32,
    live: bool,
}

/// The passages of one document in one collection: what permissions are about.
struct Scope {
    collection: CollectionId,
    document: DocumentId,
    live: usize,
}

/// All vectors. Invariant: slot `i` has the components `values[i * dimension..(i + 1) * dimension]`.
pub(crate) struct Vectors {
    dimension: usize,
    values: Vec<f32>,
    slots: Vec<Slot>,
    places: HashMap<PassageId, u32>,
    versions: HashMap<VersionId, Vec<u32>>,
    scopes: Vec<Scope>,
    scope_ids: HashMap<(CollectionId, DocumentId), u32>,
    /// The living that may be found on some days only.
    dated: BTreeSet<u32>,
    live: usize,
    /// Passages that the lexical leg holds and that have no vector yet.
    bare: HashMap<PassageId, Entry>,
    bare_of: HashMap<VersionId, HashSet<PassageId>>,
}

/// What a query may see, by scope.
pub(crate) struct Sight<'a> {
    scopes: Vec<bool>,
    permission: Permission<'a>,
    /// How many passages that is.
    pub visible: usize,
}

impl Vectors {
    pub fn new(dimension: usize) -> Self {
        Self {
            dimension,
            values: Vec::new(),
            slots: Vec::new(),
            places: HashMap::new(),
            versions: HashMap::new(),
            scopes: Vec::new(),
            scope_ids: HashMap::new(),
            dated: BTreeSet::new(),
            live: 0,
            bare: HashMap::new(),
            bare_of: HashMap::new(),
        }
    }

    /// Slots in use or dead.
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Passages that can be found, with a vector or without.
    pub fn passages(&self) -> usize {
        self.live + self.bare.len()
    }

    /// Passages that can be found by their vector.
    pub fn live(&self) -> usize {
        self.live
    }

    /// The components in a slot.
    pub fn vector(&self, slot: usize) -> &[f32] {
        &self.values[slot * self.dimension..(slot + 1) * self.dimension]
    }

    /// Takes a vector in, in place of the passage's earlier one.
    pub fn put(&mut self, entry: Entry, values: &[f32]) {
        self.forget(entry.passage);
        let place = self.slots.len() as u32;
        let scope = self.scope_of(&entry);
        self.values.extend_from_slice(values);
        self.slots.push(Slot { entry, scope, live: true });
        self.places.insert(entry.passage, place);
        if !entry.days.is_always() {
            self.dated.insert(place);
        }
        self.versions.entry(entry.version).or_default().push(place);
        self.scopes[scope as usize].live += 1;
        self.live += 1;
    }

    /// Takes in a passage whose vector is still to be made, in place of whatever was known of it.
    pub fn put_bare(&mut self, entry: Entry) {
        self.forget(entry.passage);
        self.bare_of.entry(entry.version).or_default().insert(entry.passage);
        self.bare.insert(entry.passage, entry);
    }

    /// Takes in the vector of a passage that waits for it.
    pub fn embed(&mut self, passage: PassageId, values: &[f32]) {
        if let Some(entry) = self.bare.get(&passage).copied() {
            self.put(entry, values);
        }
    }

    /// The document of a passage that can be found, and its components where they are made.
    pub fn of(&self, passage: PassageId) -> Option<(DocumentId, Option<&[f32]>)> {
        match self.places.get(&passage) {
            Some(place) => Some((self.slots[*place as usize].entry.document, Some(self.vector(*place as usize)))),
            None => self.bare.get(&passage).map(|entry| (entry.document, None)),
        }
    }

    /// Forgets every passage of a version.
    pub fn remove_version(&mut self, version: VersionId) {
        for place in self.versions.remove(&version).unwrap_or_default() {
            self.kill(place);
        }
        for passage in self.bare_of.remove(&version).unwrap_or_default() {
            self.bare.remove(&passage);
        }
    }

    fn forget(&mut self, passage: PassageId) {
        if let Some(place) = self.places.get(&passage).copied() {
            self.kill(place);
        }
        let Some(entry) = self.bare.remove(&passage) else { return };
        if let Some(waiting) = self.bare_of.get_mut(&entry.version) {
            waiting.remove(&passage);
            if waiting.is_empty() {
                self.bare_of.remove(&entry.version);
            }
        }
    }

    fn kill(&mut self, place: u32) {
        let slot = &mut self.slots[place as usize];
        if slot.live {
            slot.live = false;
            self.dated.remove(&place);
            self.places.remove(&slot.entry.passage);
            self.scopes[slot.scope as usize].live -= 1;
            self.live -= 1;
        }
    }

    fn scope_of(&mut self, entry: &Entry) -> u32 {
        let Entry { collection, document, .. } = *entry;
        *self.scope_ids.entry((collection, document)).or_insert_with(|| {
            self.scopes.push(Scope { collection, document, live: 0 });
            self.scopes.len() as u32 - 1
        })
    }

    /// What is known of every passage that can be found: those with vectors in the order they came, then the others.
    pub fn entries(&self) -> impl Iterator<Item = (Entry, Option<&[f32]>)> {
        let living = self.slots.iter().enumerate().filter(|(_, s)| s.live).map(|(i, s)| (s.entry, Some(self.vector(i))));
        living.chain(self.bare.values().map(|entry| (*entry, None)))
    }

    /// How many passages a query may see that have no vector yet.
    pub fn bare_seen(&self, permission: Permission<'_>) -> usize {
        let admitted = |passage: &PassageId| permission.admitted().is_none_or(|a| a.contains(passage));
        let seen = |e: &&Entry| permission.allows(e.collection, e.document) && permission.allows_on(e.days) && admitted(&e.passage);
        self.bare.values().filter(seen).count()
    }

    /// What a query may see.
    pub fn sight<'a>(&self, permission: Permission<'a>) -> Sight<'a> {
        let scopes: Vec<bool> = self.scopes.iter().map(|s| s.live > 0 && permission.allows(s.collection, s.document)).collect();
        let visible: usize = self.scopes.iter().zip(&scopes).filter(|(_, seen)| **seen).map(|(s, _)| s.live).sum();
        let out_of_force = |place: &&u32| {
            let slot = &self.slots[**place as usize];
            scopes[slot.scope as usize] && !permission.allows_on(slot.entry.days)
        };
        let visible = visible - self.dated.iter().filter(out_of_force).count();
        Sight { visible: permission.admitted().map_or(visible, |a| a.len().min(visible)), scopes, permission }
    }

    /// The passage in a slot, when it lives and may be seen.
    pub fn seen(&self, sight: &Sight<'_>, slot: usize) -> Option<PassageId> {
        let slot = self.slots.get(slot)?;
        let passage = slot.entry.passage;
        let seen = slot.live && sight.scopes[slot.scope as usize] && sight.permission.allows_on(slot.entry.days);
        (seen && sight.permission.admitted().is_none_or(|a| a.contains(&passage))).then_some(passage)
    }

    /// Compares every visible vector of some slots with `query`; the best `k`, best first, ties by id.
    pub fn nearest_exactly(&self, query: &[f32], sight: &Sight<'_>, slots: Range<usize>, k: usize) -> Vec<(PassageId, CosineSimilarity)> {
        let scored = slots.filter_map(|i| Some((self.seen(sight, i)?, CosineSimilarity(dot(self.vector(i), query)))));
        best(scored.collect(), k)
    }
}

/// The best `k`, best first, ties by id.
pub(crate) fn best(mut scored: Vec<(PassageId, CosineSimilarity)>, k: usize) -> Vec<(PassageId, CosineSimilarity)> {
    let order = |a: &(PassageId, CosineSimilarity), b: &(PassageId, CosineSimilarity)| a.1.descending(&b.1).then(a.0.cmp(&b.0));
    if k == 0 {
        return Vec::new();
    }
    if scored.len() > k {
        scored.select_nth_unstable_by(k - 1, order);
        scored.truncate(k);
    }
    scored.sort_by(order);
    scored
}

/// The inner product, which for unit vectors is the cosine.
///
/// Sixteen sums side by side let the compiler use vector instructions, where one sum would wait for itself at every
/// step: 0.06 µs for 384 components.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0_f32; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    sums.iter().sum::<f32>() + rest
}
