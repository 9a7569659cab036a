//! Which settings are asked for.

use profile_format::Category;
use registry::Name;

use crate::NameGlob;
use crate::catalogue::{Catalogue, Setting};

/// Which settings are asked for: patterns of ids, ids, and categories.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    only: Vec<Pattern>,
    except: Vec<Pattern>,
    also: Vec<Pattern>,
}

#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    matches: Matches,
}

#[derive(Clone, Debug)]
enum Matches {
    Apps,
    /// This one, by its whole id.
    Id,
    Category(Category),
    Ids(NameGlob),
}

/// The word for the list of apps, which is in no category.
const APPS: &str = "apps";

/// A pattern that no setting fits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{pattern}' fits no setting{}", near.as_ref().map(|near| format!("; did you mean '{near}'?")).unwrap_or_default())]
pub struct NothingFits {
    /// The pattern.
    pub pattern: String,
    /// What was probably meant.
    pub near: Option<String>,
}

impl Selection {
    /// `only` takes nothing else, `except` leaves out, and `also` adds what is captured on request only, by whole ids. A
    /// pattern that fits nothing is an error: it was meant to.
    pub fn new(
        only: &[String],
        except: &[String],
        also: &[String],
        catalogue: &Catalogue,
    ) -> Result<Self, NothingFits> {
        let patterns = |texts: &[String]| -> Result<Vec<Pattern>, NothingFits> {
            texts.iter().map(|text| Pattern::new(text, catalogue)).collect()
        };
        if let Some(pattern) = also.iter().find(|id| *id != APPS && catalogue.get(id).is_none()) {
            let known = catalogue.settings().map(|setting| setting.id.as_str());
            let near = crate::words::nearest(pattern, known).map(ToOwned::to_owned);
            return Err(NothingFits { pattern: pattern.clone(), near });
        }
        Ok(Self { only: patterns(only)?, except: patterns(except)?, also: patterns(also)? })
    }

    /// Whether a setting is asked for.
    pub fn includes(&self, setting: &Setting) -> bool {
        let fits = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.fits(setting));
        !self.excludes(setting) && (self.only.is_empty() || fits(&self.only) || fits(&self.also))
    }

    /// Whether a setting is asked for that the catalogue does not know.
    pub(crate) fn includes_unknown(&self, id: &str, category: Category) -> bool {
        let fits = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.fits_id(id, category));
        !fits(&self.except) && (self.only.is_empty() || fits(&self.only))
    }

    /// Whether a setting is asked to be left out.
    pub fn excludes(&self, setting: &Setting) -> bool {
        self.except.iter().any(|pattern| pattern.fits(setting))
    }

    /// Whether the list of apps is asked for.
    pub fn includes_apps(&self) -> bool {
        let said = |patterns: &[Pattern]| patterns.iter().any(|pattern| matches!(pattern.matches, Matches::Apps));
        !said(&self.except) && (self.only.is_empty() || said(&self.only) || said(&self.also))
    }

    /// Whether a setting is asked for that nobody gets without asking.
    pub fn requests(&self, setting: &Setting) -> bool {
        self.only.iter().chain(&self.also).any(|pattern| pattern.text == setting.id)
    }
}

impl Pattern {
    fn new(text: &str, catalogue: &Catalogue) -> Result<Self, NothingFits> {
        if text == APPS {
            return Ok(Self { text: text.to_owned(), matches: Matches::Apps });
        }
        // Who names hundreds of settings does it by their whole ids.
        if catalogue.get(text).is_some() {
            return Ok(Self { text: text.to_owned(), matches: Matches::Id });
        }
        let category = Category::NAMED.iter().find(|(_, name)| *name == text).map(|(category, _)| *category);
        let matches = category.map_or_else(|| Matches::Ids(NameGlob::new(text)), Matches::Category);
        let pattern = Self { text: text.to_owned(), matches };
        if catalogue.settings().any(|setting| pattern.fits(setting)) {
            return Ok(pattern);
        }
        let known = catalogue
            .settings()
            .map(|setting| setting.id.as_str())
            .chain(Category::NAMED.map(|(_, name)| name))
            .chain([APPS]);
        let near = crate::words::nearest(text, known).map(ToOwned::to_owned);
        Err(NothingFits { pattern: text.to_owned(), near })
    }

    fn fits(&self, setting: &Setting) -> bool {
        self.fits_id(&setting.id, setting.category)
    }

    fn fits_id(&self, id: &str, of: Category) -> bool {
        match &self.matches {
            Matches::Apps => false,
            Matches::Id => self.text == id,
            Matches::Category(category) => of == *category,
            Matches::Ids(glob) => glob.matches(&Name::from(id)),
        }
    }
}
