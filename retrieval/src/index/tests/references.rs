//! References of questions, resolved among the regulations that a reader may see.

use super::*;

#[tokio::test]
async fn the_article_that_is_asked_for_comes_first() {
    let folder = folder();
    let index = regulations(folder.path()).await;
    let reader = reader_of(&[1, 2, 3]);
    for (question, expected) in [
        ("手数料条例第9条", vec![2]),
        ("手数料条例第九条第二項", vec![2]),
        ("手数料条例9条2項について教えて", vec![2]),
        ("みなと市手数料条例施行規則第9条", vec![5]),
        ("手数料条例附則第2項", vec![4]),
        ("手数料条例第8条から第10条まで", vec![1, 2, 3]),
        ("手数料条例第10条と施行規則第9条", vec![3, 5]),
    ] {
        for legs in [Legs::Lexical, Legs::Vector, Legs::Hybrid] {
            let ranking = index.search(query(&reader, question, 10).with_legs(legs)).await.expect("a ranking");
            let named: Vec<i64> = ranking.passages.iter().filter(|p| p.named).map(|p| p.passage.0).collect();
            assert_eq!(named, expected, "{question} {legs:?}");
            assert_eq!(ranking.passages[0].passage.0, expected[0], "{question} {legs:?}");
            assert!(ranking.passages.is_sorted_by(|a, b| a.score.0 >= b.score.0), "scores fall");
        }
    }
}

#[tokio::test]
async fn an_unknown_place_is_said_to_be_unknown_and_a_hidden_one_is_not_known() {
    use appliance_core::ranking::ReferenceOutcome;
    let folder = folder();
    let index = regulations(folder.path()).await;
    let outcome = async |reader: &Viewer, question: &str| {
        let ranking = index.search(query(reader, question, 10)).await.expect("a ranking");
        ranking.references[0].outcome.clone()
    };
    let everything = reader_of(&[1, 2, 3]);
    let nearest = vec![("第10条".to_owned(), PassageId(3)), ("第9条".to_owned(), PassageId(2)), ("第8条".to_owned(), PassageId(1))];
    assert_eq!(outcome(&everything, "手数料条例第11条").await, ReferenceOutcome::NoSuchPlace { nearest });
    let like = |names: &[&str]| ReferenceOutcome::NoSuchName { nearest: names.iter().map(|n| (*n).to_owned()).collect() };
    assert_eq!(outcome(&everything, "手数料規程第11条").await, like(&["みなと市手数料条例"]));
    assert_eq!(outcome(&reader_of(&[1]), "手数料条例施行規則第9条").await, like(&["みなと市手数料条例"]));
    assert_eq!(outcome(&reader_of(&[3]), "手数料条例第9条").await, like(&[]));
    assert_eq!(outcome(&reader_of(&[1]), "第10条").await, ReferenceOutcome::Found { passages: vec![PassageId(3)] });
    assert_eq!(outcome(&everything, "第9条").await, ReferenceOutcome::Unnamed);
}

#[tokio::test]
async fn a_conversation_says_which_article_is_the_next() {
    use appliance_core::reference::{Context, references};
    let folder = folder();
    let index = regulations(folder.path()).await;
    let address = references("第9条", None).remove(0).address;
    let mut question = Question::new("次条は何を定めていますか").expect("a question");
    question.context = Some(Context { name: "手数料条例".to_owned(), address });
    let ranking = index.search(HybridQuery::lexical(&reader_of(&[1, 2, 3]), &question, 10)).await.expect("a ranking");
    assert_eq!(ranking.passages[0].passage, PassageId(3));
}
