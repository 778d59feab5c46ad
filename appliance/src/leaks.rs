//! The leak test: thousands of random combinations of rules, people and questions, over the real catalog, the real index,
//! typing help, jumps, answers and kept answers. What each person may see is reckoned here a second time, from rules kept
//! beside the catalog's.
//!
//! Every document has two words of its own: a name (`m017`) that questions may hold, and a word of its text (`x017`) that no
//! question ever holds. Whatever comes back is searched for both.

mod trash;

use crate::catalog::LOCAL_OPERATOR;
use crate::catalog::tests::{Trial, upload_to};
use crate::typing_help::CatalogTypingHelp;
use appliance_core::access::{DocumentRule, Principal, Sight};
use appliance_core::asking::{self, Asking, AskingPolicy};
use appliance_core::completion::{OfferKind, Sharing};
use appliance_core::document::{Document, Format, Parsed, Reading};
use appliance_core::id::{AnswerId, CollectionId, DocumentId, GroupId, UserId};
use appliance_core::ingesting::{Backlog, Ingesting, ingest};
use appliance_core::jumping;
use appliance_core::locator::{Locator, Place, Span};
use appliance_core::passage::Passage;
use appliance_core::ports::catalog::{Accepted, NewPerson};
use appliance_core::ports::reader::{ParseError, SourceFile, Watch};
use appliance_core::ports::{AccessRules, Archive, Embedder, Generator, IngestLog, Parser, PassageIndex, PassageStore, People, TypingHelp};
use appliance_core::question::Question;
use appliance_core::ranking::HybridQuery;
use appliance_core::testing::{FixedClock, HashEmbedder, ScriptedGenerator};
use appliance_core::viewer::{Role, Viewer};
use retrieval::{Analyzer, HybridIndex, IndexSettings};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

const ROUNDS: u64 = 260;
/// People and questions tried under one state of the rules.
const TRIES: u64 = 40;
const DOCUMENTS: usize = 48;
const COLLECTIONS: usize = 6;
const PEOPLE: usize = 9;
const GROUPS: usize = 4;
const PASSAGES: u64 = 3;
/// Articles: each document has three that follow each other.
const ARTICLES: usize = 9;

/// A small generator (Steele, Lea and Flood 2014, SplitMix64): the same combinations in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }
}

fn title(document: usize) -> String {
    format!("みなと市{}M{document:03}条例", ["手数料", "施設", "図書館"][document % 3])
}

fn article(document: usize, n: usize) -> usize {
    1 + (document + n) % ARTICLES
}

/// Reads a file that holds nothing but a document's number.
struct Numbered;

impl Parser for Numbered {
    fn read(&self, file: &SourceFile, _: &Watch) -> Result<Reading, ParseError> {
        let document: usize = std::fs::read_to_string(&file.path).unwrap().parse().unwrap();
        let mut text = String::new();
        let mut passages = Vec::new();
        for n in 0..PASSAGES as usize {
            let article = article(document, n);
            let start = text.len();
            text.push_str(&format!("第{article}条　施設の手数料は、X{document:03}について{}円とする。", 100 + document * 7 + n));
            let locator = Locator { span: Span::new(start, text.len()), place: Place::Text { first_line: 1, last_line: 1 } };
            let heading_path = vec![format!("第{article}条（M{document:03}の手数料）")];
            passages.push(Passage { ordinal: n as u32, heading_path, text: text[start..].to_owned(), locator, recognised: None });
        }
        let document =
            Document { format: Format::Text, title: title(document), text, blocks: Vec::new(), pages: Vec::new(), sheets: Vec::new() };
        Ok(Reading { parsed: Parsed { document, warnings: Vec::new() }, passages })
    }
}

/// The rules once more, as sets.
#[derive(Default)]
struct Rules {
    open: BTreeSet<(usize, Principal)>,
    documents: BTreeMap<(usize, Principal), DocumentRule>,
    members: BTreeSet<(usize, usize)>,
}

