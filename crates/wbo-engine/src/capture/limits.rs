//! How much of a setting is taken, each limit with its reason.

/// Bytes of one value. The largest that any setting has (pins, layouts, languages) stay below a tenth of it.
pub(crate) const VALUE: usize = 1 << 20;

/// Bytes of all values of one setting.
pub(crate) const SETTING: usize = 4 << 20;

/// Bytes of values that the settings of one category take together: half of what a section can hold, since names and
/// types come on top.
pub(crate) const SECTION: usize = profile_format::limits::MAX_RECORD_SECTION / 2;

/// Bytes of values of all settings, which a reader holds at once: names, types and notes come on top.
pub(crate) const ALL: usize = 20 << 20;

/// Bytes of one file. Wallpapers, sounds, pointers and fonts are smaller; what is larger is data and no setting.
pub(crate) const FILE: u64 = 64 << 20;

/// Keys that are looked into for one part of a setting. A whole NTUSER.DAT has some thousands.
pub(crate) const KEYS: usize = 1 << 16;

/// Values of one key. Finding one by its name takes a look at all before it.
pub(crate) const VALUES: usize = 1 << 12;

/// Keys or folders in each other, below the start of a place: as deep as Windows lets keys be.
pub(crate) const DEPTH: usize = 500;

/// Files and folders that are looked at for one part of a setting.
pub(crate) const FILES: usize = 1 << 16;

/// Incidents of one setting that are kept; those that follow are counted.
pub(crate) const INCIDENTS: usize = 200;
