//! A table, from which a reader takes the keys it knows.

use crate::codes;
use crate::document::{Document, Spanned};
use crate::value::{describe, json, parse_size};
use aqua_diagnostics::suggestions::most_similar;
use aqua_diagnostics::{Diagnostic, Span};
use serde::de::DeserializeOwned;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use toml::de::{DeTable, DeValue};

/// A table and the keys its reader has taken from it. Methods that take a value return `None` if the key is missing or its
/// value is invalid; an invalid value is reported.
#[derive(Debug)]
pub struct Section<'document, 'text> {
    document: &'document Document<'text>,
    name: String,
    span: Span,
    table: &'document DeTable<'text>,
    known: Vec<&'static str>,
}

impl<'document, 'text> Section<'document, 'text> {
    pub(crate) fn new(
        document: &'document Document<'text>,
        name: String,
        span: Span,
        table: &'document DeTable<'text>,
    ) -> Self {
        Self {
            document,
            name,
            span,
            table,
            known: Vec::new(),
        }
    }

    /// A string.
    pub fn string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let (span, value) = self.value(key)?;
        self.expect(key, span, value, "a string", value.as_str().map(str::to_owned))
    }

    /// A path, given as a string.
    pub fn path(&mut self, key: &'static str) -> Option<Spanned<PathBuf>> {
        self.string(key).map(Spanned::into)
    }

    /// A string parsed as `T`; `expected` describes the accepted strings.
    pub fn parsed<T: FromStr>(&mut self, key: &'static str, expected: &str) -> Option<Spanned<T>> {
        let (span, value) = self.value(key)?;
        let parsed = value.as_str().and_then(|text| text.parse().ok());
        self.expect(key, span, value, expected, parsed)
    }

    /// A string that is required: reports its absence and suggests `example`.
    pub fn required_string(&mut self, key: &'static str, example: &str) -> Option<Spanned<String>> {
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
    pub fn integer(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Option<Spanned<u64>> {
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
    pub fn size(&mut self, key: &'static str) -> Option<Spanned<u64>> {
        let (span, value) = self.value(key)?;
        let size = value.as_str().and_then(parse_size);
        self.expect(key, span, value, "a size such as \"32MiB\" (KiB, MiB or GiB)", size)
    }

    /// A boolean.
    pub fn boolean(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        let (span, value) = self.value(key)?;
        self.expect(key, span, value, "`true` or `false`", value.as_bool())
    }

    /// A value of any type, which `convert` accepts or not; `expected` describes the accepted values.
    pub fn converted<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        convert: impl FnOnce(&serde_json::Value) -> Option<T>,
    ) -> Option<Spanned<T>> {
        let (span, value) = self.value(key)?;
        self.expect(key, span, value, expected, convert(&json(value)))
    }

    /// A value of any type that has `T`'s form; `expected` describes the accepted values.
    pub fn deserialized<T: DeserializeOwned>(&mut self, key: &'static str, expected: &str) -> Option<T> {
        let read = self.converted(key, expected, |value| T::deserialize(value).ok());
        read.map(|read| read.value)
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether the key is there with an array as its value.
    pub fn is_array(&self, key: &str) -> bool {
        self.table
            .get(key)
            .is_some_and(|value| value.get_ref().as_array().is_some())
    }

    /// A table of strings with any keys, in the order of the file.
    pub fn string_table(&mut self, key: &'static str) -> Vec<(String, Spanned<String>)> {
        let Some(inner) = self.section(key) else {
            return Vec::new();
        };
        let mut strings = Vec::new();
        for (name, value) in inner.table {
            let (at, value) = (self.document.span(value.span()), value.get_ref());
            let name: &str = name.get_ref();
            let text = inner.expect(name, at, value, "a string", value.as_str().map(str::to_owned));
            strings.extend(text.map(|text| (name.to_owned(), text)));
        }
        strings
    }

    /// The tables of an array, `[[key]]`.
    pub fn tables(&mut self, key: &'static str) -> Vec<Self> {
        let Some((span, value)) = self.value(key) else {
            return Vec::new();
        };
        let Some(items) = self.expect(key, span, value, "an array of tables", value.as_array()) else {
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (index, item) in items.value.iter().enumerate() {
            let (at, item) = (self.document.span(item.span()), item.get_ref());
            let name = format!("{key}[{index}]");
            if let Some(table) = self.expect(&name, at, item, "a table", item.as_table()) {
                tables.push(Section::new(self.document, self.full_name(&name), at, table.value));
            }
        }
        tables
    }

    /// An array of strings.
    pub fn strings(&mut self, key: &'static str) -> Vec<Spanned<String>> {
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
    pub fn array(&mut self, key: &'static str) -> Option<Vec<serde_json::Value>> {
        let (span, value) = self.value(key)?;
        let items = self.expect(key, span, value, "an array", value.as_array())?;
        Some(items.value.iter().map(|item| json(item.get_ref())).collect())
    }

    /// A table of numbers, booleans and strings: each key with its value as an Aqua literal.
    pub fn literals(&mut self, key: &'static str) -> Vec<(String, Spanned<String>)> {
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
    pub fn section(&mut self, key: &'static str) -> Option<Self> {
        let (span, value) = self.value(key)?;
        let table = self.expect(key, span, value, "a table", value.as_table())?;
        let (name, span) = (self.full_name(key), self.key_span(key).unwrap_or(span));
        Some(Section::new(self.document, name, span, table.value))
    }

    /// All tables in the table `key`, with their names, in the order of the file.
    pub fn sections(&mut self, key: &'static str) -> Vec<(String, Self)> {
        let Some(outer) = self.section(key) else {
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (name, value) in outer.table {
            let (at, value) = (self.document.span(value.span()), value.get_ref());
            if let Some(table) = outer.expect(name.get_ref(), at, value, "a table", value.as_table()) {
                let path = outer.full_name(name.get_ref());
                let span = self.document.span(name.span());
                sections.push((
                    name.get_ref().to_string(),
                    Section::new(self.document, path, span, table.value),
                ));
            }
        }
        sections
    }

    /// Reports a string that the reader can't use; `expected` describes the accepted strings.
    pub fn report_invalid(&self, key: &str, span: Span, expected: &str) {
        let message = format!("invalid value for `{}`", self.full_name(key));
        let diagnostic = Diagnostic::error(codes::INVALID_VALUE, span, message);
        self.document.report(diagnostic.label(format!("expected {expected}")));
    }

    /// Reports a key that is here instead of in the table `right`, for tables that may have unknown keys.
    pub fn report_misplaced(&self, key: &str, right: &str) {
        let found = self.table.iter().find(|(known, _)| known.get_ref() == key);
        let Some((found, _)) = found else { return };
        let message = format!("unknown key `{key}` in `[{}]`", self.name);
        let diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, self.document.span(found.span()), message);
        self.document.report(diagnostic.help(format!("write it in `{right}`")));
    }

    /// Reports the keys that the reader has not taken.
    pub fn finish(self) {
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
            let message = format!("invalid value for `{}`", self.full_name(key));
            let diagnostic = Diagnostic::error(codes::INVALID_VALUE, span, message);
            self.document
                .report(diagnostic.label(format!("expected {expected}, found {}", describe(found))));
        }
        value.map(|value| Spanned { value, span })
    }

    fn full_name(&self, key: &str) -> String {
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

fn list(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