/// The appliance's parts over one library.
struct Bench {
    trial: Trial,
    index: Arc<HybridIndex>,
    typing: CatalogTypingHelp,
    asking: Vec<Asking>,
    collections: Vec<CollectionId>,
    documents: Vec<DocumentId>,
    people: Vec<(UserId, String, Role)>,
    groups: Vec<GroupId>,
    rules: Rules,
    /// Documents in the trash.
    trashed: BTreeSet<usize>,
    random: Random,
    /// The documents of each kept answer, by its question.
    kept: HashMap<String, Vec<BTreeSet<usize>>>,
    answers: Vec<(usize, AnswerId)>,
}

/// A dictionary of next to nothing: every word is unknown to it, and the index lives by character pairs.
fn analyzer() -> Analyzer {
    let folder = tempfile::tempdir().unwrap();
    let noun = [0xcc, 0xbe, 0xbb, 0xec];
    let line = |before: &str| [before.as_bytes(), &noun, b",*,*,*,*,*,*\n"].concat();
    std::fs::write(folder.path().join("Noun.csv"), line("kura,0,0,100,")).unwrap();
    std::fs::write(folder.path().join("unk.def"), line("DEFAULT,0,0,5000,")).unwrap();
    std::fs::write(folder.path().join("char.def"), "DEFAULT 1 1 0\n").unwrap();
    std::fs::write(folder.path().join("matrix.def"), "1 1\n0 0 0\n").unwrap();
    let dictionary = folder.path().join("tiny.dic");
    retrieval::dictionary::compile(folder.path(), &dictionary).unwrap();
    Analyzer::from_dictionary(&dictionary).unwrap()
}

impl Bench {
    async fn new() -> Self {
        let trial = Trial::new().await;
        let embedder = Arc::new(HashEmbedder::new());
        let folder = trial.folder.path().join("index");
        let index = HybridIndex::open(&folder, analyzer(), embedder.identity(), embedder.dimension(), IndexSettings::default()).unwrap();
        let index = Arc::new(index);
        let catalog = trial.catalog.clone();
        let asking = |generator: Option<Arc<dyn Generator>>| Asking {
            index: Arc::clone(&index) as _,
            passages: Arc::new(catalog.clone()),
            embedder: Arc::clone(&embedder) as _,
            generator,
            reranker: None,
            clock: Arc::new(FixedClock),
            policy: AskingPolicy::default(),
        };
        // Models that say what is not theirs to say.
        let grounded = ScriptedGenerator::grounded(" X017について219円[1]\n根拠[1]: 「施設の手数料は、X017について219円とする。」");
        let chat = ScriptedGenerator::chat("手数料は219円です[1]。X017のことも定めています[2]。");
        let mut bench = Self {
            typing: CatalogTypingHelp::new(trial.catalog.clone(), Sharing::Colleagues),
            asking: vec![asking(None), asking(Some(Arc::new(grounded))), asking(Some(Arc::new(chat)))],
            collections: Vec::new(),
            documents: Vec::new(),
            people: Vec::new(),
            groups: Vec::new(),
            rules: Rules::default(),
            trashed: BTreeSet::new(),
            random: Random(20_260_401),
            kept: HashMap::new(),
            answers: Vec::new(),
            index,
            trial,
        };
        bench.furnish(embedder).await;
        bench
    }

    async fn furnish(&mut self, embedder: Arc<HashEmbedder>) {
        let catalog = &self.trial.catalog;
        for n in 0..COLLECTIONS {
            self.collections.push(catalog.add_collection(&format!("分類{n}"), &[]).await.unwrap());
        }
        for n in 0..PEOPLE {
            let (login, role) = (format!("p{n}"), [Role::Reader, Role::Reader, Role::Editor][n % 3]);
            let role = if n == 0 { Role::Administrator } else { role };
            catalog.add_person(NewPerson { login: login.clone(), name: login.clone(), role }).await.unwrap();
            self.people.push((catalog.person(&login).await.unwrap().unwrap().id, login, role));
        }
        for n in 0..GROUPS {
            self.groups.push(catalog.found_group(LOCAL_OPERATOR, &format!("課{n}")).await.unwrap().unwrap());
        }
        let operator = catalog.local_operator().await.unwrap();
        let ingesting = Ingesting {
            parser: Arc::new(Numbered),
            embedder,
            index: Arc::clone(&self.index) as _,
            log: Arc::new(catalog.clone()),
            embeddings: Arc::new(catalog.clone()),
            hold_below: 0.0,
        };
        for n in 0..DOCUMENTS {
            let upload = upload_to(&self.trial, self.collections[n % COLLECTIONS], &format!("{n}.txt"), &n.to_string());
            let Accepted::Queued { document, .. } = catalog.accept(&operator, upload).await.unwrap() else { panic!("new") };
            let job = catalog.next_job().await.unwrap().unwrap();
            ingest(&ingesting, &job).await.unwrap();
            self.documents.push(document);
        }
        let mut backlog = Backlog::default();
        while let Some(step) = backlog.make(&ingesting).await.unwrap() {
            backlog.bring(&ingesting, step).await.unwrap();
        }
    }

