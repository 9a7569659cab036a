//! Key nodes: what stands in one, apart from the lists that it refers to.

use super::cells::{Cell, NOWHERE};
use super::fields::{Fields, size};
use super::names::Name;
use super::{Checker, Rule};

/// A key node whose fixed part fits its cell.
#[derive(Clone, Copy)]
pub(super) struct KeyNode<'a> {
    pub(super) cell: Cell<'a>,
    pub(super) flags: u16,
    /// What this key does to the keys of a lower layer. Only a hive with layers has it.
    layer: u8,
    pub(super) parent: u32,
    pub(super) subkey_count: u32,
    pub(super) subkey_list: u32,
    pub(super) value_count: u32,
    pub(super) value_list: u32,
    pub(super) security: u32,
    class: u32,
    pub(super) largest_subkey_name: u16,
    pub(super) largest_subkey_class: u32,
    pub(super) largest_value_name: u32,
    pub(super) largest_value_data: u32,
    name_size: u16,
    pub(super) class_size: u16,
    /// As much of the name as fits the cell.
    pub(super) name: Name<'a>,
}

impl<'a> KeyNode<'a> {
    const VOLATILE: u16 = 0x1;
    const HIVE_EXIT: u16 = 0x2;
    const ROOT: u16 = 0x4;
    const NARROW_NAME: u16 = 0x20;
    const HANDLE: u16 = 0x40;

    const FLAGS_AT: u32 = 2;
    const LAYER_AT: u32 = 13;
    const PARENT_AT: u32 = 16;
    pub(super) const SUBKEY_COUNT_AT: u32 = 20;
    pub(super) const SUBKEY_LIST_AT: u32 = 28;
    pub(super) const VALUE_COUNT_AT: u32 = 36;
    pub(super) const VALUE_LIST_AT: u32 = 40;
    pub(super) const SECURITY_AT: u32 = 44;
    const CLASS_AT: u32 = 48;
    pub(super) const LARGEST_SUBKEY_NAME_AT: u32 = 52;
    pub(super) const LARGEST_SUBKEY_CLASS_AT: u32 = 56;
    pub(super) const LARGEST_VALUE_NAME_AT: u32 = 60;
    pub(super) const LARGEST_VALUE_DATA_AT: u32 = 64;
    const NAME_SIZE_AT: u32 = 72;
    const CLASS_SIZE_AT: u32 = 74;
    const NAME_AT: u32 = 76;

    fn parse(cell: Cell<'a>) -> Option<Self> {
        let mut fields = Fields(cell.content);
        let _signature = fields.u16()?;
        let flags = fields.u16()?;
        let _last_written = fields.take(8)?;
        let [_access, layer, _, _] = fields.array()?;
        let parent = fields.u32()?;
        let subkey_count = fields.u32()?;
        let _volatile_subkey_count = fields.u32()?;
        let subkey_list = fields.u32()?;
        let _volatile_subkey_list = fields.u32()?;
        let (value_count, value_list) = (fields.u32()?, fields.u32()?);
        let (security, class) = (fields.u32()?, fields.u32()?);
        let largest_subkey_name = fields.u16()?;
        // The other half of this field has held flags since XP SP3. No name needs it.
        let _flags = fields.u16()?;
        let largest_subkey_class = fields.u32()?;
        let (largest_value_name, largest_value_data) = (fields.u32()?, fields.u32()?);
        let _cached_index = fields.u32()?;
        let (name_size, class_size) = (fields.u16()?, fields.u16()?);
        let name = fields.0.get(..usize::from(name_size)).unwrap_or(fields.0);
        Some(Self {
            cell,
            flags,
            layer,
            parent,
            subkey_count,
            subkey_list,
            value_count,
            value_list,
            security,
            class,
            largest_subkey_name,
            largest_subkey_class,
            largest_value_name,
            largest_value_data,
            name_size,
            class_size,
            name: Name::new(name, flags & Self::NARROW_NAME != 0),
        })
    }

    /// Whether the key stands for a handle that Windows knows. It keeps the handle where others count their values.
    pub(super) fn is_handle(&self) -> bool {
        self.flags & Self::HANDLE != 0
    }

