//! Reading TOML with places: every mistake becomes a message that points into the file, and reading goes on.
//!
//! A [`Section`] is asked for the keys its reader knows; [`Section::finish`] then reports those nobody asked for, with the
//! nearest known name.

use crate::codes;
use aqua_diagnostics::suggestions::nearest;
use aqua_diagnostics::{Diagnostic, FileId, Span};
use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and the place it was written at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A TOML text being read, and what was found wrong so far.
pub(crate) struct Document<'text> {
    file: FileId,
    root: Spanned<DeTable<'text>>,
    found: RefCell<Vec<Diagnostic>>,
}

impl<'text> Document<'text> {
    /// Parses as much of a text as is TOML.
    pub(crate) fn parse(file: FileId, text: &'text str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let end = text.len();
        let found = errors.iter().map(|error| {
            let span = place(file, error.span().unwrap_or(end..end));
            Diagnostic::error(codes::NOT_TOML, span, "this is not TOML").label(error.message().to_owned())
        });
        Self {
            file,
            found: RefCell::new(found.collect()),
            root,
        }
    }

    /// The table that the whole file is.
    pub(crate) fn root(&self) -> Section<'_, 'text> {
        Section::new(self, String::new(), place(self.file, 0..0), self.root.get_ref())
    }

    /// Everything found wrong, in the order of the file.
    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        let mut found = self.found.into_inner();
        Diagnostic::sort(&mut found);
        found
    }

    fn report(&self, message: Diagnostic) {
        self.found.borrow_mut().push(message);
    }
}

/// A table, with the keys that its reader has asked for.
pub(crate) struct Section<'document, 'text> {
    document: &'document Document<'text>,
    name: String,
    span: Span,
    table: &'document DeTable<'text>,
    known: Vec<&'static str>,
}

impl<'document, 'text> Section<'document, 'text> {
    fn new(document: &'document Document<'text>, name: String, span: Span, table: &'document DeTable<'text>) -> Self {
        Self {
            document,
            name,
            span,
            table,
            known: Vec::new(),
        }
    }

    /// A text.
    pub(crate) fn text(&mut self, key: &'static str) -> Option<Placed<String>> {
        let (span, value) = self.value(key)?;
        self.expect(key, span, value, "a text in quotes", value.as_str().map(str::to_owned))
    }

    /// A text that means a value of a type; `expected` says which texts do.
    pub(crate) fn parsed<T: FromStr>(&mut self, key: &'static str, expected: &str) -> Option<Placed<T>> {
        let (span, value) = self.value(key)?;
        self.expect(
            key,
            span,
            value,
            expected,
            value.as_str().and_then(|text| text.parse().ok()),
        )
    }

    /// A text that must be there; a message when it is not.
    pub(crate) fn required_text(&mut self, key: &'static str, example: &str) -> Option<Placed<String>> {
        if !self.table.contains_key(key) {
            let section = if self.name.is_empty() {
                "the file".to_owned()
            } else {
                format!("`[{}]`", self.name)
            };
            let message = Diagnostic::error(codes::MISSING_KEY, self.span, format!("{section} has no `{key}`"));
            self.document.report(message.help(format!("add `{key} = {example}`")));
        }
        self.text(key)
    }

