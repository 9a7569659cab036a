//! A merge of profiles from the outside: what goes in, who decides, and what is written.

use std::collections::BTreeMap;

use profile_format::{CaptureMethod, Category, ContentId, Document, Facts, Parent, ProfileId, Timestamp, Tool};
use profile_json::View;
use sha2::{Digest, Sha256};
use wbo_engine::catalogue::Catalogue;
use wbo_engine::merge::{Conflict, Merged, Said, Take, Three, merge};

use crate::commands::content_file;
use crate::describe::hex;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::keys;
use crate::profile_file::Profile;

/// Which side is taken where both changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Preference {
    /// Where; everywhere, unless it is said.
    pub(crate) of: Option<Part>,
    pub(crate) side: Preferred,
}

/// A part of a profile with preferences of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Category(Category),
    Apps,
}

/// The side that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preferred {
    Ours,
    Theirs,
    /// That of the profile that was made last.
    Newest,
}

/// Reads `theirs`, or `start=ours`.
pub(crate) fn parse_preference(text: &str) -> Result<Preference, String> {
    let (of, side) = match text.split_once('=') {
        Some((of, side)) => (Some(part(of)?), side),
        None => (None, text),
    };
    let side = match side {
        "ours" => Preferred::Ours,
        "theirs" => Preferred::Theirs,
        "newest" => Preferred::Newest,
        _ => return Err(format!("'{side}' is none of ours, theirs and newest")),
    };
    Ok(Preference { of, side })
}

fn part(word: &str) -> Result<Part, String> {
    if word == "apps" {
        return Ok(Part::Apps);
    }
    let named = Category::NAMED.iter().find(|(_, name)| *name == word);
    named.map(|(category, _)| Part::Category(*category)).ok_or_else(|| {
        let names = Category::NAMED.map(|(_, name)| name).join(", ");
        format!("'{word}' is no category; there are {names}, and apps")
    })
}

/// What preferences say of a conflict, if they do. Those of a category or of the apps go before those of everything.
pub(crate) fn preferred(preferences: &[Preference], conflict: &Conflict, newest: Option<Take>) -> Option<Take> {
    let part = conflict.about.category().map_or(Part::Apps, Part::Category);
    let of = |of: Option<Part>| preferences.iter().rev().find(|preference| preference.of == of);
    match of(Some(part)).or_else(|| of(None))?.side {
        Preferred::Ours => Some(Take::Ours),
        Preferred::Theirs => Some(Take::Theirs),
        Preferred::Newest => newest,
    }
}

/// The side that was made last, if one was.
pub(crate) fn newest(ours: &Document, theirs: &Document) -> Option<Take> {
    match ours.facts.created.cmp(&theirs.facts.created) {
        std::cmp::Ordering::Greater => Some(Take::Ours),
        std::cmp::Ordering::Less => Some(Take::Theirs),
        std::cmp::Ordering::Equal => None,
    }
}

/// Merges profiles, where those of `base` may be none at all.
pub(crate) fn merged(
    base: Option<&Profile>,
    ours: &Profile,
    theirs: &Profile,
    catalogue: &Catalogue,
    decide: &mut dyn FnMut(&Conflict) -> Option<Take>,
) -> Merged {
    let base = base.map(|base| Said::of(&base.document)).unwrap_or_default();
    let (ours, theirs) = (Said::of(&ours.document), Said::of(&theirs.document));
    merge(Three { base: &base, ours: &ours, theirs: &theirs }, catalogue, decide)
}

/// Refuses what would be lost in a merge: sections that only a newer wbo knows.
pub(crate) fn refuse_newer(profile: &Profile) -> Result<(), CommandError> {
    match &*profile.newer {
        [] => Ok(()),
        newer => {
            let (path, names) = (profile.path.display(), newer.join(", "));
            let error = format!("{path}: it has sections that this version does not know, and would lose: {names}");
            Err(CommandError::new(Exit::Newer, error).hint("merge with the wbo that wrote it, or a newer one"))
        }
    }
}

/// A profile made of others.
pub(crate) struct Combined {
    pub(crate) document: Document,
    pub(crate) contents: BTreeMap<ContentId, Vec<u8>>,
}

impl Combined {
    /// The profile that says this, made of `parents`. A plain one says nothing that they do not, so that the same ones
    /// make the same bytes.
    pub(crate) fn of(said: Said, parents: &[&Profile], catalogue: String, plain: bool) -> Result<Self, CommandError> {
        let created = match plain {
            true => parents.iter().map(|parent| parent.document.facts.created).max().unwrap_or(Timestamp(0)),
            false => keys::now(),
        };
        let mut all: Vec<Parent> =
            parents.iter().map(|parent| Parent { id: parent.document.facts.id, body: parent.body_id }).collect();
        all.sort();
        all.dedup();
        let facts = Facts {
            id: random_id()?,
            created,
            tool: Tool { name: "wbo".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            catalogue,
            method: CaptureMethod::MERGED,
            parents: all,
        };
        let Said { device, user, sections, apps, notes } = said;
        let mut document = Document { facts, device, user, sections, apps, notes, undo: None };
        if plain {
            let mut id = [0; 16];
            id.iter_mut().zip(digest(&document)?).for_each(|(to, from)| *to = from);
            document.facts.id = ProfileId(id);
        }
        let contents = document.contents().into_iter().filter_map(|content| {
            parents.iter().find_map(|parent| Some((content.id, parent.contents.get(&content.id)?.clone())))
        });
        Ok(Self { contents: contents.collect(), document })
    }
}

fn random_id() -> Result<ProfileId, CommandError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| CommandError::failed(format!("the system's random numbers: {error}")))?;
    Ok(ProfileId(id))
}

/// What tells an input from others: its body, or what the document says that has none.
pub(crate) fn digest_of(profile: &Profile) -> Result<String, CommandError> {
    match profile.body_id == [0; 32] {
        true => Ok(hex(&digest(&profile.document)?)),
        false => Ok(hex(&profile.body_id)),
    }
}

/// The digest of a document but for its id and its time, which a document in JSON may lack.
fn digest(document: &Document) -> Result<[u8; 32], CommandError> {
    let mut document = document.clone();
    document.facts.id = ProfileId([0; 16]);
    document.facts.created = Timestamp(0);
    let json = profile_json::to_json(&document, &content_file, View::Full);
    let json = json.map_err(|error| CommandError::failed(error.to_string()))?;
    Ok(Sha256::digest(json).into())
}
