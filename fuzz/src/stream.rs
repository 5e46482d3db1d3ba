//! A plain form for structured input: any bytes are something, and small changes of the bytes are small changes of it.

use ecow::EcoString;

/// Takes values off bytes. Behind the end everything is zero.
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

    /// One byte for small numbers, five for others.
    pub(crate) fn number(&mut self) -> u32 {
        match self.byte() {
            u8::MAX => u32::from_be_bytes([self.byte(), self.byte(), self.byte(), self.byte()]),
            small => small.into(),
        }
    }

    /// Bytes behind their number, or what is left of them.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let length = (self.number() as usize).min(self.bytes.len());
        let (bytes, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        bytes
    }

    pub(crate) fn text(&mut self) -> EcoString {
        String::from_utf8_lossy(self.bytes()).into()
    }

    /// As many items as a number says, while there are bytes for them.
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

/// Writes what [`Source`] reads.
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
