//! Shortcuts: files that say what to start, as [MS-SHLLINK] describes them. What is not needed to say what they start is
//! skipped.

use crate::forms::Guid;

/// What a shortcut says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShellLink {
    /// The file that it starts: with variables where the shortcut has them, from the drive on otherwise, and from the
    /// shortcut's own folder where nothing better is there.
    pub target: Option<String>,
    /// What is said to the program.
    pub arguments: Option<String>,
    /// The id under which the taskbar knows the program.
    pub app_user_model_id: Option<String>,
}

/// Why a file is not a shortcut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShellLinkError {
    /// It does not begin as shortcuts do.
    #[error("the file does not begin as a shortcut does")]
    Header,
    /// It ends, or a part of it does, within something.
    #[error("the shortcut ends within {0}")]
    Short(&'static str),
}

impl ShellLink {
    /// Reads a shortcut.
    pub fn read(file: &[u8]) -> Result<Self, ShellLinkError> {
        let header = file.first_chunk::<HEADER>().ok_or(ShellLinkError::Header)?;
        if !header.starts_with(&[&[0x4c, 0, 0, 0], &LINK_CLASS.0[..]].concat()) {
            return Err(ShellLinkError::Header);
        }
        let flags = number(header, 20).ok_or(ShellLinkError::Header)?;
        let has = |bit: u32| flags & 1 << bit != 0;
        let mut rest = Rest(file.get(HEADER..).unwrap_or_default());
        if has(HAS_ID_LIST) {
            let length = rest.short("the list of ids")?;
            rest.take(length, "the list of ids")?;
        }
        let mut path = None;
        if has(HAS_LINK_INFO) {
            path = local_path(rest.sized("the link information")?);
        }
        let mut texts = [const { None }; 5];
        for (text, bit) in texts.iter_mut().zip(HAS_FIRST_TEXT..) {
            if has(bit) {
                *text = rest.text(has(IS_UNICODE))?;
            }
        }
        let [_, relative, _, arguments, _] = texts;
        let mut link = Self { arguments, ..Self::default() };
        let mut with_variables = None;
        while let Some((signature, block)) = rest.block()? {
            match signature {
                ENVIRONMENT => with_variables = environment(block),
                PROPERTIES => link.app_user_model_id = app_user_model_id(block),
                _ => {}
            }
        }
        link.target = with_variables.or(path).or(relative);
        Ok(link)
    }
}

/// What is left of a file.
struct Rest<'f>(&'f [u8]);

impl<'f> Rest<'f> {
    fn take(&mut self, count: usize, what: &'static str) -> Result<&'f [u8], ShellLinkError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ShellLinkError::Short(what))?;
        self.0 = rest;
        Ok(taken)
    }

    fn short(&mut self, what: &'static str) -> Result<usize, ShellLinkError> {
        let (bytes, rest) = self.0.split_first_chunk::<2>().ok_or(ShellLinkError::Short(what))?;
        self.0 = rest;
        Ok(u16::from_le_bytes(*bytes).into())
    }

    /// A structure that begins with its length, which counts itself.
    fn sized(&mut self, what: &'static str) -> Result<&'f [u8], ShellLinkError> {
        let length = number(self.0, 0).and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| *length >= 4).ok_or(ShellLinkError::Short(what))?;
        self.take(length, what)
    }

    fn text(&mut self, is_unicode: bool) -> Result<Option<String>, ShellLinkError> {
        const WHAT: &str = "a text";
        let count = self.short(WHAT)?;
        if is_unicode {
            return Ok(wide(self.take(2 * count, WHAT)?));
        }
        Ok(narrow(self.take(count, WHAT)?))
    }

    /// The next block behind the texts. One of fewer than four bytes, or the end of the file, is the last.
    fn block(&mut self) -> Result<Option<(u32, &'f [u8])>, ShellLinkError> {
        const WHAT: &str = "a block of extra data";
        if number(self.0, 0).is_none_or(|length| length < 4) {
            return Ok(None);
        }
        let block = self.sized(WHAT)?;
        let signature = number(block, 4).ok_or(ShellLinkError::Short(WHAT))?;
        Ok(Some((signature, block.get(8..).unwrap_or_default())))
    }
}

/// The path in the link information: the part on the drive and what belongs behind it.
fn local_path(info: &[u8]) -> Option<String> {
    if number(info, 8)? & HAS_LOCAL_PATH == 0 {
        return None;
    }
    let at = |field: usize| usize::try_from(number(info, field)?).ok().filter(|at| *at != 0);
    let from = |at: usize| info.get(at..);
    if number(info, 4)? >= UNICODE_HEADER {
        let base = at(28).and_then(from).and_then(wide);
        if let Some(base) = base.filter(|base| !base.is_empty()) {
            return Some(base + &at(32).and_then(from).and_then(wide).unwrap_or_default());
        }
    }
    let base = narrow(from(at(16)?)?).filter(|base| !base.is_empty())?;
    Some(base + &at(24).and_then(from).and_then(narrow).unwrap_or_default())
}