    fn principal(&mut self) -> (Principal, Principal) {
        let (real, own) = match self.random.below(8) {
            0 => (Principal::Everyone, Principal::Everyone),
            1 => (Principal::Role(Role::Reader), Principal::Role(Role::Reader)),
            2 => (Principal::Role(Role::Editor), Principal::Role(Role::Editor)),
            3..=5 => {
                let n = self.random.below(GROUPS);
                (Principal::Group(self.groups[n]), Principal::Group(GroupId(n as i64)))
            }
            _ => {
                let n = self.random.below(PEOPLE);
                (Principal::User(self.people[n].0), Principal::User(UserId(n as i64)))
            }
        };
        (real, own)
    }

    /// One change of the rules, in the catalog and beside it.
    async fn change(&mut self) {
        let (real, own) = self.principal();
        let catalog = self.trial.catalog.clone();
        match self.random.below(5) {
            0 => {
                let n = self.random.below(COLLECTIONS);
                assert!(catalog.open_collection(LOCAL_OPERATOR, self.collections[n], real).await.unwrap());
                self.rules.open.insert((n, own));
            }
            // Closed more often than opened: few people see much.
            1 => {
                let open: Vec<(usize, Principal)> = self.rules.open.iter().copied().collect();
                let Some((n, own)) = open.get(self.random.below(open.len().max(1))).copied() else { return };
                let real = self.real(own);
                assert!(catalog.close_collection(LOCAL_OPERATOR, self.collections[n], real).await.unwrap());
                self.rules.open.remove(&(n, own));
            }
            2 | 3 => {
                let n = self.random.below(DOCUMENTS);
                let rule = [Some(DocumentRule::Hide), Some(DocumentRule::Grant), None][self.random.below(3)];
                assert!(catalog.set_document_rule(LOCAL_OPERATOR, self.documents[n], real, rule).await.unwrap());
                match rule {
                    Some(rule) => drop(self.rules.documents.insert((n, own), rule)),
                    None => drop(self.rules.documents.remove(&(n, own))),
                }
            }
            _ => {
                let n = self.random.below(GROUPS);
                let members: Vec<usize> = (0..PEOPLE).filter(|_| self.random.below(3) == 0).collect();
                let ids = members.iter().map(|p| self.people[*p].0).collect();
                assert!(catalog.set_group_members(LOCAL_OPERATOR, self.groups[n], &ids).await.unwrap());
                self.rules.members.retain(|(group, _)| *group != n);
                self.rules.members.extend(members.into_iter().map(|p| (n, p)));
            }
        }
    }

    /// The catalog's principal for one of ours, which number people and groups from 0.
    fn real(&self, own: Principal) -> Principal {
        match own {
            Principal::Group(n) => Principal::Group(self.groups[n.0 as usize]),
            Principal::User(n) => Principal::User(self.people[n.0 as usize].0),
            other => other,
        }
    }

    /// The documents that a person may see, by the rules beside the catalog.
    fn visible(&self, person: usize) -> BTreeSet<usize> {
        let is = |principal: &Principal| match principal {
            Principal::Everyone => true,
            Principal::Role(role) => *role == self.people[person].2,
            Principal::Group(n) => self.rules.members.contains(&(n.0 as usize, person)),
            Principal::User(n) => n.0 as usize == person,
        };
        let ruled =
            |document: usize, rule: DocumentRule| self.rules.documents.iter().any(|((d, p), r)| *d == document && is(p) && *r == rule);
        let sees = |document: &usize| {
            let open = self.rules.open.iter().any(|(c, p)| *c == document % COLLECTIONS && is(p));
            let administers = self.people[person].2 == Role::Administrator;
            administers || ruled(*document, DocumentRule::Grant) || open && !ruled(*document, DocumentRule::Hide)
        };
        (0..DOCUMENTS).filter(|d| !self.trashed.contains(d)).filter(sees).collect()
    }

