//! Default apps as `dism /Import-DefaultAppAssociations` and the policy of that name read them. Windows binds what a user
//! chose to that user with a hash, and lets administrators say it for everybody instead.

use std::collections::BTreeMap;

use profile_format::Item;
use registry::{Name, Value, ValueType, View};

use super::xml::{NoXmlCharacter, attribute_of_units};
use super::{Asked, Outcome, Request, Why, name_of};

/// Default associations, and what of the profile's choices is in them.
#[derive(Debug)]
pub struct DefaultApps {
    /// The XML.
    pub xml: String,
    /// What is in it.
    pub outcome: Outcome,
}

/// Settings with choices of default apps, and what they are of.
const CHOICES: [(&str, Of); 5] = [
    // What stands in the newer place counts, and so comes first.
    ("defaults.file-types-latest", Of::FileType),
    ("defaults.file-types", Of::FileType),
    ("defaults.link-types-latest", Of::LinkType),
    ("defaults.link-types", Of::LinkType),
    ("defaults.media-types", Of::Content),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    FileType,
    LinkType,
    Content,
}

/// The default apps of a profile.
pub fn default_apps(request: &Request<'_>) -> DefaultApps {
    let mut outcome = Outcome::default();
    let mut associations: BTreeMap<Name, String> = BTreeMap::new();
    for (id, of) in CHOICES {
        for asked in request.settings().filter(|asked| asked.captured.id == id) {
            let subject = asked.subject();
            match association(&asked, of) {
                Ok(None) => (),
                Ok(Some((identifier, _))) if associations.contains_key(&identifier) => {
                    outcome.leave_out(subject, Why::Newer);
                }
                Ok(Some((identifier, element))) => {
                    associations.insert(identifier, element);
                    outcome.exported.push(subject);
                }
                Err(why) => outcome.leave_out(subject, why),
            }
        }
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DefaultAssociations>\n");
    associations.values().for_each(|element| xml.push_str(element));
    xml.push_str("</DefaultAssociations>\n");
    DefaultApps { xml, outcome }
}

/// What a choice is of, and its element; `None`, where nothing was chosen.
fn association(asked: &Asked<'_>, of: Of) -> Result<Option<(Name, String)>, Why> {
    let Asked { captured, known, .. } = asked;
    let chosen = captured.items.iter().find_map(|item| match item {
        Item::Value { state, name, .. } if name_of(name) == Name::from("ProgId") => state.as_ref(),
        _ => None,
    });
    let Some(chosen) = chosen else { return Ok(None) };
    // A catalogue of somebody else may know a setting of this id as something else.
    let (Some(identifier), true) = (captured.instance.as_ref().map(name_of), known.is_some()) else {
        return Err(Why::NoText);
    };
    let fits = match of {
        Of::FileType => identifier.units().first() == Some(&u16::from(b'.')),
        Of::LinkType => identifier.units().first().is_some_and(|unit| *unit != u16::from(b'.')),
        Of::Content => return Err(Why::KindOfContent),
    };
    let value = Value { kind: ValueType(chosen.kind), data: chosen.data.0.clone() };
    let program = match value.view() {
        View::Text(text) if fits && value.kind == ValueType::SZ && !text.is_empty() => text,
        _ => return Err(Why::NoText),
    };
    let attributes = [
        attribute_of_units("Identifier", identifier.units()),
        attribute_of_units("ProgId", &program),
        attribute_of_units("ApplicationName", application(&program)),
    ];
    let attributes: Result<String, NoXmlCharacter> = attributes.into_iter().collect();
    let attributes = attributes.map_err(|NoXmlCharacter(code)| Why::XmlCharacter(code))?;
    Ok(Some((identifier, format!("  <Association{attributes} />\n"))))
}

/// What the list shows for a program. Windows goes by the other attributes, and a profile has no better name: `Applications\`
/// stands before the file of a program that somebody chose by hand.
fn application(program: &[u16]) -> &[u16] {
    let at = program.iter().rposition(|unit| *unit == u16::from(b'\\'));
    at.and_then(|at| program.get(at + 1..)).filter(|name| !name.is_empty()).unwrap_or(program)
}
