//! Choices that a fuzzer makes by the bytes it gives.

/// Input that is used up choice by choice; when nothing is left, every choice is the first.
pub(super) struct Choices<'a>(pub(super) &'a [u8]);

impl Choices<'_> {
    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub(super) fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub(super) fn number(&mut self) -> u64 {
        let width = self.byte() % 9;
        (0..width).fold(0, |number, _| number << 8 | u64::from(self.byte()))
    }

    pub(super) fn bytes(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte()).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken.to_vec()
    }

    pub(super) fn array<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    pub(super) fn option<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| make(self))
    }

    /// As many as the input says, and at least `least`.
    pub(super) fn list<T>(&mut self, least: u8, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.byte() % 8;
        let count = if self.0.is_empty() { least } else { count.max(least) };
        (0..count).map(|_| make(self)).collect()
    }
}
