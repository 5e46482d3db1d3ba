//! Kinds of values in programs: their names, subtyping, literals and arguments.

use fastrand::Rng;
use serde_json::{Value, json};

/// A kind of data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Bool,
    Text,
    Number(Number),
    Array(Box<Self>),
    Option(Box<Self>),
    /// A record of the program, by index.
    Record(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Number {
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
}

/// A `data` declaration of the program.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) name: String,
    pub(super) fields: Vec<(String, Kind)>,
}

impl Number {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    pub(super) fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    pub(super) fn is_signed(self) -> bool {
        matches!(self, Self::I8 | Self::I16 | Self::I32 | Self::I64)
    }

    /// Specification §3.2: a wider integer, or a float that represents it exactly.
    fn accepts(self, other: Self) -> bool {
        let width = |number: Self| match number {
            Self::U8 | Self::I8 => 8,
            Self::U16 | Self::I16 => 16,
            Self::U32 | Self::I32 | Self::F32 => 32,
            Self::U64 | Self::I64 | Self::F64 => 64,
        };
        if self == other {
            return true;
        }
        match (self.is_float(), other.is_float()) {
            (false, false) if self.is_signed() == other.is_signed() => width(self) > width(other),
            (false, false) => self.is_signed() && width(self) > width(other),
            (true, true | false) => width(self) > width(other),
            (false, true) => false,
        }
    }
}

impl Kind {
    pub(super) fn array_of(kind: &Self) -> Self {
        Self::Array(Box::new(kind.clone()))
    }

    pub(super) fn option_of(kind: &Self) -> Self {
        Self::Option(Box::new(kind.clone()))
    }

    /// Its source text.
    pub(super) fn text(&self, records: &[Record]) -> String {
        match self {
            Self::Bool => "bool".to_owned(),
            Self::Text => "string".to_owned(),
            Self::Number(number) => number.name().to_owned(),
            Self::Array(item) => format!("[]{}", item.text(records)),
            Self::Option(item) => format!("?{}", item.text(records)),
            Self::Record(record) => records[*record].name.clone(),
        }
    }

    /// Whether a value of the other kind is accepted where this one is expected (specification §3.2).
    pub(super) fn accepts(&self, other: &Self, records: &[Record]) -> bool {
        match (self, other) {
            (Self::Number(wanted), Self::Number(given)) => wanted.accepts(*given),
            (Self::Array(wanted) | Self::Option(wanted), Self::Array(given) | Self::Option(given)) => {
                wanted.accepts(given, records)
            }
            (Self::Record(wanted), Self::Record(given)) => {
                wanted == given
                    || records[*wanted].fields.iter().all(|(name, wanted)| {
                        let mut fields = records[*given].fields.iter();
                        fields.any(|(field, given)| field == name && wanted.accepts(given, records))
                    })
            }
            _ => self == other,
        }
    }

    /// A value as JSON, and its length if it is a collection.
    pub(super) fn json(&self, choices: &mut Rng, records: &[Record]) -> (Value, Option<usize>) {
        match self {
            Self::Bool => (json!(choices.bool()), None),
            Self::Text => (json!(word(choices)), None),
            Self::Number(Number::F32 | Number::F64) => (json!(f64::from(choices.i8(-8..8)) + 0.5), None),
            Self::Number(number) if number.is_signed() => (json!(choices.i8(-20..20)), None),
            Self::Number(_) => (json!(choices.u8(..20)), None),
            Self::Array(item) => {
                let length = 1 + choices.usize(..3);
                let items = (0..length).map(|_| item.json(choices, records).0).collect();
                (Value::Array(items), Some(length))
            }
            Self::Option(item) => {
                let length = choices.usize(..2);
                let items = (0..length).map(|_| item.json(choices, records).0).collect();
                (Value::Array(items), Some(length))
            }
            Self::Record(record) => {
                let fields = records[*record].fields.iter();
                let fields = fields.map(|(name, kind)| (name.clone(), kind.json(choices, records).0));
                (Value::Object(fields.collect()), None)
            }
        }
    }
}

/// A text without characters that need escaping.
pub(super) fn word(choices: &mut Rng) -> &'static str {
    const WORDS: [&str; 8] = ["", "a", "b", "hello", "two words", "x-1", "(", "ü"];
    WORDS[choices.usize(..WORDS.len())]
}

/// The source text of a number.
pub(super) fn digits(choices: &mut Rng, number: Number) -> String {
    if number.is_float() {
        const FLOATS: [&str; 5] = ["0.5", "1.25", "-2.5", "10.75", "3.0"];
        return FLOATS[choices.usize(..FLOATS.len())].to_owned();
    }
    if number.is_signed() && choices.u8(..3) == 0 {
        return format!("-{}", 1 + choices.u8(..9));
    }
    match choices.u8(..8) {
        0 => "0".to_owned(),
        1 => choices.u8(20..120).to_string(),
        _ => choices.u8(1..7).to_string(),
    }
}