/// The path with variables: 260 bytes of the code page, then 260 units.
fn environment(block: &[u8]) -> Option<String> {
    let target = block.get(260..).and_then(wide).filter(|target| !target.is_empty());
    target.or_else(|| narrow(block.get(..260)?)).filter(|target| !target.is_empty())
}

/// The id among the properties of a shortcut: storages, each of one set of properties, of which one is the taskbar's.
fn app_user_model_id(block: &[u8]) -> Option<String> {
    let mut storages = Rest(block);
    while let Ok(storage) = storages.sized("") {
        let is_ours = number(storage, 4)? == PROPERTY_STORAGE && storage.get(8..24)? == APP_USER_MODEL.0;
        if !is_ours {
            continue;
        }
        let mut values = Rest(storage.get(24..)?);
        while let Ok(value) = values.sized("") {
            // The id, a reserved byte, the type, its padding, the number of units with their NUL.
            if number(value, 4)? == APP_USER_MODEL_ID && number(value, 9)? == WIDE_TEXT {
                let units = usize::try_from(number(value, 13)?).ok()?;
                return wide(value.get(17..17 + units.checked_mul(2)?)?).filter(|id| !id.is_empty());
            }
        }
    }
    None
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes))
}

/// UTF-16 up to a NUL or the end. Half a surrogate pair is none of ours.
fn wide(bytes: &[u8]) -> Option<String> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| u16::from_le_bytes(pair)).take_while(|&unit| unit != 0);
    String::from_utf16(&units.collect::<Vec<u16>>()).ok()
}

/// Text of a code page that nobody tells, so only what is the same in all of them.
fn narrow(bytes: &[u8]) -> Option<String> {
    let text: Vec<u8> = bytes.iter().copied().take_while(|&byte| byte != 0).collect();
    String::from_utf8(text).ok().filter(|text| text.is_ascii())
}

const HEADER: usize = 76;
const LINK_CLASS: Guid = Guid::new(0x00021401_0000_0000_c000_000000000046);

// Bits of the header's flags. Five texts have a bit each.
const HAS_ID_LIST: u32 = 0;
const HAS_LINK_INFO: u32 = 1;
const HAS_FIRST_TEXT: u32 = 2;
const IS_UNICODE: u32 = 7;

const HAS_LOCAL_PATH: u32 = 1;

/// Link information with a header of this length has the paths in UTF-16 too.
const UNICODE_HEADER: u32 = 0x24;