    /// A question, and the document whose name it holds.
    fn question(&mut self) -> (String, Option<usize>) {
        let document = self.random.below(DOCUMENTS);
        let article = 1 + self.random.below(ARTICLES + 2);
        match self.random.below(7) {
            0 => (format!("{}第{article}条", title(document)), Some(document)),
            1 => (format!("{}の施設の手数料はいくらですか", title(document)), Some(document)),
            2 => (format!("M{document:03}条例第{article}条から第{}条まで", article + 2), Some(document)),
            3 => (format!("第{article}条"), None),
            4 => (format!("第{article}条の施設の手数料はいくらですか"), None),
            5 => (format!("施設の手数料は{}円ですか", 100 + self.random.below(400)), None),
            _ => ("施設の手数料はいくらですか".to_owned(), None),
        }
    }

    /// The number of a document of the catalog.
    fn number(&self, document: DocumentId) -> usize {
        self.documents.iter().position(|d| *d == document).expect("a document of the library")
    }
}

/// Fails when a text holds a word of a document that may not be seen; the name that was typed may come back.
#[track_caller]
fn check(shown: &str, seen: &BTreeSet<usize>, typed: Option<usize>, what: &str) {
    let bytes = shown.as_bytes();
    for (at, window) in bytes.windows(4).enumerate() {
        let marked = matches!(window[0], b'M' | b'm' | b'X' | b'x') && window[1..].iter().all(u8::is_ascii_digit);
        let Some(document) = shown.get(at + 1..at + 4).filter(|_| marked).and_then(|n| n.parse::<usize>().ok()) else { continue };
        let echo = typed == Some(document) && matches!(window[0], b'M' | b'm');
        assert!(echo || seen.contains(&document), "{what} shows document {document}, which is hidden: {shown}");
    }
}

