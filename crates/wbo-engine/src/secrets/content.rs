//! Secrets in bytes, whoever keeps them and under whatever name.
//!
//! Every search takes time in proportion to the bytes: a text is looked at as it is, without the NULs of UTF-16, and as
//! what base64, hexadecimal and decimal numbers in it stand for, to a fixed depth.

mod assignment;
mod binary;
mod decode;
mod shapes;
mod text;

use super::words::Words;
use super::{Detector, Rule};
use shapes::Shapes;

/// What is searched for in contents.
pub(super) struct Contents {
    detectors: Vec<(Detector, usize)>,
    shapes: Shapes,
}

impl Contents {
    /// The searches of these rules.
    pub(super) fn of(rules: &[Rule]) -> Self {
        let detectors = rules.iter().enumerate().filter_map(|(index, rule)| Some((rule.detector?, index)));
        Self { detectors: detectors.collect(), shapes: Shapes::of(rules) }
    }

    /// The rule by which there is a secret in these bytes.
    pub(super) fn search(&self, bytes: &[u8], words: &Words) -> Option<usize> {
        // Nothing that is a secret alone is shorter.
        if bytes.len() < SHORTEST { None } else { self.search_to(DEPTH, bytes, words) }
    }

    fn search_to(&self, depth: usize, bytes: &[u8], words: &Words) -> Option<usize> {
        let rule = |detector: Detector| self.detectors.iter().find(|(own, _)| *own == detector).map(|(_, rule)| *rule);
        if let Some(found) = binary::search(bytes).and_then(rule) {
            return Some(found);
        }
        let narrowed = decode::without_nuls(bytes);
        for text in [Some(bytes), narrowed.as_deref()].into_iter().flatten().filter(|text| decode::has_text(text)) {
            let found = text::search(text).and_then(rule).or_else(|| self.shapes.search(text)).or_else(|| {
                let sets = assignment::search(text, words);
                if sets { rule(Detector::Assignment) } else { None }
            });
            if found.is_some() {
                return found;
            }
            if let Some(depth) = depth.checked_sub(1) {
                let mut found = None;
                decode::each(text, |decoded| {
                    found = found.or_else(|| self.search_to(depth, decoded, words));
                    found.is_none()
                });
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }
}

/// Fewer bytes hold no secret that can be told from anything else.
const SHORTEST: usize = 6;

/// How often what is encoded may be encoded again.
const DEPTH: usize = 3;
