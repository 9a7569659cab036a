//! Limits of what is read and written, each with its reason.

/// The largest hive. Windows addresses its cells with 31 bits.
pub const HIVE_SIZE: usize = 1 << 31;

/// The most bytes of data in one segment. Longer data are divided in hives from version 1.4 on.
pub const SEGMENT: usize = 16_344;

/// The most bytes of data that stand in place of their own offset.
pub const INLINE: usize = 4;

/// The most bytes of data in one value of a hive of version 1.3, as Microsoft documents it.
pub const DATA_UNDIVIDED: usize = 1 << 20;

/// The most bytes of data in one value of a newer hive: as many segments as their list can count.
pub const DATA: usize = SEGMENT * 65_535;

/// The most bytes of data in one value of a hive of this minor version.
pub(crate) fn most_data(minor: u32) -> usize {
    if divides_data(minor) { DATA } else { DATA_UNDIVIDED }
}

/// Whether hives of this minor version divide long data into segments.
pub(crate) fn divides_data(minor: u32) -> bool {
    minor >= 4
}

/// The largest log. Windows bounds its logs by a fraction of this; a hive is not larger either.
pub const LOG_SIZE: usize = 1 << 30;
