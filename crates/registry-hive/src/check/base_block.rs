//! The base block: which hive this is, and how much of the file is it.

use super::fields::{Fields, size};
use super::{Findings, Rule};

/// The length of the base block. The bins follow it.
pub(super) const BASE_BLOCK: u32 = 4096;

/// The multiple of all sizes of bins.
pub(super) const BIN_UNIT: u32 = 4096;

/// What the rest of the judgement needs of it.
pub(super) struct BaseBlock<'a> {
    pub(super) minor: u32,
    pub(super) root: u32,
    /// The bins, as many bytes of them as the file has.
    pub(super) bins: &'a [u8],
}

impl BaseBlock<'_> {
    /// Where the reference to the root key stands.
    pub(super) const ROOT_AT: u64 = 36;

    /// Whether data of more than one segment is divided into segments.
    pub(super) fn has_big_data(&self) -> bool {
        self.minor >= 4
    }

    /// Whether leaves hold hashes.
    pub(super) fn has_hash_leaves(&self) -> bool {
        self.minor >= 5
    }

    /// Whether keys and values may hide those of a lower layer.
    pub(super) fn has_layers(&self) -> bool {
        self.minor >= 6
    }
}

/// Judges the base block. Without a layout that is known, nothing more can be judged.
pub(super) fn check<'a>(file: &'a [u8], findings: &mut Findings) -> Option<BaseBlock<'a>> {
    let Some((base_block, after)) = file.split_at_checked(size(BASE_BLOCK)) else {
        let found = file.len();
        findings.report(Rule::FileSize, 0, format_args!("the file has {found} bytes; a base block has {BASE_BLOCK}"));
        return None;
    };
    check_checksum(base_block, findings);
    let fields = &mut Fields(base_block);
    let signature = fields.array::<4>()?;
    if &signature != b"regf" {
        let found = signature.escape_ascii();
        findings.report(Rule::BaseBlockSignature, 0, format_args!("the file begins with \"{found}\", not \"regf\""));
    }
    let (primary, secondary) = (fields.u32()?, fields.u32()?);
    if primary != secondary {
        findings.report(
            Rule::SequenceNumbers,
            4,
            format_args!("the sequence numbers are {primary} and {secondary}; after a complete write they are equal"),
        );
    }
    fields.take(8)?;
    let (major, minor) = (fields.u32()?, fields.u32()?);
    let (file_type, format, root) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let (bins_size, clustering) = (fields.u32()?, fields.u32()?);
    if major != 1 || !(3..=6).contains(&minor) {
        findings.report(
            Rule::Version,
            20,
            format_args!("the version is {major}.{minor}; only the layout of 1.3 to 1.6 can be judged"),
        );
        return None;
    }
    if file_type != 0 {
        findings.report(Rule::FileType, 28, format_args!("the file type is {file_type}; that of a primary file is 0"));
    }
    if format != 1 {
        findings.report(Rule::FileFormat, 32, format_args!("the file format is {format}, not 1"));
    }
    if clustering != 1 {
        findings.report(Rule::ClusteringFactor, 44, format_args!("the clustering factor is {clustering}, not 1"));
    }
    check_pending(base_block, findings);
    let bins = check_bins_size(bins_size, after, findings);
    Some(BaseBlock { minor, root, bins })
}

fn check_checksum(base_block: &[u8], findings: &mut Findings) {
    const AT: usize = 508;
    let (words, _) = base_block.as_chunks::<4>();
    let sum = words.iter().take(AT / 4).fold(0, |sum, &word| sum ^ u32::from_le_bytes(word));
    // 0 and all ones are what a missing checksum looks like.
    let expected = match sum {
        0 => 1,
        u32::MAX => u32::MAX - 1,
        sum => sum,
    };
    let found = words.get(AT / 4).map_or(0, |&word| u32::from_le_bytes(word));
    if found != expected {
        findings.report(
            Rule::BaseBlockChecksum,
            508,
            format_args!("the checksum is {found:#010x}; that of these bytes is {expected:#010x}"),
        );
    }
}

fn check_pending(base_block: &[u8], findings: &mut Findings) {
    let mut fields = Fields(base_block);
    let flags = fields.take(144).and_then(|_| fields.u32());
    // Before Vista these bytes were reserved. The signature behind them tells that they are flags.
    let signature = fields.take(16).and_then(|_| fields.array::<4>());
    if let (Some(flags), Some(b"rmtm")) = (flags, signature.as_ref())
        && flags & 1 != 0
    {
        findings.report(
            Rule::PendingTransactions,
            144,
            format_args!("the flags are {flags:#x}: transactions are pending or expected"),
        );
    }
}

/// Gives the part of `after`, the bytes behind the base block, that the bins are in.
fn check_bins_size<'a>(bins_size: u32, after: &'a [u8], findings: &mut Findings) -> &'a [u8] {
    if bins_size == 0 || !bins_size.is_multiple_of(BIN_UNIT) {
        findings.report(
            Rule::BinsSize,
            40,
            format_args!("the bins have {bins_size} bytes; a multiple of {BIN_UNIT} was expected"),
        );
    }
    let Some((bins, remnants)) = after.split_at_checked(size(bins_size)) else {
        let found = after.len();
        findings.report(
            Rule::FileSize,
            40,
            format_args!("the bins have {bins_size} bytes, but {found} follow the base block"),
        );
        return after;
    };
    if let Some(first) = remnants.iter().position(|&byte| byte != 0) {
        let start = u64::from(BASE_BLOCK) + u64::from(bins_size);
        findings.report(
            Rule::DataAfterBins,
            start.saturating_add(u64::try_from(first).unwrap_or(u64::MAX)),
            format_args!("{} bytes that are not all zero follow the last bin", remnants.len()),
        );
    }
    bins
}
