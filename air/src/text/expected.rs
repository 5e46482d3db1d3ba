//! What the official grammar expects at each place, under its names and in its order.

use crate::{Lens, Place, Value, Variable, VariableKind};

pub(super) const OPEN: &str = "\"(\"";
pub(super) const CLOSE: &str = "\")\"";
pub(super) const OPEN_SQUARE: &str = "\"[\"";
pub(super) const CLOSE_SQUARE: &str = "\"]\"";

pub(super) const INSTRUCTIONS: &[&str] = &[
    "ap", "call", "canon", "fail", "fold", "match_", "mismatch", "never", "new", "next", "null", "par", "seq", "xor",
];
pub(super) const ANY_VARIABLE: &[VariableKind] = &[
    VariableKind::CanonStream,
    VariableKind::CanonMap,
    VariableKind::Scalar,
    VariableKind::Stream,
    VariableKind::StreamMap,
];

/// The name of a variable of that kind without lens.
pub(super) fn kind_name(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Scalar => "Scalar",
        VariableKind::Stream => "Stream",
        VariableKind::StreamMap => "StreamMap",
        VariableKind::CanonStream => "CanonStream",
        VariableKind::CanonMap => "CanonStreamMap",
    }
}

/// The names of all values that the place takes, and of what else may stand there.
pub(super) fn value_names(place: Place, also: &[&'static str]) -> Vec<&'static str> {
    let lens = || Some(Lens::Length);
    let variable = |kind, lens| Value::Variable(Variable::new(kind, ""), lens);
    let values = [
        ("\"[\"", Value::EmptyArray),
        ("Boolean", Value::Boolean(true)),
        ("CanonStream", variable(VariableKind::CanonStream, None)),
        ("CanonStreamMap", variable(VariableKind::CanonMap, None)),
        ("CanonStreamMapWithLambda", variable(VariableKind::CanonMap, lens())),
        ("CanonStreamWithLambda", variable(VariableKind::CanonStream, lens())),
        ("Error", Value::Error(None)),
        ("ErrorWithLambda", Value::Error(lens())),
        ("F64", Value::Float(0.0)),
        ("I64", Value::Integer(0)),
        ("InitPeerId", Value::InitPeerId),
        ("LastError", Value::LastError(None)),
        ("LastErrorWithLambda", Value::LastError(lens())),
        ("Literal", Value::literal("")),
        ("Scalar", variable(VariableKind::Scalar, None)),
        ("ScalarWithLambda", variable(VariableKind::Scalar, lens())),
        ("Stream", variable(VariableKind::Stream, None)),
        ("StreamMap", variable(VariableKind::StreamMap, None)),
        ("TTL", Value::Ttl),
        ("Timestamp", Value::Timestamp),
    ];
    let accepted = values
        .iter()
        .filter(|(_, value)| place.accepts(value))
        .map(|(name, _)| *name);
    let mut names: Vec<&str> = accepted.chain(also.iter().copied()).collect();
    names.sort_unstable();
    names
}
