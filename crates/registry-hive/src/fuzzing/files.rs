//! Files in memory that an editor works on, and the steps that it took.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;

use crate::bytes::put;
use crate::{HiveFile, HiveFiles, Image, LogName, Logs, NotAHive};

/// The content of each file that is there.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Files(pub(super) BTreeMap<HiveFile, Vec<u8>>);

/// Something that was done to files.
#[derive(Clone)]
pub(super) enum Step {
    Write(HiveFile, u64, Vec<u8>),
    Remove(LogName),
}

impl Files {
    pub(super) fn hive(&self) -> &[u8] {
        self.0.get(&HiveFile::Hive).map_or(&[], Vec::as_slice)
    }

    pub(super) fn logs(&self) -> Logs<'_> {
        let log = |log| self.0.get(&HiveFile::Log(log)).map(Vec::as_slice);
        Logs { log1: log(LogName::Log1), log2: log(LogName::Log2), log: log(LogName::Log) }
    }

    pub(super) fn image(&self) -> Result<Image, NotAHive> {
        Image::open(self.hive().to_vec(), self.logs())
    }

    pub(super) fn apply(&mut self, step: &Step) -> io::Result<()> {
        match step {
            Step::Write(file, offset, bytes) => {
                let content = self.0.entry(*file).or_default();
                let start = usize::try_from(*offset).map_err(io::Error::other)?;
                content.resize(content.len().max(start + bytes.len()), 0);
                assert!(put(content, start, bytes), "the file was made long enough");
            }
            Step::Remove(log) => drop(self.0.remove(&HiveFile::Log(*log))),
        }
        Ok(())
    }
}

/// Files that remember what was done to them.
#[derive(Clone, Default)]
pub(super) struct Recorded(Rc<RefCell<(Files, Vec<Step>)>>);

impl Recorded {
    pub(super) fn over(files: Files) -> Self {
        Self(Rc::new(RefCell::new((files, vec![]))))
    }

    pub(super) fn files(&self) -> Files {
        self.0.borrow().0.clone()
    }

    pub(super) fn steps(&self) -> Vec<Step> {
        self.0.borrow().1.clone()
    }

    fn take(&self, step: Step) -> io::Result<()> {
        let mut state = self.0.borrow_mut();
        state.0.apply(&step)?;
        state.1.push(step);
        Ok(())
    }
}

impl HiveFiles for Recorded {
    fn length(&self, file: HiveFile) -> io::Result<Option<u64>> {
        Ok(self.0.borrow().0.0.get(&file).map(|bytes| bytes.len() as u64))
    }

    fn read_at(&self, file: HiveFile, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let files = self.0.borrow();
        let bytes = files.0.0.get(&file).and_then(|bytes| bytes.get(start..start.checked_add(buffer.len())?));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&mut self, file: HiveFile, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.take(Step::Write(file, offset, bytes.to_vec()))
    }

    fn sync(&mut self, _: HiveFile) -> io::Result<()> {
        Ok(())
    }

    fn remove(&mut self, log: LogName) -> io::Result<()> {
        self.take(Step::Remove(log))
    }
}
