//! What the grammar of the official interpreter expects at each position, with its names and in its order.
//!
//! These lists are part of error texts that must match those of the official interpreter byte for byte.

use crate::{Lens, Operand, OperandPosition, Variable, VariableKind};

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

/// Returns the name of a variable of that kind without a lens.
pub(super) fn kind_name(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Scalar => "Scalar",
        VariableKind::Stream => "Stream",
        VariableKind::StreamMap => "StreamMap",
        VariableKind::CanonStream => "CanonStream",
        VariableKind::CanonMap => "CanonStreamMap",
    }
}

/// Returns the names of all operands allowed at `position`, and of the alternatives `also`, sorted.
pub(super) fn operand_names(position: OperandPosition, also: &[&'static str]) -> Vec<&'static str> {
    let lens = || Some(Lens::Length);
    let variable = |kind, lens| Operand::Variable(Variable::new(kind, ""), lens);
    let operands = [
        ("\"[\"", Operand::EmptyArray),
        ("Boolean", Operand::Boolean(true)),
        ("CanonStream", variable(VariableKind::CanonStream, None)),
        ("CanonStreamMap", variable(VariableKind::CanonMap, None)),
        ("CanonStreamMapWithLambda", variable(VariableKind::CanonMap, lens())),
        ("CanonStreamWithLambda", variable(VariableKind::CanonStream, lens())),
        ("Error", Operand::Error(None)),
        ("ErrorWithLambda", Operand::Error(lens())),
        ("F64", Operand::Float(0.0)),
        ("I64", Operand::Integer(0)),
        ("InitPeerId", Operand::InitPeerId),
        ("LastError", Operand::LastError(None)),
        ("LastErrorWithLambda", Operand::LastError(lens())),
        ("Literal", Operand::literal("")),
        ("Scalar", variable(VariableKind::Scalar, None)),
        ("ScalarWithLambda", variable(VariableKind::Scalar, lens())),
        ("Stream", variable(VariableKind::Stream, None)),
        ("StreamMap", variable(VariableKind::StreamMap, None)),
        ("TTL", Operand::Ttl),
        ("Timestamp", Operand::Timestamp),
    ];
    let accepted = operands
        .iter()
        .filter(|(_, operand)| position.accepts(operand))
        .map(|(name, _)| *name);
    let mut names: Vec<&str> = accepted.chain(also.iter().copied()).collect();
    names.sort_unstable();
    names
}