const ENVIRONMENT: u32 = 0xa000_0001;
const PROPERTIES: u32 = 0xa000_0009;
const PROPERTY_STORAGE: u32 = 0x5350_5331;
const APP_USER_MODEL: Guid = Guid::new(0x9f4c2855_9f79_4b39_a8d0_e1d42de1d5f3);
const APP_USER_MODEL_ID: u32 = 5;
const WIDE_TEXT: u32 = 0x1f;

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_shortcut_starts() {
        let firefox = r"C:\Program Files\Mozilla Firefox\firefox.exe";
        let rows = [
            (shortcut(&[Part::Path(firefox)]), firefox),
            (shortcut(&[Part::Ids, Part::WidePath(r"C:\Zoë\Žluť.exe")]), r"C:\Zoë\Žluť.exe"),
            (shortcut(&[Part::Ids, Part::Relative(r"..\x.exe")]), r"..\x.exe"),
            (
                shortcut(&[Part::Path(r"C:\Windows\explorer.exe"), Part::Variables(r"%windir%\explorer.exe")]),
                r"%windir%\explorer.exe",
            ),
        ];
        for (file, target) in rows {
            assert_eq!(ShellLink::read(&file).unwrap().target.as_deref(), Some(target), "{file:02x?}");
        }
        let file = shortcut(&[Part::Path(r"C:\a.exe"), Part::Relative("a"), Part::Arguments("-x"), Part::Id("MSEdge")]);
        let link = ShellLink::read(&file).unwrap();
        assert_eq!((link.arguments.as_deref(), link.app_user_model_id.as_deref()), (Some("-x"), Some("MSEdge")));
        // A byte of an unknown code page is no letter.
        let file = shortcut(&[Part::NarrowPath(b"C:\\Zo\xeb.exe")]);
        assert_eq!(ShellLink::read(&file), Ok(ShellLink::default()));
    }

    #[test]
    fn what_is_no_shortcut() {
        let whole = shortcut(&[Part::Ids, Part::WidePath(r"C:\a.exe"), Part::Arguments("-x"), Part::Id("MSEdge")]);
        assert_eq!(ShellLink::read(b"[InternetShortcut]"), Err(ShellLinkError::Header));
        for length in 0..HEADER {
            assert_eq!(ShellLink::read(&whole[..length]), Err(ShellLinkError::Header), "{length}");
        }
        assert_eq!(ShellLink::read(&whole[..77]), Err(ShellLinkError::Short("the list of ids")));
        assert_eq!(ShellLink::read(&whole[..100]), Err(ShellLinkError::Short("the link information")));
        // The last blocks may be missing without a word, since nothing says how many there are.
        let mut other = whole.clone();
        other[4] ^= 1;
        assert_eq!(ShellLink::read(&other), Err(ShellLinkError::Header));
    }

    proptest! {
        #[test]
        fn no_shortcut_is_too_strange(
            changes in proptest::collection::vec((76usize..2000, any::<u8>()), 0..8),
            flags in any::<u8>(),
            length in 0usize..2000,
        ) {
            let mut file = shortcut(&[
                Part::Ids, Part::WidePath(r"C:\a.exe"), Part::Arguments("-x"), Part::Variables("%a%"), Part::Id("MSEdge"),
            ]);
            let end = file.len();
            for (at, byte) in changes {
                file[76 + at % (end - 76)] = byte;
            }
            file[20] ^= flags;
            file.truncate(length);
            let _ = ShellLink::read(&file);
        }
    }

    /// What can be in a shortcut, in this order.
    pub(in crate::pins) enum Part<'t> {
        Ids,
        Path(&'t str),
        NarrowPath(&'t [u8]),
        WidePath(&'t str),
        Relative(&'t str),
        Arguments(&'t str),
        Variables(&'t str),
        Id(&'t str),
    }

    pub(in crate::pins) fn shortcut(parts: &[Part<'_>]) -> Vec<u8> {
        let (mut flags, mut body) = (1u32 << IS_UNICODE, Vec::new());
        for part in parts {
            match part {
                Part::Ids => {
                    flags |= 1 << HAS_ID_LIST;
                    body.extend([4, 0, 2, 0, 0, 0]);
                }
                Part::Path(path) => {
                    flags |= 1 << HAS_LINK_INFO;
                    body.extend(link_info(path.as_bytes(), None));
                }
                Part::NarrowPath(path) => {
                    flags |= 1 << HAS_LINK_INFO;
                    body.extend(link_info(path, None));
                }
                Part::WidePath(path) => {
                    flags |= 1 << HAS_LINK_INFO;
                    body.extend(link_info(b"C:\\ZO~1", Some(path)));
                }
                Part::Relative(text) => {
                    flags |= 1 << 3;
                    body.extend(counted(text));
                }
                Part::Arguments(text) => {
                    flags |= 1 << 5;
                    body.extend(counted(text));
                }
                Part::Variables(text) => {
                    let mut target = units(text);
                    target.resize(520, 0);
                    body.extend(block(ENVIRONMENT, &[&[0; 260][..], &target].concat()));
                }
                Part::Id(id) => body.extend(block(PROPERTIES, &properties(id))),
            }
        }
        let mut header = [&[0x4c, 0, 0, 0], &LINK_CLASS.0[..], &flags.to_le_bytes()].concat();
        header.resize(HEADER, 0);
        [header, body, vec![0; 4]].concat()
    }

    fn link_info(narrow: &[u8], wide: Option<&str>) -> Vec<u8> {
        let header: u32 = if wide.is_some() { 0x24 } else { 0x1c };
        let suffix = header + length(narrow) + 1;
        let wide_units = wide.map(|text| [units(text), vec![0, 0, 0, 0]].concat()).unwrap_or_default();
        let total = suffix + 1 + length(&wide_units);
        let mut fields = vec![total, header, HAS_LOCAL_PATH, 0, header, 0, suffix];
        if wide.is_some() {
            fields.extend([suffix + 1, total - 2]);
        }
        let fields: Vec<u8> = fields.into_iter().flat_map(u32::to_le_bytes).collect();
        [&fields[..], narrow, &[0, 0], &wide_units].concat()
    }

    fn properties(id: &str) -> Vec<u8> {
        let text = [units(id), vec![0, 0]].concat();
        let value = [
            &(17 + length(&text)).to_le_bytes()[..],
            &APP_USER_MODEL_ID.to_le_bytes(),
            &[0],
            &WIDE_TEXT.to_le_bytes(),
            &(length(&text) / 2).to_le_bytes(),
            &text,
        ]
        .concat();
        let storage = |set: Guid, values: &[u8]| {
            let length = 24 + length(values) + 4;
            [&length.to_le_bytes()[..], &PROPERTY_STORAGE.to_le_bytes(), &set.0, values, &[0; 4]].concat()
        };
        [storage(Guid::new(1), &[]), storage(APP_USER_MODEL, &value), vec![0; 4]].concat()
    }

    fn length(bytes: &[u8]) -> u32 {
        u32::try_from(bytes.len()).unwrap()
    }

    fn block(signature: u32, data: &[u8]) -> Vec<u8> {
        [&(8 + length(data)).to_le_bytes()[..], &signature.to_le_bytes(), data].concat()
    }

    fn counted(text: &str) -> Vec<u8> {
        let units = units(text);
        [&u16::try_from(units.len() / 2).unwrap().to_le_bytes()[..], &units].concat()
    }

    pub(in crate::pins) fn units(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }
}
