//! XML of others: bounded in size and depth, and without a document type, so that nothing in it stands for something else
//! and nothing outside is read.

use roxmltree::{Document, Error, Node, ParsingOptions};

use super::text;

/// Why something is not XML that is read here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmlError {
    /// It has more bytes than such a file can have.
    #[error("it has {found} bytes; such a file has at most {most}")]
    TooLarge {
        /// Its bytes.
        found: usize,
        /// The limit.
        most: usize,
    },
    /// It is no text.
    #[error("it is not text in UTF-8 or UTF-16")]
    NotText,
    /// It says what its names stand for.
    #[error("it has a document type (DTD), in which a few letters can stand for anything; take that out")]
    DocumentType,
    /// Its elements stand in each other deeper than in any such file.
    #[error("line {line}: its elements stand more than {most} deep in each other")]
    TooDeep {
        /// The line of the first that is too deep.
        line: u32,
        /// The limit.
        most: usize,
    },
    /// It has more elements and texts than such a file can have.
    #[error("it has more than {most} elements and texts")]
    TooMany {
        /// The limit.
        most: u32,
    },
    /// It is not XML.
    #[error("{0}")]
    Syntax(String),
    /// It is another XML.
    #[error("expected an element <{expected}> at the top, and found <{found}>")]
    OtherRoot {
        /// The name of the element that such a file begins with.
        expected: &'static str,
        /// The name of the element that it begins with.
        found: String,
    },
}

/// Bytes of a file. The largest that tools write, a Config.xml with every component, has some hundred thousand.
const MOST: usize = 4 << 20;

/// Elements and texts of a file: one for each few bytes of the longest.
const NODES: u32 = 1 << 18;

/// Elements in each other. Components stand three deep in each other, settings of a suite five.
const DEPTH: usize = 64;

/// The text of a file. It has to live as long as what [`parse`] makes of it.
pub(super) fn text(bytes: &[u8]) -> Result<String, XmlError> {
    if bytes.len() > MOST {
        return Err(XmlError::TooLarge { found: bytes.len(), most: MOST });
    }
    text::decode(bytes).ok_or(XmlError::NotText)
}

/// Reads a text whose first element has this name.
pub(super) fn parse<'t>(text: &'t str, root: &'static str) -> Result<Document<'t>, XmlError> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        Error::DtdDetected => XmlError::DocumentType,
        Error::NodesLimitReached => XmlError::TooMany { most: NODES },
        error => XmlError::Syntax(error.to_string()),
    })?;
    refuse_deep(&document)?;
    let found = document.root_element().tag_name().name();
    if found != root {
        return Err(XmlError::OtherRoot { expected: root, found: found.chars().take(NAME).collect() });
    }
    Ok(document)
}

/// Characters of a name that are shown.
const NAME: usize = 64;

fn refuse_deep(document: &Document<'_>) -> Result<(), XmlError> {
    let mut depth = 0;
    let mut node = document.root();
    loop {
        if depth > DEPTH {
            return Err(XmlError::TooDeep { line: line(node), most: DEPTH });
        }
        let mut next = node.first_child();
        depth += usize::from(next.is_some());
        while next.is_none() {
            next = node.next_sibling();
            if next.is_none() {
                let Some(parent) = node.parent() else { return Ok(()) };
                node = parent;
                depth -= 1;
            }
        }
        let Some(found) = next else { return Ok(()) };
        node = found;
    }
}

/// The line on which an element begins, counted from 1.
pub(super) fn line(node: Node<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().start).row
}

/// The elements of this name right below another, whatever their namespace.
pub(super) fn children<'n, 't>(
    node: Node<'n, 't>,
    name: &'static str,
) -> impl Iterator<Item = Node<'n, 't>> + use<'n, 't> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

/// The text of the first element of this name, without the spaces around it; `None` where it is empty.
pub(super) fn text_of(node: Node<'_, '_>, name: &'static str) -> Option<String> {
    children(node, name).next().map(content).filter(|text| !text.is_empty())
}

/// All text right in an element, comments between it or not, without the spaces around it.
pub(super) fn content(node: Node<'_, '_>) -> String {
    let text: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> XmlError {
        parse(text, "a").unwrap_err()
    }

    #[test]
    fn what_can_stand_for_anything_is_refused() {
        let mut bomb = "<!DOCTYPE a [<!ENTITY x0 \"lol\">".to_owned();
        for level in 1..20 {
            bomb.push_str(&format!("<!ENTITY x{level} \"{}\">", format!("&x{};", level - 1).repeat(10)));
        }
        bomb.push_str("]><a>&x19;</a>");
        assert_eq!(error(&bomb), XmlError::DocumentType);
        let outside = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
        assert_eq!(error(outside), XmlError::DocumentType);
        assert_eq!(error("<!DOCTYPE a SYSTEM \"http://example.org/a.dtd\"><a/>"), XmlError::DocumentType);
        assert!(matches!(error("<a>&x;</a>"), XmlError::Syntax(_)));
    }

    #[test]
    fn what_is_too_deep_or_too_much_is_refused() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(parse(&nested(DEPTH), "a").is_ok());
        assert_eq!(error(&nested(DEPTH + 1)), XmlError::TooDeep { line: 1, most: DEPTH });
        assert!(matches!(error(&nested(200_000)), XmlError::TooDeep { .. } | XmlError::TooMany { .. }));
        assert!(matches!(error(&"<a>".repeat(200_000)), XmlError::Syntax(_)));
        let many = format!("<a>{}</a>", "<b/>".repeat(NODES as usize));
        assert_eq!(error(&many), XmlError::TooMany { most: NODES });
        assert_eq!(text(&vec![b' '; MOST + 1]), Err(XmlError::TooLarge { found: MOST + 1, most: MOST }));
    }

    #[test]
    fn other_files_are_told_by_their_first_element() {
        let expected = XmlError::OtherRoot { expected: "a", found: "b".to_owned() };
        assert_eq!(error("<b/>"), expected);
        assert!(matches!(error(""), XmlError::Syntax(_)));
        assert!(matches!(error("plain text"), XmlError::Syntax(_)));
        assert!(matches!(error("<a><b></a>"), XmlError::Syntax(_)));
        assert!(matches!(error("<a x='1' x='2'/>"), XmlError::Syntax(_)));
    }

    #[test]
    fn depth_is_counted_over_siblings() {
        let beside = format!("<a>{}</a>", "<b><c/></b>".repeat(1000));
        assert!(parse(&beside, "a").is_ok());
    }
}
