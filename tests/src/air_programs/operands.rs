//! Generates operands, lenses, names and targets.

use super::Generator;

/// Constants that are allowed as arguments.
const CONSTANTS: &[&str] = &[
    "\"text\"",
    "\"\"",
    "\"key\"",
    "\"é\n\\(;\u{1}\"",
    "0",
    "1",
    "-2",
    "9223372036854775807",
    "-9223372036854775808",
    "1.5",
    "1.0",
    "-0.0",
    "0.0000001",
    "123456789.5",
    "true",
    "false",
    "[]",
    "%timestamp%",
    "%ttl%",
    "%init_peer_id%",
];

const ERRORS: &[&str] = &[
    "%last_error%",
    ":error:",
    "%last_error%.$.message",
    "%last_error%.$.error_code",
    "%last_error%.$.instruction",
    "%last_error%.$.peer_id",
    "%last_error%.length",
    ":error:.$.error_code",
    ":error:.$.message",
    ":error:.$.instruction",
    ":error:.$.peer_id",
    ":error:.$.[0]",
    ":error:.length",
];

/// Lenses of scalars. Most match a result of the services.
const LENSES: &[&str] = &[
    ".length",
    ".$.[0]",
    ".$.[1]",
    ".$.[2].b",
    ".$.a",
    ".$.a.[1]",
    ".$.[2].b.[0]!",
    ".$.name",
    ".$.key",
    ".$.value",
    ".$.error_code",
    ".$.message",
    ".$.[4294967295]",
];

const CANON_LENSES: &[&str] = &[
    ".length",
    ".$.[0]",
    ".$.[0]",
    ".$.[1]",
    ".$.[2]",
    ".$.[0].name",
    ".$.[2].a.[1]",
    ".$.[0].[2].b",
    ".$.name",
];

const CANON_MAP_LENSES: &[&str] = &[
    ".length",
    ".$.key",
    ".$.key",
    ".$.key.[0]",
    ".$.key.[1]",
    ".$.key.[1].a",
    ".$.[7]",
    ".$.[7].[0]",
    ".$.other.[0]",
    ".$.op.[0]",
    ".$.missing",
    ".$.key.name",
];