fn shown(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_invisible_is_ever_shown() {
    let mut bench = Bench::new().await;
    let (mut combinations, mut found, mut offered, mut led, mut answered, mut revoked) = (0, 0, 0, 0, 0, 0);
    for _ in 0..ROUNDS {
        let before: Vec<BTreeSet<usize>> = (0..PEOPLE).map(|p| bench.visible(p)).collect();
        for _ in 0..3 {
            bench.change().await;
        }
        // As at the first request after the change.
        let mut viewers = Vec::with_capacity(PEOPLE);
        for (_, login, _) in &bench.people {
            viewers.push(bench.trial.catalog.viewer_for(login).await.unwrap().unwrap());
        }
        for turn in 0..TRIES {
            let person = bench.random.below(PEOPLE);
            let (question, typed) = bench.question();
            let seen = bench.visible(person);
            revoked += before[person].difference(&seen).count();
            let viewer = viewers[person].clone();
            for (n, id) in bench.documents.iter().enumerate() {
                assert_eq!(viewer.can_see(bench.collections[n % COLLECTIONS], *id), seen.contains(&n), "document {n} for person {person}");
            }
            combinations += 1;
            match turn % 8 {
                0 | 4 => led += jump(&bench, &viewer, &seen, &question, typed).await,
                1 => answered += ask(&mut bench, &viewer, person, &seen, &question, typed).await,
                2 => list(&bench, &viewer, &seen).await,
                3 => look_back(&bench).await,
                5 => found += search(&bench, &viewer, &seen, &question, typed).await,
                _ => offered += complete(&bench, &viewer, person, &seen, &question).await,
            }
        }
    }
    assert!(combinations >= 10_000, "{combinations}");
    let tried = [found, offered, led, answered, revoked];
    assert!(tried.iter().all(|n| *n > 300), "everything was tried: {tried:?}");
}

async fn complete(bench: &Bench, viewer: &Viewer, person: usize, seen: &BTreeSet<usize>, question: &str) -> usize {
    let part: String = question.chars().take(3 + question.chars().count() % 12).collect();
    let offers = bench.typing.complete(viewer, &[], &part, 8).await.unwrap();
    for offer in &offers {
        if offer.kind != OfferKind::Question {
            // What was typed is no excuse here: an offer says that the document exists.
            check(&shown(offer), seen, None, "typing help");
            continue;
        }
        let answers = bench.kept.get(&offer.text).unwrap_or_else(|| panic!("{} was never asked", offer.text));
        assert!(answers.iter().any(|documents| documents.is_subset(seen)), "person {person} is offered {:?}", offer.text);
    }
    offers.len()
}

async fn search(bench: &Bench, viewer: &Viewer, seen: &BTreeSet<usize>, question: &str, typed: Option<usize>) -> usize {
    let asked = Question::new(question).unwrap();
    let mut query = HybridQuery::new(viewer, &asked, HashEmbedder::vector(question), 10);
    query.explain = true;
    let mut ranking = bench.index.search(query).await.unwrap();
    let explanation = ranking.explanation.as_ref().unwrap();
    assert_eq!(explanation.visible, seen.len() as u64 * PASSAGES, "the count says nothing of the hidden");
    assert_eq!(ranking.passages.len() as u64, 10.min(seen.len() as u64 * PASSAGES), "what is visible comes back");
    let ids: Vec<_> = ranking.passages.iter().map(|p| p.passage).collect();
    let passages = bench.trial.catalog.visible_passages(viewer, &ids).await.unwrap();
    assert_eq!(passages.len(), ids.len(), "the index shows nothing that the catalog would hide");
    check(&shown(&passages), seen, None, "a search");
    // The question's own pairs come back with their weights.
    ranking.terms.clear();
    check(&shown(&ranking), seen, typed, "an explanation");
    passages.len()
}

async fn jump(bench: &Bench, viewer: &Viewer, seen: &BTreeSet<usize>, question: &str, typed: Option<usize>) -> usize {
    let destinations = jumping::jump(&bench.asking[0], viewer, &Question::new(question).unwrap()).await.unwrap();
    let destinations = destinations.unwrap_or_default();
    for destination in &destinations {
        check(&format!("{:?}", destination.ways), seen, None, "a jump");
        check(&format!("{destination:?}"), seen, typed, "a jump");
    }
    destinations.len()
}

async fn ask(bench: &mut Bench, viewer: &Viewer, person: usize, seen: &BTreeSet<usize>, question: &str, typed: Option<usize>) -> usize {
    let asking = bench.asking[bench.random.below(bench.asking.len())].clone();
    let asked = Question::new(question).unwrap();
    let (sender, mut events) = tokio::sync::mpsc::channel(64);
    let work = async {
        let answer = asking::ask(&asking, viewer, &asked, &sender).await.unwrap();
        drop(sender);
        answer
    };
    let (answer, ()) = tokio::join!(work, async {
        while let Some(event) = events.recv().await {
            // What a model says is struck out or shown after the check; what it was shown are the sources.
            if let asking::AskEvent::Sources { sources } = event {
                check(&shown(&sources), seen, None, "the sources of an answer");
            }
        }
    });
    check(&shown(&answer.sources), seen, None, "an answer");
    for sentence in answer.sentences.iter().filter(|s| s.support == appliance_core::answer::Support::Supported) {
        check(&sentence.text, seen, typed, "a supported sentence");
    }
    let id = bench.trial.catalog.keep(viewer, &asked, &answer).await.unwrap().answer;
    let documents: BTreeSet<usize> = answer.sources.iter().map(|s| bench.number(s.passage.document)).collect();
    assert!(documents.is_subset(seen));
    bench.kept.entry(asked.text().to_owned()).or_default().push(documents);
    bench.answers.push((person, id));
    1
}

/// Lists and their counts.
async fn list(bench: &Bench, viewer: &Viewer, seen: &BTreeSet<usize>) {
    let catalog = &bench.trial.catalog;
    let listed: BTreeSet<usize> = catalog.visible_documents(viewer).await.unwrap().iter().map(|e| bench.number(e.id)).collect();
    assert_eq!(&listed, seen);
    for entry in catalog.visible_collections(viewer).await.unwrap() {
        let Some(n) = bench.collections.iter().position(|c| *c == entry.id) else { continue };
        let many = seen.iter().filter(|d| *d % COLLECTIONS == n).count();
        assert_eq!(entry.documents, many as u64, "the count of {}", entry.name);
    }
    // What administrators are told of a document agrees with what people see of it.
    let operator = catalog.local_operator().await.unwrap();
    let n = seen.len() % DOCUMENTS;
    let rules = catalog.document_rules(&operator, bench.documents[n]).await.unwrap();
    assert_eq!(rules.is_none(), bench.trashed.contains(&n), "rules of what lies in the trash are nobody's business");
    let Some(rules) = rules else { return };
    for (person, (id, ..)) in bench.people.iter().enumerate() {
        let told: Sight = rules.people.iter().find(|(p, _)| p.id == *id).unwrap().1;
        assert_eq!(told.sees(), bench.visible(person).contains(&n), "{told:?} for person {person}, document {n}");
    }
}

/// An answer that was kept, looked at again by whoever asked, with the rights of now.
async fn look_back(bench: &Bench) {
    let Some((person, id)) = bench.answers.get(bench.answers.len() / 2).copied() else { return };
    let viewer = bench.trial.catalog.viewer_for(&bench.people[person].1).await.unwrap().unwrap();
    let kept = bench.trial.catalog.answer(&viewer, id).await.unwrap().unwrap();
    check(&shown(&kept.answer.sources), &bench.visible(person), None, "a kept answer");
    let (_, other, _) = &bench.people[(person + 1) % PEOPLE];
    let other = bench.trial.catalog.viewer_for(other).await.unwrap().unwrap();
    assert!(bench.trial.catalog.answer(&other, id).await.unwrap().is_none(), "an answer is its asker's alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_right_takes_effect_at_the_next_query() {
    let bench = Bench::new().await;
    let catalog = &bench.trial.catalog;
    let everyone = Principal::Everyone;
    catalog.open_collection(LOCAL_OPERATOR, bench.collections[0], everyone).await.unwrap();
    let asked = Question::new(&format!("{}の施設の手数料はいくらですか", title(0))).unwrap();
    let look = async || {
        let viewer = catalog.viewer_for("p1").await.unwrap().unwrap();
        let found = asking::search(&bench.asking[0], &viewer, &asked, 10).await.unwrap().passages.len();
        let offers = bench.typing.complete(&viewer, &[], "みなと市手数料M000", 8).await.unwrap().len();
        let article = Question::new(&format!("{}第1条", title(0))).unwrap();
        let jumps = jumping::jump(&bench.asking[0], &viewer, &article).await.unwrap().unwrap();
        let known = matches!(&jumps[0].ways, jumping::Ways::Found(found) if found.len() == 1);
        (found > 0, offers > 0, known)
    };
    assert_eq!(look().await, (true, true, true));
    catalog.close_collection(LOCAL_OPERATOR, bench.collections[0], everyone).await.unwrap();
    assert_eq!(look().await, (false, false, false));
    catalog.set_document_rule(LOCAL_OPERATOR, bench.documents[0], everyone, Some(DocumentRule::Grant)).await.unwrap();
    assert_eq!(look().await, (true, true, true));
    catalog.set_document_rule(LOCAL_OPERATOR, bench.documents[0], everyone, None).await.unwrap();
    assert_eq!(look().await, (false, false, false));
    let operator = catalog.local_operator().await.unwrap();
    catalog.open_collection(LOCAL_OPERATOR, bench.collections[0], everyone).await.unwrap();
    let library = bench.trial.library(Arc::clone(&bench.index) as _);
    appliance_core::ports::Library::delete(&library, &operator, bench.documents[0]).await.unwrap();
    let viewer = catalog.viewer_for("p1").await.unwrap().unwrap();
    assert!(bench.typing.complete(&viewer, &[], "みなと市手数料M000", 8).await.unwrap().is_empty(), "a deleted document offers nothing");
}
