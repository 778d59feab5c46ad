//! The schema of the fields that are to be filled from the sources: a part of JSON Schema.
//!
//! Taken: objects, arrays, `string` (also `format: date` and `enum`), `number`, `integer`, `boolean`, `null` beside another type,
//! and bounds. What is not understood is refused by name, because a value that only seems to follow it would be worse.

use serde_json::{Map, Value, json};
use thiserror::Error;

/// Fields of a schema, at most.
pub const MOST_FIELDS: usize = 40;
/// Objects and arrays within each other, at most.
const DEEPEST: usize = 4;
/// What says something of a field and asks nothing of its value.
const SAYING: &[&str] = &["title", "description", "$schema", "$id", "$comment", "examples", "additionalProperties", "default"];

/// Why a schema is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SchemaError {
    /// Its root is no object with properties.
    #[error("the schema's root must be an object with properties")]
    NoObject,
    /// A part is not understood.
    #[error("{path}: {what} is not supported")]
    Unsupported {
        /// The field (`a.b`).
        path: String,
        /// The keyword or type.
        what: String,
    },
    /// Too many fields, or too deep.
    #[error("the schema has more than {MOST_FIELDS} fields, or more than {DEEPEST} levels")]
    TooLarge,
}

/// A schema that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// Its fields.
    pub fields: Vec<Field>,
    written: Value,
}

/// A field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its key.
    pub name: String,
    /// What it is about: its description, else its title, else its key.
    pub about: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether the schema asks for the key.
    pub required: bool,
    /// Whether it may be null by the schema itself.
    pub nullable: bool,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Words of a source, of that many characters.
    Text(Bounds),
    /// A day, as `2026-04-01`.
    Date,
    /// A number.
    Number(Bounds),
    /// A whole number.
    Integer(Bounds),
    /// Yes or no.
    Boolean,
    /// One of these.
    Choice(Vec<String>),
    /// Several of a kind.
    List(Box<Kind>, Bounds),
    /// Fields of its own.
    Object(Vec<Field>),
}

/// The least and the greatest of a value, a length or a number of items.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bounds {
    /// The least.
    pub least: Option<f64>,
    /// The greatest.
    pub most: Option<f64>,
}

impl Bounds {
    /// Whether a value lies within.
    pub fn hold(&self, value: f64) -> bool {
        self.least.is_none_or(|l| value >= l) && self.most.is_none_or(|m| value <= m)
    }
}

impl Schema {
    /// Reads a schema.
    pub fn read(written: &Value) -> Result<Self, SchemaError> {
        let mut count = 0;
        let Kind::Object(fields) = kind(written, "", 0, &mut count)?.0 else { return Err(SchemaError::NoObject) };
        if fields.is_empty() {
            return Err(SchemaError::NoObject);
        }
        Ok(Self { fields, written: written.clone() })
    }

    /// The schema as it was written.
    pub fn written(&self) -> &Value {
        &self.written
    }

    /// The schema under which an answer is given: as it was written, and every field may be null, because a source may not say.
    pub fn answered(&self) -> Value {
        widened(&self.written, true)
    }
}

/// A schema whose properties may be null.
fn widened(schema: &Value, root: bool) -> Value {
    let Value::Object(object) = schema else { return schema.clone() };
    let mut wider = object.clone();
    if let Some(Value::Object(properties)) = object.get("properties") {
        let all: Map<String, Value> = properties.iter().map(|(name, field)| (name.clone(), widened(field, false))).collect();
        wider.insert("properties".to_owned(), Value::Object(all));
    }
    // An item that says nothing is left out; its own fields may be null.
    if let Some(items) = object.get("items") {
        wider.insert("items".to_owned(), widened(items, true));
    }
    if root {
        return Value::Object(wider);
    }
    match object.get("type") {
        Some(Value::String(one)) if one != "null" => _ = wider.insert("type".to_owned(), json!([one, "null"])),
        Some(Value::Array(several)) if !several.contains(&json!("null")) => {
            let mut several = several.clone();
            several.push(json!("null"));
            wider.insert("type".to_owned(), Value::Array(several));
        }
        _ => {}
    }
    if let Some(Value::Array(options)) = object.get("enum")
        && !options.contains(&Value::Null)
    {
        let mut options = options.clone();
        options.push(Value::Null);
        wider.insert("enum".to_owned(), Value::Array(options));
    }
    Value::Object(wider)
}