    /// A whole number within a range.
    pub(crate) fn whole(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Option<Placed<u64>> {
        let (span, value) = self.value(key)?;
        let number = value
            .as_integer()
            .and_then(|it| u64::from_str_radix(it.as_str(), it.radix()).ok());
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.expect(
            key,
            span,
            value,
            &expected,
            number.filter(|number| range.contains(number)),
        )
    }

    /// An amount of memory such as `"32MiB"`, in bytes.
    pub(crate) fn bytes(&mut self, key: &'static str) -> Option<Placed<u64>> {
        let (span, value) = self.value(key)?;
        let amount = value.as_str().and_then(parse_bytes);
        self.expect(key, span, value, "an amount such as \"32MiB\" (KiB, MiB, GiB)", amount)
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, key: &'static str) -> Vec<Placed<String>> {
        let Some((span, value)) = self.value(key) else {
            return Vec::new();
        };
        let expected = "a list of texts in quotes";
        let Some(items) = self.expect(key, span, value, expected, value.as_array()) else {
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items.value.iter() {
            let (at, item) = (place(self.document.file, item.span()), item.get_ref());
            texts.extend(self.expect(key, at, item, expected, item.as_str().map(str::to_owned)));
        }
        texts
    }

    /// A list of any values, as JSON.
    pub(crate) fn values(&mut self, key: &'static str) -> Option<Vec<serde_json::Value>> {
        let (span, value) = self.value(key)?;
        let items = self.expect(key, span, value, "a list", value.as_array())?;
        Some(items.value.iter().map(|item| json(item.get_ref())).collect())
    }

    /// A number, truth or text, written as Aqua writes it, for each key of a table.
    pub(crate) fn literals(&mut self, key: &'static str) -> Vec<(String, Placed<String>)> {
        let Some((span, value)) = self.value(key) else {
            return Vec::new();
        };
        let Some(table) = self.expect(key, span, value, "a table of constants", value.as_table()) else {
            return Vec::new();
        };
        let mut literals = Vec::new();
        for (name, value) in table.value {
            let at = place(self.document.file, value.span());
            let literal = match value.get_ref() {
                DeValue::String(text) => (!text.contains('"')).then(|| format!("\"{text}\"")),
                DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => {
                    Some(json(value.get_ref()).to_string())
                }
                _ => None,
            };
            let expected = "a number, `true`, `false` or a text";
            let literal = self.expect(name.get_ref(), at, value.get_ref(), expected, literal);
            literals.extend(literal.map(|literal| (name.get_ref().to_string(), literal)));
        }
        literals
    }

    /// A table within this one.
    pub(crate) fn section(&mut self, key: &'static str) -> Option<Self> {
        let (span, value) = self.value(key)?;
        let table = self.expect(key, span, value, "a table", value.as_table())?;
        let (name, place) = (self.path(key), self.key_span(key).unwrap_or(span));
        Some(Section::new(self.document, name, place, table.value))
    }

    /// Every table within the table of that key, by its name, in the order of the file.
    pub(crate) fn sections(&mut self, key: &'static str) -> Vec<(String, Self)> {
        let Some(outer) = self.section(key) else {
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (name, value) in outer.table {
            let (at, value) = (place(self.document.file, value.span()), value.get_ref());
            if let Some(table) = outer.expect(name.get_ref(), at, value, "a table", value.as_table()) {
                let path = outer.path(name.get_ref());
                let span = place(self.document.file, name.span());
                sections.push((
                    name.get_ref().to_string(),
                    Section::new(self.document, path, span, table.value),
                ));
            }
        }
        sections
    }

    /// Reports the keys that nobody asked for.
    pub(crate) fn finish(self) {
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if self.known.contains(&name) {
                continue;
            }
            let span = place(self.document.file, key.span());
            let section = if self.name.is_empty() {
                "at the top".to_owned()
            } else {
                format!("in `[{}]`", self.name)
            };
            let message = format!("`{name}` means nothing {section}");
            let message = Diagnostic::error(codes::UNKNOWN_KEY, span, message).label("unknown key");
            self.document.report(match nearest(name, self.known.iter().copied()) {
                Some(known) => message.help(format!("did you mean `{known}`?")).fix(
                    format!("replace `{name}` by `{known}`"),
                    span,
                    known,
                ),
                None => message.help(format!("known keys are {}", list(&self.known))),
            });
        }
    }

    fn value(&mut self, key: &'static str) -> Option<(Span, &'document DeValue<'text>)> {
        self.known.push(key);
        let value = self.table.get(key)?;
        Some((place(self.document.file, value.span()), value.get_ref()))
    }

    /// The value as wanted, or a message that says what was.
    fn expect<T>(
        &self,
        key: &str,
        span: Span,
        found: &DeValue<'_>,
        expected: &str,
        value: Option<T>,
    ) -> Option<Placed<T>> {
        if value.is_none() {
            let message = format!("`{}` is not as expected", self.path(key));
            let message = Diagnostic::error(codes::WRONG_VALUE, span, message);
            self.document
                .report(message.label(format!("expected {expected}, found {}", describe(found))));
        }
        value.map(|value| Placed { value, span })
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    fn key_span(&self, key: &str) -> Option<Span> {
        let (key, _) = self.table.get_key_value(key)?;
        Some(place(self.document.file, key.span()))
    }
}

fn place(file: FileId, range: Range<usize>) -> Span {
    let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
    file.span(offset(range.start), offset(range.end))
}

fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(_) => "a text".to_owned(),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(_) => "a fraction".to_owned(),
        DeValue::Boolean(truth) => format!("`{truth}`"),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn json(value: &DeValue<'_>) -> serde_json::Value {
    match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => number.into(),
            Err(_) => u64::from_str_radix(number.as_str(), number.radix())
                .unwrap_or(u64::MAX)
                .into(),
        },
        DeValue::Float(number) => number.as_str().parse::<f64>().unwrap_or(f64::NAN).into(),
        DeValue::Boolean(truth) => (*truth).into(),
        DeValue::Datetime(date) => date.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())));
            serde_json::Value::Object(entries.collect())
        }
    }
}

fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn list(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
