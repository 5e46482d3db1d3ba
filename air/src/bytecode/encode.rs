//! Encodes bytecode. `docs/bytecode.md` describes the format.

use super::tables::ResolvedOperand;
use super::{Bytecode, CallOutput, LensId, LensStep, Operation, leb128};
use crate::VariableKind;

/// The magic number at the start of a file.
pub(crate) const MAGIC: &[u8; 4] = b"\0air";
/// The format version.
pub(super) const VERSION: u8 = 1;

/// Section ids, in the order of the sections.
pub(super) mod section {
    pub(in super::super) const STRINGS: u8 = 1;
    pub(in super::super) const NAMES: u8 = 2;
    pub(in super::super) const SCOPES: u8 = 3;
    pub(in super::super) const LENSES: u8 = 4;
    pub(in super::super) const OPERANDS: u8 = 5;
    pub(in super::super) const CODE: u8 = 6;
    pub(in super::super) const DEBUG: u8 = 7;
}

/// Kinds of operands.
pub(super) mod operand {
    pub(in super::super) const INIT_PEER_ID: u8 = 0;
    pub(in super::super) const TIMESTAMP: u8 = 1;
    pub(in super::super) const TTL: u8 = 2;
    pub(in super::super) const EMPTY_ARRAY: u8 = 3;
    pub(in super::super) const FALSE: u8 = 4;
    pub(in super::super) const TRUE: u8 = 5;
    pub(in super::super) const INTEGER: u8 = 6;
    pub(in super::super) const FLOAT: u8 = 7;
    pub(in super::super) const STRING: u8 = 8;
    pub(in super::super) const LAST_ERROR: u8 = 9;
    pub(in super::super) const ERROR: u8 = 10;
    pub(in super::super) const VARIABLE: u8 = 11;
    /// Added to `LAST_ERROR`, `ERROR` and `VARIABLE` if a lens follows.
    pub(in super::super) const WITH_LENS: u8 = 16;
}

pub(super) mod opcode {
    pub(in super::super) const NULL: u8 = 0;
    pub(in super::super) const NEVER: u8 = 1;
    pub(in super::super) const SEQ: u8 = 2;
    pub(in super::super) const PAR: u8 = 3;
    pub(in super::super) const XOR: u8 = 4;
    pub(in super::super) const CALL: u8 = 5;
    pub(in super::super) const CALL_TO_SCALAR: u8 = 6;
    pub(in super::super) const CALL_TO_STREAM: u8 = 7;
    pub(in super::super) const CANON_STREAM: u8 = 8;
    pub(in super::super) const CANON_MAP: u8 = 9;
    pub(in super::super) const CANON_MAP_TO_SCALAR: u8 = 10;
    pub(in super::super) const AP_TO_SCALAR: u8 = 11;
    pub(in super::super) const AP_TO_STREAM: u8 = 12;
    pub(in super::super) const AP_TO_MAP: u8 = 13;
    pub(in super::super) const NEW: u8 = 14;
    pub(in super::super) const NEW_STREAM: u8 = 15;
    pub(in super::super) const NEW_MAP: u8 = 16;
    pub(in super::super) const FAIL: u8 = 17;
    pub(in super::super) const FAIL_WITH: u8 = 18;
    pub(in super::super) const FOLD: u8 = 19;
    pub(in super::super) const FOLD_STREAM: u8 = 20;
    pub(in super::super) const FOLD_MAP: u8 = 21;
    pub(in super::super) const NEXT: u8 = 22;
    pub(in super::super) const MATCH: u8 = 23;
    pub(in super::super) const MISMATCH: u8 = 24;
    /// Added to `FOLD`, `FOLD_STREAM` and `FOLD_MAP` if they have a last instruction.
    pub(in super::super) const WITH_LAST: u8 = 32;
}

