//! Reads every key and value of a hive with nt-hive and prints `DIGEST KEYS VALUES` of the tree, as
//! scripts/oracles/hives/hivex-dump.c defines them. nt-hive refuses types that it does not know, and large values in
//! hives of version 1.3; how many values were left out for that is a fourth number.

use std::error::Error;
use std::{env, fs};

use crc32fast::Hasher;
use nt_hive::{Hive, KeyNode, KeyValue, KeyValueData, NtHiveError};

#[derive(Default)]
struct Reading {
    digest: Hasher,
    keys: u64,
    values: u64,
    refused: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args_os().nth(1).ok_or("usage: nt-hive-read HIVE")?;
    let bytes = fs::read(path)?;
    // Hives are read as they are, dirty ones too, as the other readers do.
    let hive = Hive::without_validation(bytes.as_slice())?;
    let mut reading = Reading::default();
    reading.key(&hive.root_key_node()?, 0)?;
    let Reading { digest, keys, values, refused } = reading;
    println!("{:08x} {keys} {values} {refused}", digest.finalize());
    Ok(())
}

impl Reading {
    fn key(&mut self, key: &KeyNode<'_, &[u8]>, depth: u32) -> Result<(), NtHiveError> {
        self.keys += 1;
        self.number(depth);
        self.text(&if depth > 0 { key.name()?.to_string_lossy() } else { String::new() });
        let values: Vec<_> = key.values().transpose()?.into_iter().flatten().collect::<Result<_, _>>()?;
        self.number(values.len() as u32);
        for value in &values {
            self.value(value)?;
        }
        for subkey in key.subkeys().transpose()?.into_iter().flatten() {
            self.key(&subkey?, depth + 1)?;
        }
        Ok(())
    }

    fn value(&mut self, value: &KeyValue<'_, &[u8]>) -> Result<(), NtHiveError> {
        let (Ok(kind), Ok(data)) = (value.data_type(), value.data()) else {
            self.refused += 1;
            return Ok(());
        };
        self.values += 1;
        self.text(&value.name()?.to_string_lossy());
        self.number(kind as u32);
        self.number(value.data_size());
        match data {
            KeyValueData::Small(data) => self.digest.update(data),
            KeyValueData::Big(slices) => {
                for data in slices {
                    self.digest.update(data?);
                }
            }
        }
        Ok(())
    }

    fn number(&mut self, number: u32) {
        self.digest.update(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u32);
        self.digest.update(text.as_bytes());
    }
}
