//! `kura ask`: a question, and the checked answer with its sources.

use super::{output, search};
use crate::clock::SystemClock;
use crate::wiring::{Place, Writing};
use anyhow::{Context as _, Result};
use appliance_core::answer::{Answer, AnswerKind, AnswerSentence, AnsweredQuestion, Stage, Support};
use appliance_core::asking::{self, AskEvent};
use appliance_core::conversation::Withheld;
use appliance_core::following;
use appliance_core::forms::schema::Schema;
use appliance_core::forms::{Arranged, ArrangedRow, Form};
use appliance_core::id::{AnswerId, ConversationId};
use appliance_core::language::Language;
use appliance_core::ports::Clock;
use appliance_core::question::Question;
use appliance_core::validity::{self, Day};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::sync::mpsc;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The question; further ones follow it, as in a conversation
    #[arg(required = true)]
    questions: Vec<String>,
    /// The day as of which it is answered: 2024-04-01 or 令和6年4月1日 [default: the one that the question names, else today]
    #[arg(long, value_name = "DAY", value_parser = search::day)]
    as_of: Option<Day>,
    /// Ask as this person would; without it, as the operator, who sees everything
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// Set the answer out as plain, steps, table, list, or json by a schema [default: what the question's wording asks for]
    #[arg(long, value_name = "FORM", value_parser = form)]
    form: Option<AskedForm>,
    /// The JSON Schema of the fields that are to be filled (with --form json)
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let questions: Vec<Question> = arguments.questions.iter().map(|q| Question::new(q)).collect::<Result<_, _>>()?;
    let schema = schema(arguments)?;
    let catalog = place.catalog().await?;
    let viewer = search::viewer(&catalog, arguments.login.as_deref()).await?;
    let engines = place.engines(Writing::Needed).await?;
    let index = place.index_to_read(&engines).await?;
    search::refuse_lost_index(index.as_ref(), &catalog).await?;
    let asking = place.asking(&engines, index, catalog);
    let mut before: Vec<AnsweredQuestion> = Vec::new();
    for mut question in questions {
        arguments.as_of.into_iter().for_each(|day| question.choose_day(day));
        question.form = arguments.form.and_then(AskedForm::form);
        let question = following::follow(&asking, question, &before).await?;
        let (events, seen) = mpsc::channel(64);
        let told = tokio::spawn(tell_progress(seen));
        if let Some(schema) = &schema {
            let extracted = asking::extract(&asking, &viewer, &question, schema, &events).await;
            drop(events);
            told.await?;
            output::json(&extracted?)?;
            continue;
        }
        let answer = asking::ask(&asking, &viewer, &question, &events).await;
        drop(events);
        told.await?;
        let answer = answer?;
        if arguments.json {
            output::json(&answer)?;
        } else {
            if question.follows.is_some() {
                output::say(format!("searched as: {}", question.text()));
            }
            print(&answer, question.language())?;
        }
        before.push(asked(&question, answer));
    }
    Ok(ExitCode::SUCCESS)
}

/// What the next question follows; nothing of it is kept.
fn asked(question: &Question, answer: Answer) -> AnsweredQuestion {
    AnsweredQuestion {
        id: AnswerId(0),
        conversation: ConversationId(0),
        question: question.typed().to_owned(),
        searched: question.follows.as_ref().map(|_| question.text().to_owned()),
        limits: question.limits(),
        answer,
        withheld: Withheld::default(),
        asked: SystemClock.now(),
    }
}

/// Names the steps on a terminal; elsewhere only drains them.
pub(super) async fn tell_progress(mut seen: mpsc::Receiver<AskEvent>) {
    while let Some(event) = seen.recv().await {
        let AskEvent::Stage { stage, found, chosen } = event else { continue };
        if output::on_terminal() {
            output::say(match stage {
                Stage::Searching => "searching …".to_owned(),
                Stage::Choosing => format!("{found} passages found"),
                Stage::Writing => format!("writing from {chosen} of them …"),
                Stage::Checking => "checking …".to_owned(),
            });
        }
    }
}

