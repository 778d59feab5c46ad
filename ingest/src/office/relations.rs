//! Relations between the parts of an Office Open XML package, by the kind that a relation's type ends with.

use crate::archive::{Archive, Refusal};
use crate::xml::Xml;

/// The relations of one part.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    entries: Vec<(String, String, String)>,
}

impl Relations {
    /// The relations of `part`; none when the package does not say.
    pub(crate) fn of(archive: &mut Archive<'_>, part: &str) -> Result<Self, Refusal> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let at = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
        let Some(bytes) = archive.read(&at)? else { return Ok(Self::default()) };
        let xml = Xml::parse(&bytes);
        let relation = |e: crate::xml::Element<'_>| {
            let kind = e.attribute("Type")?.rsplit('/').next()?.to_owned();
            let external = e.attribute("TargetMode") == Some("External");
            (!external).then(|| Some((e.attribute("Id")?.to_owned(), kind, resolved(folder, e.attribute("Target")?))))?
        };
        Ok(Self { entries: xml.root().into_iter().flat_map(crate::xml::Element::elements).filter_map(relation).collect() })
    }

    /// The part behind an id.
    pub(crate) fn target(&self, id: &str) -> Option<&str> {
        self.entries.iter().find(|(known, ..)| known == id).map(|(.., target)| target.as_str())
    }

    /// The first part of a kind (`footnotes`, `notesSlide`).
    pub(crate) fn first(&self, kind: &str) -> Option<&str> {
        self.all(kind).next()
    }

    /// All parts of a kind, in the order of the file.
    pub(crate) fn all(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(move |(_, known, _)| known == kind).map(|(.., target)| target.as_str())
    }
}

/// A target as a name in the package: relative to its folder unless it begins with a slash.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|s| !s.is_empty()).collect();
    for step in target.split(['/', '\\']) {
        match step {
            ".." => {
                steps.pop();
            }
            "." | "" => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn targets_are_relative_to_their_part() {
        assert_eq!(resolved("ppt/slides", "../notesSlides/notesSlide1.xml"), "ppt/notesSlides/notesSlide1.xml");
        assert_eq!(resolved("word", "/word/footnotes.xml"), "word/footnotes.xml");
        assert_eq!(resolved("", "word/document.xml"), "word/document.xml");
    }
}