impl Generator<'_> {
    /// Generates an argument of a call.
    pub(super) fn value(&mut self) -> String {
        if self.choices.u8(..12) == 0 {
            return self.one(&self.names.canon_maps.clone());
        }
        self.source()
    }

    /// Generates a source of `ap`.
    pub(super) fn source(&mut self) -> String {
        match self.choices.u8(..20) {
            0..=4 => self.of(CONSTANTS),
            5..=6 => self.of(ERRORS),
            7..=9 => format!("{}{}", self.scalar(), self.lens()),
            10..=11 => self.one(&self.names.canons.clone()),
            12 => {
                let canon = self.one(&self.names.canons.clone());
                format!("{canon}{}", self.canon_lens())
            }
            13..=14 => self.in_canon_map(),
            _ => self.scalar(),
        }
    }

    pub(super) fn lens(&mut self) -> String {
        if self.choices.u8(..8) == 0 {
            return format!(".$.[{}]", self.scalar());
        }
        self.of(LENSES)
    }

    pub(super) fn canon_lens(&mut self) -> String {
        if self.choices.u8(..10) == 0 {
            return format!(".$.[{}]", self.scalar());
        }
        self.of(CANON_LENSES)
    }

    /// Generates a canonical map with a lens.
    pub(super) fn in_canon_map(&mut self) -> String {
        let map = self.one(&self.names.canon_maps.clone());
        match self.choices.u8(..10) {
            0 => format!("{map}.$.[{}]", self.scalar()),
            1 => format!("{map}.$.key.[{}]", self.scalar()),
            _ => format!("{map}{}", self.of(CANON_MAP_LENSES)),
        }
    }

    pub(super) fn peer(&mut self) -> String {
        match self.choices.u8(..40) {
            0..=6 => "%init_peer_id%".to_owned(),
            7 => self.scalar(),
            8 => format!("{}{}", self.scalar(), self.lens()),
            9 => {
                let canon = self.one(&self.names.canons.clone());
                format!("{canon}{}", self.canon_lens())
            }
            10 => self.in_canon_map(),
            11 => "#names.$.[0]".to_owned(),
            12 => "#%names.$.key.[0]".to_owned(),
            13..=14 => "there".to_owned(),
            15 if self.choices.u8(..8) == 0 => "\"nobody\"".to_owned(),
            _ => format!("\"{}\"", self.one(self.peers)),
        }
    }

    pub(super) fn service(&mut self) -> String {
        match self.choices.u8(..40) {
            0 => self.scalar(),
            1 => format!("{}{}", self.scalar(), self.lens()),
            2 => {
                let canon = self.one(&self.names.canons.clone());
                format!("{canon}{}", self.canon_lens())
            }
            3 => self.in_canon_map(),
            4 => "op".to_owned(),
            5 => "#names.$.[1]".to_owned(),
            6 => "#%names.$.op.[0]".to_owned(),
            _ => "\"op\"".to_owned(),
        }
    }

    pub(super) fn function(&mut self) -> String {
        match self.choices.u8(..40) {
            0 => self.scalar(),
            1 => format!("{}{}", self.scalar(), self.lens()),
            2 => {
                let canon = self.one(&self.names.canons.clone());
                format!("{canon}{}", self.canon_lens())
            }
            3 => self.in_canon_map(),
            4 => "function".to_owned(),
            5 => "#%names.$.[7].[0]".to_owned(),
            6..=15 => "\"identity\"".to_owned(),
            _ => format!("\"{}\"", self.of(super::services::FUNCTIONS)),
        }
    }

    pub(super) fn key(&mut self) -> String {
        match self.choices.u8(..16) {
            0 => "7".to_owned(),
            1 => "-7".to_owned(),
            2..=3 => "\"other\"".to_owned(),
            4 => "\"7\"".to_owned(),
            5 => self.scalar(),
            6 => format!("{}{}", self.scalar(), self.lens()),
            7 => {
                let canon = self.one(&self.names.canons.clone());
                format!("{canon}{}", self.canon_lens())
            }
            8 => "#names.$.[1]".to_owned(),
            _ => "\"key\"".to_owned(),
        }
    }

    /// Returns a scalar that is defined earlier.
    pub(super) fn scalar(&mut self) -> String {
        self.one(&self.names.scalars.clone())
    }

    /// Generates a target: a new scalar, a stream, or rarely a scalar that is already defined.
    pub(super) fn target(&mut self) -> String {
        match self.choices.u8(..20) {
            0..=8 => self.stream(),
            9 => self.scalar(),
            _ => {
                let name = self.fresh("");
                self.names.scalars.push(name.clone());
                name
            }
        }
    }

    pub(super) fn stream(&mut self) -> String {
        let name = format!("$s{}", self.choices.usize(..3));
        if !self.names.streams.contains(&name) {
            self.names.streams.push(name.clone());
        }
        name
    }

    pub(super) fn map(&mut self) -> String {
        let name = format!("%m{}", self.choices.usize(..2));
        if !self.names.maps.contains(&name) {
            self.names.maps.push(name.clone());
        }
        name
    }

    pub(super) fn fresh(&mut self, tag: &str) -> String {
        self.names.count += 1;
        format!("{tag}x{}", self.names.count)
    }

    /// Returns a new name, rarely one that is in use.
    pub(super) fn fresh_or(&mut self, tag: &str, used: &[String]) -> String {
        if self.choices.u8(..20) == 0 {
            self.one(used)
        } else {
            self.fresh(tag)
        }
    }

    pub(super) fn of(&mut self, texts: &[&str]) -> String {
        texts[self.choices.usize(..texts.len())].to_owned()
    }
}
