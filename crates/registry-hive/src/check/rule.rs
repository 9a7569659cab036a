//! What a sound hive keeps to: each rule with its name and with what breaking it means.

use std::fmt;

/// How bad it is that a rule is broken. The worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing, and no flaw.
    Note,
    /// Windows reads it, but would not have written it so.
    Irregular,
    /// Data is lost or may be, and Windows may refuse the hive or repair it.
    Damage,
}

impl Severity {
    /// The name in reports. It never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Irregular => "irregular",
            Self::Damage => "damage",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Writes each rule once: variant, name in reports, severity, and the sentence that a sound hive makes true.
macro_rules! rules {
    ($($variant:ident $name:literal $severity:ident $sentence:literal)*) => {
        /// A rule that the structure of a hive keeps to. The documentation of each says what is true of a sound hive.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $sentence] $variant,)*
        }

        impl Rule {
            /// All rules, in the order in which a hive is judged.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name in reports. It never changes.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it means when the rule is broken.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)*
                }
            }
        }
    };
}

rules! {
    FileSize "file-size" Damage "The file holds a base block and all the bins that it announces."
    BaseBlockSignature "base-block-signature" Damage "The base block begins with `regf`."
    BaseBlockChecksum "base-block-checksum" Damage "The checksum of the base block is right."
    SequenceNumbers "sequence-numbers" Damage "Both sequence numbers are equal: no write was cut short."
    Version "version" Damage "The version is 1.3 to 1.6. Nothing else is judged in another one."
    FileType "file-type" Damage "The file is a primary file, not a log."
    FileFormat "file-format" Damage "The bins are laid out for direct loading into memory."
    BinsSize "bins-size" Damage "The size of all bins is a multiple of 4096 and not zero."
    ClusteringFactor "clustering-factor" Irregular "The clustering factor is 1."
    PendingTransactions "pending-transactions" Note "No transaction of the transactional registry is pending."
    DataAfterBins "data-after-bins" Note "Nothing but zeros follows the last bin."

    BinSignature "bin-signature" Damage "A bin begins with `hbin`."
    BinOffset "bin-offset" Damage "A bin names the offset at which it stands."
    BinSize "bin-size" Damage "A bin's size is a multiple of 4096 and ends within the bins, where the next one begins."
    CellSize "cell-size" Damage "The cells fill a bin without a gap, and each has a multiple of 8 bytes."
    AdjacentFreeCells "adjacent-free-cells" Irregular "Free cells that touch are one free cell."

    ReferenceMissing "reference-missing" Damage "What must be there is referred to."
    ReferenceNowhere "reference-nowhere" Damage "A reference leads to the beginning of a cell."
    ReferenceToFreeCell "reference-to-free-cell" Damage "A reference leads to a cell in use."
    CellUsedTwice "cell-used-twice" Damage "A cell serves one purpose in one place."
    CellUnreferenced "cell-unreferenced" Irregular "A cell in use is reached from the root key."
    // Windows 10 was seen to leave the node of each renamed key behind, which is why it is a rule of its own.
    KeyNodeUnreferenced "key-node-unreferenced" Note "A key node in use is reached, too."

    KeyNodeSignature "key-node-signature" Damage "A key node begins with `nk`."
    KeyNodeSize "key-node-size" Damage "A key node fits its cell."
    KeyFlags "key-flags" Irregular "No key of a file is volatile or the place where another hive hangs."
    RootUnmarked "root-unmarked" Note "The root key is marked as one. The offline registry library does not do it."
    RootFlag "root-flag" Irregular "No key but the root is marked as one."
    KeyParent "key-parent" Damage "A key names the key that lists it as its parent."
    KeyDepth "key-depth" Damage "No key lies deeper than 512 levels. What is deeper is not judged."
    KeyNameSize "key-name-size" Damage "A key's name fits its cell."
    KeyNameEmpty "key-name-empty" Damage "A key other than the root has a name."
    KeyNameOdd "key-name-odd" Damage "A name in UTF-16 has an even number of bytes."
    KeyNameLong "key-name-long" Irregular "A key's name has at most 256 UTF-16 units."
    KeyNameBackslash "key-name-backslash" Irregular "A key's name holds no backslash."
    KeyNameWide "key-name-wide" Irregular "A key's name that Latin-1 can hold is stored as that."
    ClassNameSize "class-name-size" Damage "A class name fits its cell."
    ClassNameOdd "class-name-odd" Irregular "A class name has an even number of bytes."
    ClassNameUnneeded "class-name-unneeded" Irregular "A key without a class name has no cell for it."
    LargestSubkeyName "largest-subkey-name" Irregular "No subkey's name is longer than the key says."
    LargestSubkeyClass "largest-subkey-class" Irregular "No subkey's class name is longer than the key says."
    LargestValueName "largest-value-name" Irregular "No value's name is longer than the key says."
    LargestValueData "largest-value-data" Irregular "No value's data is longer than the key says."

    SubkeyCount "subkey-count" Damage "A key has as many subkeys as it says."
    SubkeyListUnneeded "subkey-list-unneeded" Irregular "A key without subkeys has no list of them."
    SubkeyListSignature "subkey-list-signature" Damage "A list of subkeys begins with `li`, `lf`, `lh` or `ri`."
    SubkeyListSize "subkey-list-size" Damage "A list of subkeys fits its cell."
    SubkeyListKind "subkey-list-kind" Irregular "Leaves are `lf` or `li` below version 1.5, and `lh` from there on."
    SubkeyListNesting "subkey-list-nesting" Damage "An `ri` lists leaves only."
    SubkeyListEmpty "subkey-list-empty" Irregular "A list of subkeys is not empty."
    SubkeyOrder "subkey-order" Damage "Subkeys are sorted by the upper case of their UTF-16 units."
    SubkeyDuplicate "subkey-duplicate" Damage "No two subkeys have names that differ in case alone."
    SubkeyHash "subkey-hash" Damage "The hash beside a subkey in an `lh` is that of its name."
    SubkeyHint "subkey-hint" Damage "The hint beside a subkey in an `lf` is the beginning of its name."

    ValueListUnneeded "value-list-unneeded" Irregular "A key without values has no list of them."
    ValueListSize "value-list-size" Damage "The list of values fits its cell."
    ValueSignature "value-signature" Damage "A value begins with `vk`."
    ValueSize "value-size" Damage "A value fits its cell."
    ValueNameSize "value-name-size" Damage "A value's name fits its cell."
    ValueNameOdd "value-name-odd" Damage "A value's name in UTF-16 has an even number of bytes."
    ValueNameLong "value-name-long" Irregular "A value's name has at most 16383 UTF-16 units."
    ValueNameWide "value-name-wide" Irregular "A value's name that Latin-1 can hold is stored as that."
    ValueDuplicate "value-duplicate" Damage "No two values of a key have names that differ in case alone."
    ValueInlineSize "value-inline-size" Damage "Data that stands in the value itself has at most 4 bytes."
    ValueNotInline "value-not-inline" Irregular "Data of at most 4 bytes stands in the value itself."
    ValueDataSize "value-data-size" Damage "A value's data fits its cell."
    BigDataSignature "big-data-signature" Damage "From version 1.4 on, data over 16344 bytes is a `db` record."
    BigDataSize "big-data-size" Damage "A `db` record and its list of segments fit their cells."
    BigDataCount "big-data-count" Damage "A `db` record has as many segments as its data needs."
    SegmentSize "segment-size" Damage "A segment's part of the data fits its cell."
    LastSegmentShort "last-segment-short" Irregular "The last segment's cell has the room of any other."

    TombstoneKey "tombstone-key" Irregular "A key that hides one of a lower layer has nothing of its own."
    TombstoneValue "tombstone-value" Irregular "A value that hides one of a lower layer has no type and no data."
    LayerTree "layer-tree" Irregular "Below a key that supersedes a tree, keys do the same or are tombstones."

    SecuritySignature "security-signature" Damage "A security cell begins with `sk`."
    SecuritySize "security-size" Damage "A security descriptor fits its cell."
    SecurityRing "security-ring" Damage "The security cells form one ring, the same in both directions."
    SecurityOutsideRing "security-outside-ring" Damage "A key's security cell is in the ring."
    SecurityCountLow "security-count-low" Damage "A security cell counts no fewer keys than use it."
    SecurityCountHigh "security-count-high" Irregular "A security cell counts no more keys than use it."
    SecurityDescriptor "security-descriptor" Damage "A descriptor is self-relative, and its parts lie within it."
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
