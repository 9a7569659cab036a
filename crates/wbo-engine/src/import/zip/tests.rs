use super::*;
use miniz_oxide::deflate::compress_to_vec;
use proptest::prelude::*;

/// A file as an archive has it, before anything is made wrong about it.
#[derive(Clone)]
struct File {
    name: Vec<u8>,
    local_name: Vec<u8>,
    flags: u16,
    method: u16,
    packed: Vec<u8>,
    size: u32,
    checksum: u32,
    /// Where its header is said to be, if not where it is.
    local: Option<u32>,
}

fn file(name: &str, data: &[u8]) -> File {
    let (name, packed) = (name.as_bytes().to_vec(), compress_to_vec(data, 6));
    let (size, checksum) = (u32::try_from(data.len()).unwrap(), crc32fast::hash(data));
    File { local_name: name.clone(), name, flags: 0, method: DEFLATED, packed, size, checksum, local: None }
}

fn with(name: &str, data: &[u8], change: impl FnOnce(&mut File)) -> File {
    let mut file = file(name, data);
    change(&mut file);
    file
}

fn archive(files: &[File]) -> Vec<u8> {
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    let half = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
    let word = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    for file in files {
        let local = file.local.map_or(bytes.len(), |local| local as usize);
        bytes.extend([LOCAL, &[20, 0]].concat());
        let common = [
            &file.flags.to_le_bytes()[..],
            &file.method.to_le_bytes(),
            &[0; 4],
            &file.checksum.to_le_bytes(),
            &word(file.packed.len()),
            &file.size.to_le_bytes(),
        ]
        .concat();
        bytes.extend(&common);
        bytes.extend([half(file.local_name.len()), half(0)].concat());
        bytes.extend(&file.local_name);
        bytes.extend(&file.packed);
        list.extend([CENTRAL, &[20, 0, 20, 0]].concat());
        list.extend(&common);
        list.extend([half(file.name.len()), half(0), half(0), half(0), half(0)].concat());
        list.extend([&[0; 4][..], &word(local)].concat());
        list.extend(&file.name);
    }
    let start = bytes.len();
    bytes.extend(&list);
    bytes.extend([END, &[0; 4]].concat());
    bytes.extend([half(files.len()), half(files.len())].concat());
    bytes.extend([word(list.len()), word(start)].concat());
    bytes.extend(half(0));
    bytes
}

