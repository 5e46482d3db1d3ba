//! Reads TOML with spans. An invalid value is reported as a diagnostic and reading continues.
//!
//! A reader takes the keys it knows from a [`Section`]; [`Section::finish`] then reports the remaining keys as unknown and
//! suggests the nearest known name.

use crate::codes;
use aqua_diagnostics::suggestions::most_similar;
use aqua_diagnostics::{Diagnostic, FileId, Span};
use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;
use toml::de::{DeTable, DeValue};

/// A value with its span in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its position in the file.
    pub span: Span,
}

/// A parsed TOML file with the diagnostics reported so far.
pub(crate) struct Document<'text> {
    file: FileId,
    root: toml::Spanned<DeTable<'text>>,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

impl<'text> Document<'text> {
    /// Parses a file. Recovers from syntax errors: what could be parsed is kept.
    pub(crate) fn parse(file: FileId, text: &'text str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let end = text.len();
        let diagnostics = errors.iter().map(|error| {
            let span = span(file, error.span().unwrap_or(end..end));
            Diagnostic::error(codes::INVALID_TOML, span, "invalid TOML").label(error.message().to_owned())
        });
        Self {
            file,
            diagnostics: RefCell::new(diagnostics.collect()),
            root,
        }
    }

    /// The top-level table.
    pub(crate) fn root(&self) -> Section<'_, 'text> {
        Section::new(self, String::new(), self.span(0..0), self.root.get_ref())
    }

    /// All diagnostics, sorted by position.
    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics.into_inner();
        Diagnostic::sort(&mut diagnostics);
        diagnostics
    }

    fn span(&self, range: Range<usize>) -> Span {
        span(self.file, range)
    }

    fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }
}

