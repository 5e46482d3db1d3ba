//! The data file: all functions that official peers answer, which of them are open, and cases.

use super::{ADDRESS, HOST, MANAGER, STRANGER, WORKER, id, modules};
use aqua_values::Value;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Errors of a store of modules.
pub(super) const EFFECTOR: &str = "requested module effector greeter with CID <module> is forbidden on this host";
pub(super) const BINARY: &str = "requested a binary `sh` which isn't in the configured list of binaries";

/// The content of `functions.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    #[serde(rename = "about")]
    _about: String,
    /// Errors that many functions have, as patterns.
    pub(super) conventions: Vec<String>,
    pub(super) rows: Vec<Row>,
    open: Vec<Open>,
    pub(super) cases: Vec<Case>,
}

/// A function.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// `service.function`. The function is `*` where it is any that has no row.
    #[serde(rename = "row")]
    pub(super) name: String,
    pub(super) arguments: String,
    pub(super) result: String,
    /// Whether only the host and its managers may call it.
    #[serde(default, rename = "protected")]
    pub(super) is_protected: bool,
    /// Whether official peers don't have it.
    #[serde(default, rename = "added")]
    pub(super) is_added: bool,
    /// Its own errors, as patterns.
    #[serde(default)]
    pub(super) errors: Vec<String>,
}

/// Functions that are not here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    reason: String,
    rows: Vec<String>,
}

/// A call and its answer: `result` or `error`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// `service.function`.
    pub(super) call: String,
    pub(super) arguments: Value,
    /// The initiator.
    #[serde(default)]
    pub(super) from: Role,
    /// The scope that is called.
    #[serde(default)]
    pub(super) on: Role,
    /// The tetraplets of the first argument.
    #[serde(default)]
    pub(super) origins: Vec<[String; 4]>,
    #[serde(default, deserialize_with = "present")]
    pub(super) result: Option<Value>,
    pub(super) error: Option<String>,
    /// How long the answer takes, in milliseconds.
    #[serde(default)]
    pub(super) after_ms: u64,
    /// What is written to the log.
    pub(super) printed: Option<String>,
}

/// A peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    #[default]
    Host,
    Worker,
    Manager,
    Stranger,
}

impl Role {
    /// The number of its key.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Host => HOST,
            Self::Worker => WORKER,
            Self::Manager => MANAGER,
            Self::Stranger => STRANGER,
        }
    }
}

impl Table {
    pub(super) fn read() -> Self {
        let mut text = include_str!("../functions.json").to_owned();
        let numbers = [HOST, WORKER, MANAGER, STRANGER, 2, 3];
        let names = ["<host>", "<worker>", "<manager>", "<stranger>", "<peer 2>", "<peer 3>"];
        for (name, number) in names.into_iter().zip(numbers) {
            text = text.replace(name, &id(number).to_string());
        }
        let text = text
            .replace("<address>", ADDRESS)
            .replace("<refused effector>", &modules::refused(EFFECTOR))
            .replace("<refused binary>", &modules::refused(BINARY))
            .replace("<module>", &modules::module().to_string())
            .replace("<blueprint>", &modules::blueprint().id().to_string())
            .replace("<node version>", env!("CARGO_PKG_VERSION"))
            .replace("<air version>", &aqua_vm::flat::interpreter_version());
        serde_json::from_str(&text).expect("the file has this form")
    }

    /// The reasons of open rows by their names.
    pub(super) fn open(&self) -> BTreeMap<&str, &str> {
        let reasons = self.open.iter().flat_map(|open| {
            let rows = open.rows.iter();
            rows.map(|row| (row.as_str(), open.reason.as_str()))
        });
        reasons.collect()
    }

    /// The row of a function.
    pub(super) fn row(&self, function: &str) -> Option<&Row> {
        let (service, _) = function.rsplit_once('.')?;
        let find = |name: &str| self.rows.iter().find(|row| row.name == name);
        find(function).or_else(|| find(&format!("{service}.*")))
    }
}

/// Whether a text has the form of a pattern, in which `*` is any text.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    let ends = text.char_indices().map(|(index, _)| index).chain([text.len()]);
    ends.into_iter().any(|end| matches(rest, &text[end..]))
}

/// A value that may be `null`, where a missing one is none.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