impl Bytecode {
    /// Encodes the script with its debug section, if it has spans.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.encode_content();
        if !self.spans.is_empty() {
            section(&mut out, section::DEBUG, &self.debug_section());
        }
        out
    }

    /// Encodes the script without its debug section. [`content_hash`](Self::content_hash) is the hash of these bytes; they are
    /// equal for scripts with equal tokens.
    pub fn encode_content(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.push(VERSION);
        let tables = &self.tables;
        table(&mut out, section::STRINGS, &tables.strings, |out, entry| {
            string(out, entry)
        });
        table(&mut out, section::NAMES, &tables.variables, |out, variable| {
            out.push(match variable.kind {
                VariableKind::Scalar => 0,
                VariableKind::Stream => 1,
                VariableKind::StreamMap => 2,
                VariableKind::CanonStream => 3,
                VariableKind::CanonMap => 4,
            });
            string(out, &variable.name);
        });
        table(&mut out, section::SCOPES, &tables.scopes, |out, scope| {
            write_u32(out, scope.variable.0)
        });
        table(&mut out, section::LENSES, &tables.lenses, |out, lens| {
            let steps = lens.path.as_deref().unwrap_or_default();
            leb128::write(out, steps.len() as u64);
            steps.iter().for_each(|it| step(out, *it));
        });
        table(&mut out, section::OPERANDS, &tables.operands, |out, it| {
            operand(out, *it)
        });
        let mut code = Vec::with_capacity(self.operations.len() * 4);
        for it in &self.operations {
            self.operation(&mut code, it);
        }
        section(&mut out, section::CODE, &code);
        out
    }

    /// Does not write the ids of children: they follow in the order of the text.
    fn operation(&self, out: &mut Vec<u8>, operation: &Operation) {
        let mut put = |code: u8, numbers: &[u32]| {
            out.push(code);
            numbers.iter().for_each(|it| write_u32(out, *it));
        };
        let fold_code = |code, last: Option<_>| code + if last.is_some() { opcode::WITH_LAST } else { 0 };
        match *operation {
            Operation::Call {
                peer,
                service,
                function,
                arguments,
                output,
            } => {
                let (code, target) = match output {
                    CallOutput::None => (opcode::CALL, None),
                    CallOutput::Scalar(slot) => (opcode::CALL_TO_SCALAR, Some(slot.0)),
                    CallOutput::Stream(scope) => (opcode::CALL_TO_STREAM, Some(scope.0)),
                };
                put(code, &[peer.0, service.0, function.0, arguments.len]);
                self.list(arguments)
                    .iter()
                    .for_each(|argument| write_u32(out, argument.0));
                target.iter().for_each(|target| write_u32(out, *target));
            }
            Operation::CanonStream { peer, source, target } => put(opcode::CANON_STREAM, &[peer.0, source.0, target.0]),
            Operation::CanonMap { peer, source, target } => put(opcode::CANON_MAP, &[peer.0, source.0, target.0]),
            Operation::CanonMapToScalar { peer, source, target } => {
                put(opcode::CANON_MAP_TO_SCALAR, &[peer.0, source.0, target.0]);
            }
            Operation::ApToScalar { source, target } => put(opcode::AP_TO_SCALAR, &[source.0, target.0]),
            Operation::ApToStream { source, target } => put(opcode::AP_TO_STREAM, &[source.0, target.0]),
            Operation::ApToMap { key, value, target } => put(opcode::AP_TO_MAP, &[key.0, value.0, target.0]),
            Operation::Seq(..) => put(opcode::SEQ, &[]),
            Operation::Par(..) => put(opcode::PAR, &[]),
            Operation::Xor(..) => put(opcode::XOR, &[]),
            Operation::Null => put(opcode::NULL, &[]),
            Operation::Never => put(opcode::NEVER, &[]),
            Operation::New { slot, .. } => put(opcode::NEW, &[slot.0]),
            Operation::NewStream { scope, .. } => put(opcode::NEW_STREAM, &[scope.0]),
            Operation::NewMap { scope, .. } => put(opcode::NEW_MAP, &[scope.0]),
            Operation::Fail { error } => put(opcode::FAIL, &[error.0]),
            Operation::FailWith { code, message } => {
                put(opcode::FAIL_WITH, &[message.0]);
                leb128::write_signed(out, code);
            }
            Operation::Fold {
                iterable,
                iterator,
                last,
                ..
            } => {
                put(fold_code(opcode::FOLD, last), &[iterable.0, iterator.0]);
            }
            Operation::FoldStream {
                stream, iterator, last, ..
            } => {
                put(fold_code(opcode::FOLD_STREAM, last), &[stream.0, iterator.0]);
            }
            Operation::FoldMap {
                map, iterator, last, ..
            } => {
                put(fold_code(opcode::FOLD_MAP, last), &[map.0, iterator.0]);
            }
            Operation::Next { iterator } => put(opcode::NEXT, &[iterator.0]),
            Operation::Match { left, right, .. } => put(opcode::MATCH, &[left.0, right.0]),
            Operation::Mismatch { left, right, .. } => put(opcode::MISMATCH, &[left.0, right.0]),
        }
    }

    /// Encodes the spans: the distance of each start from the previous one, and the length.
    fn debug_section(&self) -> Vec<u8> {
        let (mut out, mut before) = (Vec::with_capacity(self.spans.len() * 3), 0);
        for span in &self.spans {
            write_u32(&mut out, span.start.saturating_sub(before));
            write_u32(&mut out, span.end.saturating_sub(span.start));
            before = span.start;
        }
        out
    }
}