/// The kind of a schema, and whether it may be null.
fn kind(schema: &Value, path: &str, depth: usize, count: &mut usize) -> Result<(Kind, bool), SchemaError> {
    let unsupported =
        |what: &str| SchemaError::Unsupported { path: if path.is_empty() { "/" } else { path }.to_owned(), what: what.to_owned() };
    let object = schema.as_object().ok_or_else(|| unsupported("a schema that is no object"))?;
    if depth > DEEPEST {
        return Err(SchemaError::TooLarge);
    }
    let (name, nullable) = types(object).map_err(|what| unsupported(&what))?;
    let known: &[&str] = match name.as_str() {
        "object" => &["properties", "required"],
        "array" => &["items", "minItems", "maxItems"],
        "string" => &["enum", "format", "minLength", "maxLength"],
        "number" | "integer" => &["minimum", "maximum"],
        _ => &[],
    };
    if let Some(other) = object.keys().find(|k| !known.contains(&k.as_str()) && !SAYING.contains(&k.as_str()) && k.as_str() != "type") {
        return Err(unsupported(other));
    }
    let bounds = |least: &str, most: &str| Bounds {
        least: object.get(least).and_then(Value::as_f64),
        most: object.get(most).and_then(Value::as_f64),
    };
    let kind = match name.as_str() {
        "object" => Kind::Object(fields(object, path, depth, count)?),
        "array" => {
            let items = object.get("items").ok_or_else(|| unsupported("an array without items"))?;
            Kind::List(Box::new(kind(items, &format!("{path}[]"), depth + 1, count)?.0), bounds("minItems", "maxItems"))
        }
        "string" if object.contains_key("enum") => {
            Kind::Choice(options(object).ok_or_else(|| unsupported("enum of other things than strings"))?)
        }
        "string" => match object.get("format").and_then(Value::as_str) {
            None => Kind::Text(bounds("minLength", "maxLength")),
            Some("date") => Kind::Date,
            Some(format) => return Err(unsupported(&format!("format {format}"))),
        },
        "number" => Kind::Number(bounds("minimum", "maximum")),
        "integer" => Kind::Integer(bounds("minimum", "maximum")),
        "boolean" => Kind::Boolean,
        other => return Err(unsupported(&format!("type {other}"))),
    };
    Ok((kind, nullable))
}

fn fields(object: &Map<String, Value>, path: &str, depth: usize, count: &mut usize) -> Result<Vec<Field>, SchemaError> {
    let Some(Value::Object(properties)) = object.get("properties") else { return Err(SchemaError::NoObject) };
    let required: Vec<&str> = object.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut fields = Vec::new();
    for (name, schema) in properties {
        *count += 1;
        if *count > MOST_FIELDS {
            return Err(SchemaError::TooLarge);
        }
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let (kind, nullable) = kind(schema, &path, depth + 1, count)?;
        let said = |key: &str| schema.get(key).and_then(Value::as_str).filter(|s| !s.trim().is_empty());
        let about = said("description").or_else(|| said("title")).unwrap_or(name).trim().chars().take(300).collect();
        fields.push(Field { about, kind, required: required.contains(&name.as_str()), nullable, name: name.clone() });
    }
    Ok(fields)
}

/// The type, and whether null stands beside it. An object or an enum needs no type.
fn types(object: &Map<String, Value>) -> Result<(String, bool), String> {
    match object.get("type") {
        Some(Value::String(one)) => Ok((one.clone(), false)),
        Some(Value::Array(several)) => {
            let names: Vec<&str> = several.iter().filter_map(Value::as_str).collect();
            let other: Vec<&str> = names.iter().copied().filter(|n| *n != "null").collect();
            match other[..] {
                [one] => Ok((one.to_owned(), names.len() > 1)),
                _ => Err("several types".to_owned()),
            }
        }
        None if object.contains_key("properties") => Ok(("object".to_owned(), false)),
        None if object.contains_key("enum") => Ok(("string".to_owned(), false)),
        _ => Err("a field without a type".to_owned()),
    }
}

fn options(object: &Map<String, Value>) -> Option<Vec<String>> {
    let all = object.get("enum")?.as_array()?;
    let words: Vec<String> = all.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let others = all.iter().filter(|v| !v.is_string() && !v.is_null()).count();
    (!words.is_empty() && others == 0).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_with_what_they_are_about() {
        let schema = json!({"type": "object", "required": ["fee"], "properties": {
            "fee": {"type": "integer", "description": "粗大ごみの手数料", "minimum": 0},
            "from": {"type": ["string", "null"], "format": "date"},
            "rooms": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}}});
        let read = Schema::read(&schema).expect("a schema");
        let fee = read.fields.iter().find(|f| f.name == "fee").expect("the fee");
        assert_eq!((fee.about.as_str(), fee.required, fee.nullable), ("粗大ごみの手数料", true, false));
        assert!(read.fields.iter().any(|f| f.kind == Kind::Date && f.nullable));
        assert_eq!(read.answered()["properties"]["fee"]["type"], json!(["integer", "null"]));
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        let refused = |field: Value| Schema::read(&json!({"type": "object", "properties": {"a": field}})).expect_err("refused").to_string();
        assert!(refused(json!({"type": "string", "pattern": "^x"})).contains("pattern"));
        assert!(refused(json!({"$ref": "#/x"})).starts_with("a: "));
        assert!(refused(json!({"type": ["string", "number"]})).contains("several types"));
        assert_eq!(Schema::read(&json!({"type": "array"})).expect_err("refused").to_string(), "/: an array without items is not supported");
    }
}
