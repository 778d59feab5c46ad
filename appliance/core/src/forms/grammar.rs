//! The grammar (GBNF, as llama.cpp reads it) of what a larger model writes for a field: the number of a source, words of it, and
//! the value; or null.

use super::schema::Kind;
use std::fmt::Write as _;

/// Items that a model may write for one array.
const MOST_ITEMS: usize = 30;

/// The grammar for a field of that kind, over `sources` numbered sources.
pub fn field(kind: &Kind, sources: usize) -> String {
    let mut rules = String::new();
    let value = rule(kind, "value", &mut rules);
    let numbers: Vec<String> = (1..=sources.max(1)).map(|n| format!("\"{n}\"")).collect();
    format!(
        "root ::= \"null\" | \"{{\\\"source\\\":\" number \",\\\"quote\\\":\" string \",\\\"value\\\":\" {value} \"}}\"\n\
         number ::= {}\n\
         string ::= \"\\\"\" char+ \"\\\"\"\n\
         char ::= [^\"\\\\\\x00-\\x1F] | \"\\\\\" [\"\\\\n]\n\
         decimal ::= integer (\".\" [0-9] [0-9]? [0-9]?)?\n\
         integer ::= \"-\"? (\"0\" | [1-9] [0-9]? [0-9]? [0-9]? [0-9]? [0-9]? [0-9]? [0-9]? [0-9]? [0-9]? [0-9]? [0-9]?)\n\
         day ::= \"\\\"\" [0-9] [0-9] [0-9] [0-9] \"-\" [0-1] [0-9] \"-\" [0-3] [0-9] \"\\\"\"\n\
         truth ::= \"true\" | \"false\"\n\
         {rules}",
        numbers.join(" | ")
    )
}

/// The name of the rule for a kind; what it needs besides is added to `rules`.
fn rule(kind: &Kind, name: &str, rules: &mut String) -> String {
    match kind {
        Kind::Text(_) => "string".to_owned(),
        Kind::Date => "day".to_owned(),
        Kind::Number(_) => "decimal".to_owned(),
        Kind::Integer(_) => "integer".to_owned(),
        Kind::Boolean => "truth".to_owned(),
        Kind::Choice(options) => {
            let options: Vec<String> = options.iter().map(|o| literal(&serde_json::Value::from(o.as_str()).to_string())).collect();
            let _ = writeln!(rules, "{name} ::= {}", options.join(" | "));
            name.to_owned()
        }
        Kind::List(item, _) => {
            let item = rule(item, &format!("{name}-item"), rules);
            let _ = writeln!(rules, "{name} ::= \"[\" ({item} (\",\" {item}){{0,{}}})? \"]\"", MOST_ITEMS - 1);
            name.to_owned()
        }
        Kind::Object(fields) => {
            let mut parts = Vec::new();
            for (i, field) in fields.iter().enumerate() {
                let value = rule(&field.kind, &format!("{name}-{i}"), rules);
                let key = literal(&format!("{}{}:", if i > 0 { "," } else { "" }, serde_json::Value::from(field.name.as_str())));
                parts.push(format!("{key} ({value} | \"null\")"));
            }
            let _ = writeln!(rules, "{name} ::= \"{{\" {} \"}}\"", parts.join(" "));
            name.to_owned()
        }
    }
}

/// Text as a literal of the grammar.
fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::schema::Bounds;

    #[test]
    fn a_grammar_names_each_kind_and_quotes_its_options() {
        let kind = Kind::Choice(vec!["可".to_owned(), "\"不可\"".to_owned()]);
        let grammar = field(&kind, 2);
        assert!(grammar.contains("number ::= \"1\" | \"2\""), "{grammar}");
        assert!(grammar.contains(r#"value ::= "\"可\"" | "\"\\\"不可\\\"\"""#), "{grammar}");
        let list = field(&Kind::List(Box::new(Kind::Integer(Bounds::default())), Bounds::default()), 1);
        assert!(list.contains(r#"value ::= "[" (integer ("," integer){0,29})? "]""#), "{list}");
    }
}