    fn layer(&self) -> Layer {
        match self.layer & 0b11 {
            0 => Layer::Merged,
            1 => Layer::Tombstone,
            2 => Layer::SupersedesKey,
            _ => Layer::SupersedesTree,
        }
    }
}

/// What a key does to the key of the same path in a lower layer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Merged,
    Tombstone,
    SupersedesKey,
    SupersedesTree,
}

impl<'a> Checker<'a> {
    /// Judges the key node in `cell`, to which `field` of the file refers. The root has no parent.
    pub(super) fn check_key_node(
        &mut self,
        cell: Cell<'a>,
        field: u64,
        parent: Option<&KeyNode<'a>>,
    ) -> Option<KeyNode<'a>> {
        if !cell.content.starts_with(b"nk") {
            let found = cell.content.get(..2).unwrap_or(cell.content).escape_ascii();
            self.findings.report(
                Rule::KeyNodeSignature,
                cell.at(0),
                format_args!("the key node for {field:#x} begins with \"{found}\", not \"nk\""),
            );
            return None;
        }
        let Some(node) = KeyNode::parse(cell) else {
            let (found, needed) = (cell.content.len(), KeyNode::NAME_AT);
            self.findings.report(
                Rule::KeyNodeSize,
                cell.at(0),
                format_args!("the key node's cell has {found} bytes; it needs {needed} and those of its name"),
            );
            return None;
        };
        self.findings.counts.keys += 1;
        self.check_flags(&node, parent.is_none());
        self.check_key_name(&node, parent.is_none());
        if let Some(parent) = parent {
            if node.parent != parent.cell.offset {
                self.findings.report(
                    Rule::KeyParent,
                    cell.at(KeyNode::PARENT_AT),
                    format_args!(
                        "{} names {:#x} as its parent, and is a subkey of {:#x}",
                        node.name, node.parent, parent.cell.offset
                    ),
                );
            }
            self.check_parents_hints(&node, parent);
        }
        self.check_class(&node);
        if self.base_block.has_layers() {
            self.check_layer(&node, parent);
        }
        Some(node)
    }

    fn check_flags(&mut self, node: &KeyNode<'a>, is_root: bool) {
        let at = node.cell.at(KeyNode::FLAGS_AT);
        let KeyNode { flags, name, .. } = node;
        if flags & (KeyNode::VOLATILE | KeyNode::HIVE_EXIT) != 0 {
            self.findings.report(
                Rule::KeyFlags,
                at,
                format_args!(
                    "the flags of {name} are {flags:#06x}; a key in a file is neither volatile nor a mount point"
                ),
            );
        }
        match (flags & KeyNode::ROOT != 0, is_root) {
            (false, true) => self.findings.report(
                Rule::RootUnmarked,
                at,
                format_args!("the flags of {name} are {flags:#06x}, without {:#06x} for the root", KeyNode::ROOT),
            ),
            (true, false) => self.findings.report(
                Rule::RootFlag,
                at,
                format_args!("the flags of {name} are {flags:#06x}; {:#06x} is for the root alone", KeyNode::ROOT),
            ),
            _ => {}
        }
    }

    fn check_key_name(&mut self, node: &KeyNode<'a>, is_root: bool) {
        /// In bytes of UTF-16.
        const MOST: usize = 512;
        let KeyNode { cell, name, name_size, .. } = node;
        let size_at = cell.at(KeyNode::NAME_SIZE_AT);
        let room = cell.content.len().saturating_sub(size(KeyNode::NAME_AT));
        if usize::from(*name_size) > room {
            self.findings.report(
                Rule::KeyNameSize,
                size_at,
                format_args!("the name {name} has {name_size} bytes; its cell has {room} for it"),
            );
        } else if matches!(name, Name::Wide(_)) && !name_size.is_multiple_of(2) {
            self.findings.report(
                Rule::KeyNameOdd,
                size_at,
                format_args!("the name {name} has {name_size} bytes of UTF-16; an even number was expected"),
            );
        } else if *name_size == 0 && !is_root {
            self.findings.report(
                Rule::KeyNameEmpty,
                size_at,
                format_args!("the key at {:#x} has no name; only a root may do without", cell.offset),
            );
        } else if name.wide_bytes() > MOST {
            self.findings.report(
                Rule::KeyNameLong,
                size_at,
                format_args!("the name {name} has {} units; at most {} are allowed", name.wide_bytes() / 2, MOST / 2),
            );
        }
        let name_at = cell.at(KeyNode::NAME_AT);
        if !is_root && name.units().any(|unit| unit == u16::from(b'\\')) {
            self.findings.report(
                Rule::KeyNameBackslash,
                name_at,
                format_args!("the name {name} holds a backslash, which divides names"),
            );
        }
        if name.is_needlessly_wide() {
            self.findings.report(
                Rule::KeyNameWide,
                name_at,
                format_args!("the name {name} is stored in UTF-16; Latin-1 can hold it"),
            );
        }
    }

    fn check_parents_hints(&mut self, node: &KeyNode<'a>, parent: &KeyNode<'a>) {
        let (said, found) = (parent.largest_subkey_name, node.name.wide_bytes());
        if found > usize::from(said) {
            self.findings.report(
                Rule::LargestSubkeyName,
                parent.cell.at(KeyNode::LARGEST_SUBKEY_NAME_AT),
                format_args!("the longest name of a subkey is to have {said} bytes; that of {} has {found}", node.name),
            );
        }
        let (said, found) = (parent.largest_subkey_class, node.class_size);
        if u32::from(found) > said {
            self.findings.report(
                Rule::LargestSubkeyClass,
                parent.cell.at(KeyNode::LARGEST_SUBKEY_CLASS_AT),
                format_args!(
                    "the longest class name of a subkey is to have {said} bytes; that of {} has {found}",
                    node.name
                ),
            );
        }
    }

    fn check_class(&mut self, node: &KeyNode<'a>) {
        let KeyNode { cell, name, class, class_size, .. } = node;
        let size_at = cell.at(KeyNode::CLASS_SIZE_AT);
        if *class_size == 0 && *class == NOWHERE {
            return;
        }
        if *class_size == 0 {
            self.findings.report(
                Rule::ClassNameUnneeded,
                cell.at(KeyNode::CLASS_AT),
                format_args!("{name} has no class name, and refers to {class:#x} for it"),
            );
        }
        if !class_size.is_multiple_of(2) {
            self.findings.report(
                Rule::ClassNameOdd,
                size_at,
                format_args!("the class name of {name} has {class_size} bytes of UTF-16; an even number was expected"),
            );
        }
        let class = self.claim(*class, cell.at(KeyNode::CLASS_AT), "a class name");
        if let Some(room) = class.map(|class| class.content.len()).filter(|&room| room < usize::from(*class_size)) {
            self.findings.report(
                Rule::ClassNameSize,
                size_at,
                format_args!("the class name of {name} has {class_size} bytes; its cell has {room}"),
            );
        }
    }

    fn check_layer(&mut self, node: &KeyNode<'a>, parent: Option<&KeyNode<'a>>) {
        let KeyNode { cell, name, .. } = node;
        let layer = node.layer();
        if layer == Layer::Tombstone && (node.class_size, node.subkey_count, node.value_count) != (0, 0, 0) {
            self.findings.report(
                Rule::TombstoneKey,
                cell.at(KeyNode::LAYER_AT),
                format_args!(
                    "{name} hides a key of a lower layer, and has {} bytes of class name, {} subkeys and {} values",
                    node.class_size, node.subkey_count, node.value_count
                ),
            );
        }
        if parent.is_some_and(|parent| parent.layer() == Layer::SupersedesTree)
            && !matches!(layer, Layer::SupersedesTree | Layer::Tombstone)
        {
            self.findings.report(
                Rule::LayerTree,
                cell.at(KeyNode::LAYER_AT),
                format_args!("the layer bits of {name} are {:#04x}; its parent supersedes a whole tree", node.layer),
            );
        }
    }
}