/// A table and the keys its reader has taken from it.
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

    /// A string.
    pub(crate) fn string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let (span, value) = self.value(key)?;
        self.expect(key, span, value, "a string", value.as_str().map(str::to_owned))
    }

    /// A string parsed as `T`; `expected` describes the accepted strings.
    pub(crate) fn parsed<T: FromStr>(&mut self, key: &'static str, expected: &str) -> Option<Spanned<T>> {
        let (span, value) = self.value(key)?;
        let parsed = value.as_str().and_then(|text| text.parse().ok());
        self.expect(key, span, value, expected, parsed)
    }

    /// A string that is required: reports its absence and suggests `example`.
    pub(crate) fn required_string(&mut self, key: &'static str, example: &str) -> Option<Spanned<String>> {
        if !self.table.contains_key(key) {
            let section = if self.name.is_empty() {
                "at the top level".to_owned()
            } else {
                format!("in `[{}]`", self.name)
            };
            let message = format!("missing key `{key}` {section}");
            let diagnostic = Diagnostic::error(codes::MISSING_KEY, self.span, message);
            self.document
                .report(diagnostic.help(format!("add `{key} = {example}`")));
        }
        self.string(key)
    }

    /// An integer within a range.
    pub(crate) fn integer(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Option<Spanned<u64>> {
        let (span, value) = self.value(key)?;
        let number = value
            .as_integer()
            .and_then(|it| u64::from_str_radix(it.as_str(), it.radix()).ok());
        let expected = format!("an integer from {} to {}", range.start(), range.end());
        self.expect(
            key,
            span,
            value,
            &expected,
            number.filter(|number| range.contains(number)),
        )
    }

    /// A size such as `"32MiB"`, in bytes.
    pub(crate) fn size(&mut self, key: &'static str) -> Option<Spanned<u64>> {
        let (span, value) = self.value(key)?;
        let size = value.as_str().and_then(parse_size);
        self.expect(key, span, value, "a size such as \"32MiB\" (KiB, MiB or GiB)", size)
    }

    /// An array of strings.
    pub(crate) fn strings(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        let Some((span, value)) = self.value(key) else {
            return Vec::new();
        };
        let Some(items) = self.expect(key, span, value, "an array of strings", value.as_array()) else {
            return Vec::new();
        };
        let mut strings = Vec::new();
        for (index, item) in items.value.iter().enumerate() {
            let (at, item) = (self.document.span(item.span()), item.get_ref());
            let key = format!("{key}[{index}]");
            strings.extend(self.expect(&key, at, item, "a string", item.as_str().map(str::to_owned)));
        }
        strings
    }

    /// An array of any values, converted to JSON.
    pub(crate) fn array(&mut self, key: &'static str) -> Option<Vec<serde_json::Value>> {
        let (span, value) = self.value(key)?;
        let items = self.expect(key, span, value, "an array", value.as_array())?;
        Some(items.value.iter().map(|item| json(item.get_ref())).collect())
    }

    /// A table of numbers, booleans and strings: each key with its value as an Aqua literal.
    pub(crate) fn literals(&mut self, key: &'static str) -> Vec<(String, Spanned<String>)> {
        let Some((span, value)) = self.value(key) else {
            return Vec::new();
        };
        let Some(table) = self.expect(key, span, value, "a table of constants", value.as_table()) else {
            return Vec::new();
        };
        let mut literals = Vec::new();
        for (name, value) in table.value {
            let at = self.document.span(value.span());
            let literal = match value.get_ref() {
                DeValue::String(text) => (!text.contains('"')).then(|| format!("\"{text}\"")),
                DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => {
                    Some(json(value.get_ref()).to_string())
                }
                _ => None,
            };
            let expected = "a number, a boolean or a string without double quotes";
            let key = format!("{key}.{}", name.get_ref());
            let literal = self.expect(&key, at, value.get_ref(), expected, literal);
            literals.extend(literal.map(|literal| (name.get_ref().to_string(), literal)));
        }
        literals
    }

    /// A table in this table.
    pub(crate) fn section(&mut self, key: &'static str) -> Option<Self> {
        let (span, value) = self.value(key)?;
        let table = self.expect(key, span, value, "a table", value.as_table())?;
        let (name, span) = (self.path(key), self.key_span(key).unwrap_or(span));
        Some(Section::new(self.document, name, span, table.value))
    }

    /// All tables in the table `key`, with their names, in the order of the file.
    pub(crate) fn sections(&mut self, key: &'static str) -> Vec<(String, Self)> {
        let Some(outer) = self.section(key) else {
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (name, value) in outer.table {
            let (at, value) = (self.document.span(value.span()), value.get_ref());
            if let Some(table) = outer.expect(name.get_ref(), at, value, "a table", value.as_table()) {
                let path = outer.path(name.get_ref());
                let span = self.document.span(name.span());
                sections.push((
                    name.get_ref().to_string(),
                    Section::new(self.document, path, span, table.value),
                ));
            }
        }
        sections
    }

    /// Reports the keys that the reader has not taken.
    pub(crate) fn finish(self) {
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if self.known.contains(&name) {
                continue;
            }
            let span = self.document.span(key.span());
            let section = if self.name.is_empty() {
                "at the top level".to_owned()
            } else {
                format!("in `[{}]`", self.name)
            };
            let message = format!("unknown key `{name}` {section}");
            let diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, span, message);
            self.document
                .report(match most_similar(name, self.known.iter().copied()) {
                    Some(known) => diagnostic.help(format!("did you mean `{known}`?")).fix(
                        format!("replace `{name}` by `{known}`"),
                        span,
                        known,
                    ),
                    None => diagnostic.help(format!("expected one of {}", list(&self.known))),
                });
        }
    }

    fn value(&mut self, key: &'static str) -> Option<(Span, &'document DeValue<'text>)> {
        self.known.push(key);
        let value = self.table.get(key)?;
        Some((self.document.span(value.span()), value.get_ref()))
    }

    /// `value` with its span. Reports `None` as an invalid value: `expected` and the type of `found`.
    fn expect<T>(
        &self,
        key: &str,
        span: Span,
        found: &DeValue<'_>,
        expected: &str,
        value: Option<T>,
    ) -> Option<Spanned<T>> {
        if value.is_none() {
            let message = format!("invalid value for `{}`", self.path(key));
            let diagnostic = Diagnostic::error(codes::INVALID_VALUE, span, message);
            self.document
                .report(diagnostic.label(format!("expected {expected}, found {}", describe(found))));
        }
        value.map(|value| Spanned { value, span })
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
        Some(self.document.span(key.span()))
    }
}

fn span(file: FileId, range: Range<usize>) -> Span {
    let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
    file.span(offset(range.start), offset(range.end))
}

/// The type of a value, and the value itself if it is short.
fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.chars().count() <= 40 => {
            format!("the string {}", serde_json::Value::from(text.as_ref()))
        }
        DeValue::String(_) => "a string".to_owned(),
        DeValue::Integer(number) => format!("the integer {number}"),
        DeValue::Float(number) => format!("the float {number}"),
        DeValue::Boolean(value) => format!("the boolean {value}"),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "an array".to_owned(),
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

fn parse_size(text: &str) -> Option<u64> {
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
