//! What happened in a run, as a hash that equal runs share, and as lines for people.

use crate::plan::Time;

/// The log of a run: each entry is hashed; the text of the last ones is kept where a run is looked at by a person.
#[derive(Debug)]
pub(crate) struct Log {
    hasher: blake3::Hasher,
    entries: u64,
    /// The text of the last entries, if it is wanted.
    lines: Option<std::collections::VecDeque<String>>,
}

/// Lines that are kept.
const LINES: usize = 1000;

impl Log {
    pub(crate) fn new(with_text: bool) -> Self {
        Self {
            hasher: blake3::Hasher::new(),
            entries: 0,
            lines: with_text.then(std::collections::VecDeque::new),
        }
    }

    /// Adds an entry: when, on which peer, what kind of thing, and its bytes.
    pub(crate) fn add(&mut self, at: Time, peer: usize, kind: u8, parts: &[&[u8]], text: impl FnOnce() -> String) {
        self.entries += 1;
        self.hasher.update(&at.to_le_bytes());
        self.hasher.update(&(peer as u64).to_le_bytes());
        self.hasher.update(&[kind]);
        for part in parts {
            self.hasher.update(&(part.len() as u64).to_le_bytes());
            self.hasher.update(part);
        }
        if let Some(lines) = &mut self.lines {
            if lines.len() == LINES {
                lines.pop_front();
            }
            lines.push_back(format!("{:>10.3} ms  peer {peer}  {}", at as f64 / 1e6, text()));
        }
    }

    pub(crate) fn has_text(&self) -> bool {
        self.lines.is_some()
    }

    pub(crate) fn digest(&self) -> [u8; 32] {
        *self.hasher.finalize().as_bytes()
    }

    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default().into()
    }
}
