//! A binary encoding for structured input. Any bytes decode, and small changes of the bytes are small changes of the input.

use ecow::EcoString;

/// Decodes values from bytes. After the end, all bytes are zero.
#[derive(Clone)]
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
}

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else {
            return 0;
        };
        self.bytes = rest;
        *first
    }

    /// Reads one byte for numbers below 255, five bytes for others.
    pub(crate) fn number(&mut self) -> u32 {
        match self.byte() {
            u8::MAX => u32::from_be_bytes([self.byte(), self.byte(), self.byte(), self.byte()]),
            small => small.into(),
        }
    }

    /// Reads a length and that many bytes, or the remaining bytes if there are fewer.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let length = (self.number() as usize).min(self.bytes.len());
        let (bytes, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        bytes
    }

    pub(crate) fn text(&mut self) -> EcoString {
        String::from_utf8_lossy(self.bytes()).into()
    }

    /// Reads a length and that many items, or fewer at the end of the bytes.
    pub(crate) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let length = self.number();
        let mut items = Vec::new();
        for _ in 0..length {
            if self.is_empty() {
                break;
            }
            items.push(item(self));
        }
        items
    }
}

/// Encodes values for [`Source`].
#[derive(Default)]
pub(crate) struct Sink {
    pub(crate) bytes: Vec<u8>,
}

impl Sink {
    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(crate) fn number(&mut self, number: u32) {
        match u8::try_from(number) {
            Ok(small) if small < u8::MAX => self.byte(small),
            _ => {
                self.byte(u8::MAX);
                self.bytes.extend(number.to_be_bytes());
            }
        }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u32);
        self.bytes.extend(bytes);
    }

    pub(crate) fn list<T>(&mut self, items: impl ExactSizeIterator<Item = T>, mut item: impl FnMut(&mut Self, T)) {
        self.number(items.len() as u32);
        for it in items {
            item(self, it);
        }
    }
}
