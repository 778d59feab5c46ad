//! `kura ask`: a question, and the checked answer with its sources.

use super::{output, search};
use crate::clock::SystemClock;
use crate::wiring::{Place, Writing};
use anyhow::Result;
use appliance_core::answer::{Answer, AnswerKind, AnswerSentence, Stage, Support};
use appliance_core::asking::{self, AskEvent};
use appliance_core::forms::{Arranged, ArrangedRow, Form};
use appliance_core::language::Language;
use appliance_core::question::Question;
use appliance_core::validity::{self, Day};
use std::process::ExitCode;
use tokio::sync::mpsc;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The question
    question: String,
    /// The day as of which it is answered: 2024-04-01 or 令和6年4月1日 [default: the one that the question names, else today]
    #[arg(long, value_name = "DAY", value_parser = search::day)]
    as_of: Option<Day>,
    /// Ask as this person would; without it, as the operator, who sees everything
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// Set the answer out as sentences, steps, a table or a list [default: what the question's wording asks for]
    #[arg(long, value_name = "FORM", value_parser = form)]
    form: Option<Form>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub async fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode> {
    let mut question = Question::new(&arguments.question)?;
    arguments.as_of.into_iter().for_each(|day| question.choose_day(day));
    question.form = arguments.form;
    let catalog = place.catalog().await?;
    let viewer = search::viewer(&catalog, arguments.login.as_deref()).await?;
    let engines = place.engines(Writing::Needed).await?;
    let index = place.index_to_read(&engines).await?;
    search::refuse_lost_index(index.as_ref(), &catalog).await?;
    let asking = place.asking(&engines, index, catalog);
    let (events, seen) = mpsc::channel(64);
    let told = tokio::spawn(tell_progress(seen));
    let answer = asking::ask(&asking, &viewer, &question, &events).await;
    drop(events);
    told.await?;
    let answer = answer?;
    if arguments.json {
        output::json(&answer)?;
    } else {
        print(&answer, question.language())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Names the steps on a terminal; elsewhere only drains them.
async fn tell_progress(mut seen: mpsc::Receiver<AskEvent>) {
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
        _ => match &answer.arranged {
            Some(arranged) => print_arranged(arranged, language)?,
            None => answer.sentences.iter().try_for_each(|s| output::line(sentence(s, language)))?,
        },
    }
    if answer.undecided {
        output::line(match language {
            Language::Ja => "質問だけでは表のどの行に当たるか決まりません。",
            Language::En => "The question does not tell which row of the table is meant.",
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

/// Reads the name of a form.
fn form(name: &str) -> Result<Form, String> {
    Form::from_name(name).ok_or_else(|| "plain, steps, table or list".to_owned())
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