fn write_u32(out: &mut Vec<u8>, number: u32) {
    leb128::write(out, u64::from(number));
}

fn string(out: &mut Vec<u8>, text: &str) {
    leb128::write(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn section(out: &mut Vec<u8>, id: u8, content: &[u8]) {
    out.push(id);
    leb128::write(out, content.len() as u64);
    out.extend_from_slice(content);
}

/// Writes a table as a section. Omits empty tables.
fn table<T>(out: &mut Vec<u8>, id: u8, entries: &[T], entry: impl Fn(&mut Vec<u8>, &T)) {
    if entries.is_empty() {
        return;
    }
    let mut content = Vec::new();
    leb128::write(&mut content, entries.len() as u64);
    entries.iter().for_each(|it| entry(&mut content, it));
    section(out, id, &content);
}

fn step(out: &mut Vec<u8>, step: LensStep) {
    let (kind, value) = match step {
        LensStep::Index(index) => (0, index),
        LensStep::Scalar(slot) => (1, slot.0),
        LensStep::Field(name) => (2, name.0),
    };
    out.push(kind);
    write_u32(out, value);
}

fn operand(out: &mut Vec<u8>, operand: ResolvedOperand) {
    let with_lens = |code: u8, lens: Option<LensId>| code + if lens.is_some() { operand::WITH_LENS } else { 0 };
    match operand {
        ResolvedOperand::InitPeerId => out.push(operand::INIT_PEER_ID),
        ResolvedOperand::Timestamp => out.push(operand::TIMESTAMP),
        ResolvedOperand::Ttl => out.push(operand::TTL),
        ResolvedOperand::EmptyArray => out.push(operand::EMPTY_ARRAY),
        ResolvedOperand::Boolean(false) => out.push(operand::FALSE),
        ResolvedOperand::Boolean(true) => out.push(operand::TRUE),
        ResolvedOperand::Integer(number) => {
            out.push(operand::INTEGER);
            leb128::write_signed(out, number);
        }
        ResolvedOperand::Float(bits) => {
            out.push(operand::FLOAT);
            out.extend_from_slice(&bits.to_le_bytes());
        }
        ResolvedOperand::String(id) => {
            out.push(operand::STRING);
            write_u32(out, id.0);
        }
        ResolvedOperand::LastError(lens) => out.push(with_lens(operand::LAST_ERROR, lens)),
        ResolvedOperand::Error(lens) => out.push(with_lens(operand::ERROR, lens)),
        ResolvedOperand::Scalar(slot, lens)
        | ResolvedOperand::CanonStream(slot, lens)
        | ResolvedOperand::CanonMap(slot, lens) => {
            out.push(with_lens(operand::VARIABLE, lens));
            write_u32(out, slot.0);
        }
    }
    operand.lens().iter().for_each(|lens| write_u32(out, lens.0));
}
