//! References inside the text of a regulation, as whoever reads it there understands them.

use super::{Address, Context, Reference, naming, references};

/// What a reference inside a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// A place of the same regulation.
    Own,
    /// A place of another one, which the text names by this.
    Other(String),
}

/// The references of a passage of a regulation, in order: `own` is the regulation's name and the place of the passage.
/// 前条 and 次項 count from there, whatever was named in between; 同条 and 同法 mean what was named last.
pub fn references_inside(text: &str, own: &Context) -> Vec<(Reference, Within)> {
    let mut found = references(text, Some(own));
    for reference in &mut found {
        let written = reference.span.slice(text).unwrap_or("");
        if let Some(address) = counted_from_here(written, own) {
            (reference.address, reference.before) = (address, own.name.clone());
        }
    }
    let within = |r: &Reference| {
        let named = naming::key(&r.before);
        if named == own.name || !naming::is_regulation(&named) { Within::Own } else { Within::Other(r.before.clone()) }
    };
    found.into_iter().map(|r| (r.clone(), within(&r))).collect()
}

/// The address of 「前条第2項」 or 「次項」 from the passage's own place.
fn counted_from_here(written: &str, own: &Context) -> Option<Address> {
    written.starts_with(['前', '次', '本']).then(|| references(written, Some(own)).into_iter().next())?.map(|r| r.address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, here: &str, expected: &[(&str, &str, &str)]) {
        let own = Context { name: "港市駐車場条例".to_owned(), address: references(here, None).remove(0).address };
        let found = references_inside(text, &own);
        let written: Vec<(String, String, String)> = found
            .iter()
            .map(|(r, within)| {
                let name = match within {
                    Within::Own => String::new(),
                    Within::Other(name) => name.clone(),
                };
                (r.span.slice(text).unwrap_or("").to_owned(), name, r.address.to_string())
            })
            .collect();
        let written: Vec<(&str, &str, &str)> = written.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
        assert_eq!(written, expected);
    }

    #[test]
    fn places_count_from_where_they_are_written() {
        check("前条の規定は、第9条第1項に準用する。", "第5条", &[("前条", "", "第4条"), ("第9条第1項", "", "第9条第1項")]);
        check("前項の規定にかかわらず、次条に定める。", "第5条第2項", &[("前項", "", "第5条第1項"), ("次条", "", "第6条")]);
    }

    #[test]
    fn another_regulation_is_named_before_its_place() {
        check(
            "地方自治法（昭和22年法律第67号）第227条及び第228条第1項の規定に基づき",
            "第1条",
            &[("第227条", "地方自治法", "第227条"), ("第228条第1項", "地方自治法", "第228条第1項")],
        );
        check("この条例第3条の規定", "第1条", &[("第3条", "", "第3条")]);
        check("港市手数料条例第3条に定め、前条による。", "第7条", &[("第3条", "港市手数料条例", "第3条"), ("前条", "", "第6条")]);
    }
}
