//! Shortcuts, the .lnk files, as [MS-SHLLINK] describes them: a program with its arguments, and the app that it is to the
//! taskbar.

/// What a shortcut leads to.
pub(super) struct Shortcut {
    pub(super) name: &'static str,
    /// The program, in ASCII.
    pub(super) program: &'static str,
    pub(super) folder: &'static str,
    pub(super) arguments: &'static str,
    /// The app user model id.
    pub(super) app: &'static str,
}

impl Shortcut {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let texts = [self.name, self.folder, self.arguments].map(counted);
        [header(), location(self.program), texts.concat(), properties(self.app), vec![0; 4]].concat()
    }
}

const CLASS: [u8; 16] = [1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
const HAS_LINK_INFO: u32 = 0x02;
const HAS_NAME: u32 = 0x04;
const HAS_WORKING_DIR: u32 = 0x10;
const HAS_ARGUMENTS: u32 = 0x20;
const IS_UNICODE: u32 = 0x80;
const SHOW_NORMAL: u32 = 1;

fn header() -> Vec<u8> {
    let flags = HAS_LINK_INFO | HAS_NAME | HAS_WORKING_DIR | HAS_ARGUMENTS | IS_UNICODE;
    let mut bytes = sized(&[CLASS.as_slice(), &flags.to_le_bytes()].concat(), 76);
    // Neither attributes, times nor size of the program; and how its window is shown.
    bytes.resize(60, 0);
    bytes.extend(SHOW_NORMAL.to_le_bytes());
    bytes.resize(76, 0);
    bytes
}

/// Where the program is: a fixed disk, and a path on it.
fn location(path: &str) -> Vec<u8> {
    const HEADER: usize = 28;
    let fixed_disk = [3_u32, 0x1234_5678, 16].map(u32::to_le_bytes).concat();
    let volume = sized(&[fixed_disk.as_slice(), &[0]].concat(), 17);
    let path = [path.as_bytes(), &[0]].concat();
    let path_at = HEADER + volume.len();
    let suffix_at = path_at + path.len();
    let numbers = [HEADER, 1, HEADER, path_at, 0, suffix_at].map(number).concat();
    let size = suffix_at + 1;
    sized(&[numbers, volume, path, vec![0]].concat(), size)
}

/// A text behind the number of its UTF-16 units.
fn counted(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let count = u16::try_from(units.len() / 2).unwrap_or(u16::MAX);
    [count.to_le_bytes().as_slice(), &units].concat()
}

/// The one property that the taskbar goes by.
fn properties(app: &str) -> Vec<u8> {
    // {9F4C2855-9F79-4B39-A8D0-E1D42DE1D5F3} and 5: System.AppUserModel.ID.
    const FORMAT: [u8; 16] =
        [0x55, 0x28, 0x4c, 0x9f, 0x79, 0x9f, 0x39, 0x4b, 0xa8, 0xd0, 0xe1, 0xd4, 0x2d, 0xe1, 0xd5, 0xf3];
    const ID: u32 = 5;
    const TEXT: u32 = 0x1f;
    const STORE: u32 = 0xa000_0009;
    let mut units: Vec<u8> = app.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    let count = number(units.len() / 2);
    units.resize(units.len().next_multiple_of(4), 0);
    let value = [ID.to_le_bytes().as_slice(), &[0], &TEXT.to_le_bytes(), &count, &units].concat();
    let value = sized(&value, value.len() + 4);
    let storage = [b"1SPS".as_slice(), &FORMAT, &value, &[0; 4]].concat();
    let storage = sized(&storage, storage.len() + 4);
    let store = [STORE.to_le_bytes().as_slice(), &storage, &[0; 4]].concat();
    sized(&store, store.len() + 4)
}

/// Bytes behind a size, which counts itself.
fn sized(bytes: &[u8], size: usize) -> Vec<u8> {
    [number(size).as_slice(), bytes].concat()
}

fn number(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}
