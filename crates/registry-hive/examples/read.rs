//! Reads everything in a hive and prints a digest of it, the number of keys and the number of values. `bench/hive` times
//! it beside other programs that compute the same digest: the CRC-32 of every key in preorder with its depth and name,
//! how many values it has, and of each value name, type and data, each length before what it is the length of.

#![expect(clippy::print_stdout, reason = "the digest is what it is run for")]

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::process::ExitCode;

use registry_hive::{Data, Image, KeyNode, KeyValue, Logs, Lost, StoredName, Visit, walk};

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else { return ExitCode::from(2) };
    let Ok(file) = File::open(path).and_then(|file| read_whole(&file)) else { return ExitCode::from(17) };
    let Ok(image) = Image::open(file, Logs::default()) else { return ExitCode::from(10) };
    let mut digest = Digest::default();
    match image.hive().root() {
        Ok(root) => walk(root, &mut digest),
        Err(_) => return ExitCode::from(13),
    }
    println!("{:08x} {} {}", digest.crc.finalize(), digest.keys, digest.values);
    ExitCode::SUCCESS
}

/// Reads a file in two halves at once: most of the time goes into the kernel's handing out memory, page by page.
fn read_whole(file: &File) -> io::Result<Vec<u8>> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let mut bytes = vec![0; length];
    let (first, second) = bytes.split_at_mut(length / 2);
    let offset = first.len() as u64;
    std::thread::scope(|scope| {
        let other = scope.spawn(|| file.read_exact_at(second, offset));
        file.read_exact_at(first, 0)?;
        other.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
    })?;
    Ok(bytes)
}

#[derive(Default)]
struct Digest {
    crc: crc32fast::Hasher,
    name: Vec<u8>,
    keys: u64,
    values: u64,
}

impl Digest {
    fn number(&mut self, number: usize) {
        self.crc.update(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn name(&mut self, name: StoredName<'_>) {
        match name.as_latin1() {
            Some(bytes) if bytes.is_ascii() => {
                self.number(bytes.len());
                self.crc.update(bytes);
            }
            _ => {
                self.name.clear();
                for unit in char::decode_utf16(name.units()) {
                    match unit {
                        Ok(character) => self.name.extend(character.encode_utf8(&mut [0; 4]).as_bytes()),
                        // As UTF-8 would encode the number, if it were a character.
                        Err(half) => {
                            let [high, low] = half.unpaired_surrogate().to_be_bytes();
                            let middle = 0x80 | (high & 0x0f) << 2 | low >> 6;
                            self.name.extend([0xe0 | high >> 4, middle, 0x80 | low & 0x3f]);
                        }
                    }
                }
                self.number(self.name.len());
                self.crc.update(&self.name);
            }
        }
    }
}

impl<'h> Visit<'h> for Digest {
    fn key(&mut self, depth: usize, key: KeyNode<'h>) {
        self.keys += 1;
        self.number(depth);
        match depth {
            0 => self.number(0),
            _ => self.name(key.name()),
        }
        self.number(usize::try_from(key.value_count()).unwrap_or(usize::MAX));
    }

    fn value(&mut self, value: KeyValue<'h>, data: Data<'h>) {
        self.values += 1;
        self.name(value.name());
        self.crc.update(&value.kind().0.to_le_bytes());
        self.crc.update(&value.size().to_le_bytes());
        // A walk passes only data that are there.
        let _ = data.for_each(|piece| self.crc.update(piece));
    }

    fn lost(&mut self, _: usize, _: Lost<'h>) {}
}