fn print(answer: &Answer, language: Language) -> Result<()> {
    match answer.kind {
        AnswerKind::Refused => output::line(match language {
            Language::Ja => "資料からは確認できませんでした。近い資料:",
            Language::En => "The documents do not say. The nearest of them:",
        })?,
        _ => print_sentences(answer, language)?,
    }
    if answer.undecided {
        output::line(match language {
            Language::Ja => "質問だけでは表のどの行に当たるか決まりません。",
            Language::En => "The question does not tell which row of the table is meant.",
        })?;
    }
    if answer.thin {
        output::line(match language {
            Language::Ja => "根拠が十分でないおそれがあります。近い資料とあわせて確認してください。",
            Language::En => "This may rest on too little: look at the nearest documents, too.",
        })?;
    }
    output::line("")?;
    let today = validity::today(&SystemClock);
    if let Some(as_of) = answer.as_of {
        output::line(match language {
            Language::Ja => format!("{} 現在", as_of.day),
            Language::En => format!("as of {}", as_of.day),
        })?;
    }
    for source in &answer.sources {
        let stored = &source.passage;
        let in_force = search::in_force(&stored.days, stored.days.standing(today));
        output::line(format!("[{}] {} · {}{in_force}", source.number, stored.title, output::place(&stored.passage.locator.place)))?;
        output::line(format!("    {}", search::shortened(&stored.passage.text)))?;
    }
    Ok(())
}

/// The answer itself, or that there is none.
pub(super) fn print_sentences(answer: &Answer, language: Language) -> Result<()> {
    match (&answer.arranged, answer.kind) {
        (_, AnswerKind::Refused) => output::line(match language {
            Language::Ja => "（資料からは確認できませんでした。）",
            Language::En => "(The documents do not say.)",
        }),
        (Some(arranged), _) => print_arranged(arranged, language),
        (None, _) => answer.sentences.iter().try_for_each(|s| output::line(sentence(s, language))),
    }
}

/// A form that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AskedForm {
    Set(Form),
    Json,
}

impl AskedForm {
    fn form(self) -> Option<Form> {
        match self {
            Self::Set(form) => Some(form),
            Self::Json => None,
        }
    }
}

/// Reads the name of a form.
fn form(name: &str) -> Result<AskedForm, String> {
    match name {
        "json" => Ok(AskedForm::Json),
        name => Form::from_name(name).map(AskedForm::Set).ok_or_else(|| "plain, steps, table, list or json".to_owned()),
    }
}

/// The schema, where fields are to be filled.
fn schema(arguments: &Arguments) -> Result<Option<Schema>> {
    match (&arguments.schema, arguments.form) {
        (None, Some(AskedForm::Json)) => Err(output::refusal("--form json needs a schema", "name a JSON Schema with --schema FILE")),
        (None, _) => Ok(None),
        (Some(_), Some(AskedForm::Set(_))) => Err(output::refusal("--schema goes with --form json", "leave --form out")),
        (Some(file), _) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
            let written = serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))?;
            Ok(Some(Schema::read(&written).with_context(|| format!("{} is no schema that Kura fills", file.display()))?))
        }
    }
}

/// Rows one below the other; columns parted by tabs, for what reads on.
fn print_arranged(arranged: &Arranged, language: Language) -> Result<()> {
    if !arranged.structured {
        output::line(match language {
            Language::Ja => "資料はこの形では書かれていません。文を順に示します。",
            Language::En => "The documents are not set out so. Their sentences in order:",
        })?;
    }
    arranged.lead.iter().try_for_each(|lead| output::line(sentence(lead, language)))?;
    if !arranged.columns.is_empty() {
        output::line(arranged.columns.join("\t"))?;
    }
    let mark = |row: &ArrangedRow| row.backing.citations.first().map(|c| format!("[{}]", c.source)).unwrap_or_default();
    for (number, row) in (1..).zip(&arranged.rows) {
        let label = match (arranged.form, row.label.as_str()) {
            (Form::Table, "") => String::new(),
            (Form::Steps, "") => format!("{number}. "),
            (_, "") => "・".to_owned(),
            (_, label) => format!("{label} "),
        };
        output::line(format!("{label}{}{}", row.cells.join("\t").replace('\n', " "), mark(row)))?;
    }
    if arranged.left_out > 0 {
        output::line(match language {
            Language::Ja => format!("ほか {} 行", arranged.left_out),
            Language::En => format!("{} more rows", arranged.left_out),
        })?;
    }
    Ok(())
}

fn sentence(sentence: &AnswerSentence, language: Language) -> String {
    let marks: String = sentence.citations.iter().map(|c| format!("[{}]", c.source)).collect();
    let doubt = match (sentence.support, language) {
        (Support::Supported, _) => "",
        (Support::Unsupported, Language::Ja) => " (根拠を確認できません)",
        (Support::Unsupported, Language::En) => " (not found in the source)",
    };
    let text = if sentence.verbatim { format!("「{}」", sentence.text) } else { sentence.text.clone() };
    format!("{text}{marks}{doubt}")
}
