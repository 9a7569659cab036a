//! The walk over all keys from the root down, without recursion.

use std::cmp::Ordering;

use super::base_block::BaseBlock;
use super::keys::KeyNode;
use super::names::Name;
use super::subkey_lists::{ListedSubkey, Subkeys};
use super::{Checker, Rule};

/// How many levels of keys Windows keeps apart. A hive as deep as its size allows would cost memory for each level.
const MOST_LEVELS: usize = 512;

/// A key on the way from the root to where the walk is.
struct Level<'a> {
    node: KeyNode<'a>,
    subkeys: Subkeys<'a>,
    /// How many subkeys were listed up to here.
    listed: u32,
    /// The name of the last one.
    last: Option<Name<'a>>,
}

impl<'a> Checker<'a> {
    /// Judges the root key, all keys that are reached from it, and what they hold.
    pub(super) fn walk(&mut self) {
        let Some(cell) = self.claim(self.base_block.root, BaseBlock::ROOT_AT, "the root key") else { return };
        let Some(root) = self.check_key_node(cell, BaseBlock::ROOT_AT, None) else { return };
        self.check_ring(&root);
        let mut way = Vec::new();
        self.enter(root, &mut way);
        while let Some(level) = way.last_mut() {
            let Some(subkey) = self.next_subkey(&mut level.subkeys) else {
                self.check_subkey_count(level);
                way.pop();
                continue;
            };
            level.listed = level.listed.saturating_add(1);
            let Some(node) = self.check_subkey(&subkey, level) else { continue };
            if way.len() < MOST_LEVELS {
                self.enter(node, &mut way);
            } else {
                self.findings.report(
                    Rule::KeyDepth,
                    subkey.at,
                    format_args!("{} lies on level {}; keys may have {MOST_LEVELS}", node.name, MOST_LEVELS + 1),
                );
            }
        }
        self.check_security_counts();
    }

    /// Judges what a key refers to besides its subkeys, and lets the walk go on to these.
    fn enter(&mut self, node: KeyNode<'a>, way: &mut Vec<Level<'a>>) {
        self.use_security(&node);
        self.check_values(&node);
        way.push(Level { node, subkeys: self.subkeys(&node), listed: 0, last: None });
        let levels = u64::try_from(way.len()).unwrap_or(u64::MAX);
        self.findings.counts.levels = self.findings.counts.levels.max(levels);
    }

    fn check_subkey(&mut self, subkey: &ListedSubkey, level: &mut Level<'a>) -> Option<KeyNode<'a>> {
        let cell = self.claim(subkey.offset, subkey.at, "a key node")?;
        let node = self.check_key_node(cell, subkey.at, Some(&level.node))?;
        self.check_beside(subkey, node.name);
        if let Some(last) = level.last {
            match last.compare(node.name) {
                Ordering::Less => {}
                Ordering::Equal => self.findings.report(
                    Rule::SubkeyDuplicate,
                    subkey.at,
                    format_args!("{} is listed after {last}, which is the same name", node.name),
                ),
                Ordering::Greater => self.findings.report(
                    Rule::SubkeyOrder,
                    subkey.at,
                    format_args!("{} is listed after {last}; it sorts before", node.name),
                ),
            }
        }
        level.last = Some(node.name);
        Some(node)
    }

    fn check_subkey_count(&mut self, level: &Level<'a>) {
        let Level { node, listed, .. } = level;
        if *listed != node.subkey_count {
            self.findings.report(
                Rule::SubkeyCount,
                node.cell.at(KeyNode::SUBKEY_COUNT_AT),
                format_args!("{} is to have {} subkeys, and lists {listed}", node.name, node.subkey_count),
            );
        }
    }
}