/// Everything that is in an archive, or the first error.
fn unpacked(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, ZipError> {
    let archive = Archive::read(bytes)?;
    let names: Vec<String> = archive.files.keys().cloned().collect();
    names.into_iter().map(|name| Ok((name.clone(), archive.file(&name).unwrap()?))).collect()
}

#[test]
fn files_come_out_as_they_went_in() {
    let stored = with("b.dat", b"as it is", |file| (file.method, file.packed) = (STORED, b"as it is".to_vec()));
    let bytes = archive(&[file("folder/a.dat", b"aaaa"), stored, file("folder/", b""), file("c\\d.dat", b"")]);
    let expected = [("b.dat", &b"as it is"[..]), ("c/d.dat", b""), ("folder/a.dat", b"aaaa")];
    let expected: Vec<_> = expected.map(|(name, data)| (name.to_owned(), data.to_vec())).into();
    assert_eq!(unpacked(&bytes), Ok(expected));
    assert_eq!(unpacked(&archive(&[])), Ok(vec![]));
    assert!(Archive::read(&bytes).unwrap().file("missing").is_none());
}

#[test]
fn each_flaw_has_its_error() {
    let bomb = vec![0; FILE];
    let many: Vec<File> = (0..=FILES).map(|number| file(&number.to_string(), b"")).collect();
    let large = |at: usize| {
        with(&at.to_string(), b"", |file| {
            (file.method, file.size) = (STORED, u32::try_from(FILE).unwrap());
            file.packed = vec![0; FILE];
        })
    };
    let all: Vec<File> = (0..=8).map(large).collect();
    let name = |name: &str| vec![file(name, b"a")];
    let leads_out = ZipError::Name { index: 1, why: "leads out of the archive, or to its root" };
    let drive = ZipError::Name { index: 1, why: "has a drive or a control character in it" };
    let twice = ZipError::Name { index: 2, why: "another has too" };
    let rows: Vec<(&str, Vec<File>, ZipError)> = vec![
        ("up", name("../a"), leads_out.clone()),
        ("up within", name("a/../../b"), leads_out.clone()),
        ("up with backslashes", name("a\\..\\..\\b"), leads_out.clone()),
        ("root", name("/etc/passwd"), leads_out.clone()),
        ("server", name("\\\\server\\share"), leads_out.clone()),
        ("nothing", name(""), leads_out.clone()),
        ("itself", name("./a"), leads_out),
        ("drive", name("C:\\a"), drive.clone()),
        ("stream", name("a:b"), drive.clone()),
        ("nul", name("a\0.json"), drive),
        ("twice", [name("a"), name("a")].concat(), twice.clone()),
        ("twice in other case", [name("a"), name("A")].concat(), twice.clone()),
        ("twice with another slash", [name("a/b"), name("a\\b")].concat(), twice.clone()),
        ("file and folder", [name("a"), vec![file("a/", b"")]].concat(), twice),
        (
            "no text",
            vec![with("a", b"", |file| file.name = vec![0xff])],
            ZipError::Name { index: 1, why: "is not UTF-8" },
        ),
        ("encrypted", vec![with("a", b"", |file| file.flags = 1)], ZipError::Encrypted { index: 1 }),
        (
            "other method",
            vec![with("a", b"", |file| file.method = 12)],
            ZipError::Unsupported { what: "a file of it is packed by a method other than deflate" },
        ),
        (
            "bomb",
            vec![file("a", &bomb)],
            ZipError::TooMuch {
                what: "a file that grows when it is unpacked, in times",
                found: 1028,
                most: RATIO as u64,
            },
        ),
        (
            "large",
            vec![with("a", b"", |file| file.size = u32::MAX)],
            ZipError::TooMuch {
                what: "a file whose bytes, unpacked, are",
                found: u64::from(u32::MAX),
                most: FILE as u64,
            },
        ),
        ("large together", all, ZipError::TooMuch { what: "bytes, unpacked", found: 9 * FILE as u64, most: ALL }),
        ("many", many, ZipError::TooMuch { what: "files", found: FILES as u64 + 1, most: FILES as u64 }),
        (
            "other name",
            vec![with("a", b"", |file| file.local_name = b"b".to_vec())],
            ZipError::Disagree { index: 1, about: "name" },
        ),
        (
            "overlap",
            vec![
                file("a", b"x"),
                with("a", b"x", |file| {
                    (file.name, file.local) = (b"b".to_vec(), Some(0));
                    file.local_name = b"b".to_vec();
                }),
            ],
            ZipError::Disagree { index: 2, about: "name" },
        ),
        ("less than it says", vec![with("a", b"xyz", |file| file.size += 1)], ZipError::Damaged { what: "size" }),
        (
            "more than it says",
            vec![with("a", b"xyz", |file| file.size -= 1)],
            ZipError::Damaged { what: "compressed data" },
        ),
        ("checksum", vec![with("a", b"xyz", |file| file.checksum ^= 1)], ZipError::Damaged { what: "checksum" }),
        (
            "stored with two sizes",
            vec![with("a", b"xyz", |file| file.method = STORED)],
            ZipError::Disagree { index: 1, about: "size" },
        ),
        (
            "header elsewhere",
            vec![with("a", b"xyz", |file| file.local = Some(1))],
            ZipError::Signature { what: "the header of a file", at: 1 },
        ),
        (
            "header behind the end",
            vec![with("a", b"xyz", |file| file.local = Some(1 << 20))],
            ZipError::Truncated { what: "the header of a file", at: 1 << 20 },
        ),
    ];
    for (row, files, expected) in rows {
        assert_eq!(unpacked(&archive(&files)).unwrap_err(), expected, "{row}");
    }
}

/// A file within the data of another, which a reader that believes the list would find.
#[test]
fn data_that_overlap_are_refused() {
    let whole = archive(&[file("b", b"x")]);
    let end = whole.windows(4).position(|window| window == CENTRAL).unwrap();
    let inner = &whole[..end];
    let outer = with("a", inner, |file| (file.method, file.packed) = (STORED, inner.to_vec()));
    let header = 30 + u32::try_from(outer.name.len()).unwrap();
    let hidden = with("b", b"x", |file| file.local = Some(header));
    assert_eq!(unpacked(&archive(&[outer, hidden])).unwrap_err(), ZipError::Overlap { at: header as usize });
    // An archive at the end of another could be taken for it.
    let nested = with("a", &whole, |file| (file.method, file.packed) = (STORED, whole.clone()));
    assert_eq!(unpacked(&archive(&[nested])).unwrap_err(), ZipError::Unsupported { what: "it has two ends" });
}

#[test]
fn every_truncation_is_refused() {
    let bytes = archive(&[file("a", b"aaaa"), file("b", b"bbbb")]);
    for length in 0..bytes.len() {
        assert_eq!(unpacked(&bytes[..length]).unwrap_err(), ZipError::NoEnd, "{length}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = unpacked(&bytes);
    }

    #[test]
    fn changed_archives_give_what_was_packed_or_nothing(changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..4)) {
        let files = [file("folder/a.dat", b"aaaaaaaaaaaaaaaabbbb"), file("manifest.json", b"{}")];
        let mut bytes = archive(&files);
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        // Names are not in a checksum; data are.
        for (_, data) in unpacked(&bytes).into_iter().flatten() {
            let is_whole = [&b"aaaaaaaaaaaaaaaabbbb"[..], b"{}", b""].contains(&&*data);
            prop_assert!(is_whole);
        }
    }
}
