//! Decodes the code section. Checks that each operand is allowed at its position, and that table entries are used in the
//! order of the table.

use super::super::encode::opcode;
use super::super::leb128::Reader;
use super::super::tables::Tables;
use super::super::tree::OperationTree;
use super::super::{
    CallOutput, LensId, LensStep, OperandId, OperandList, Operation, OperationId, ResolvedOperand, Slot, StreamScopeId,
    StringId,
};
use super::DecodeError;
use crate::{OperandPosition, VariableKind, spelling};

/// Decodes operations and checks the uses of table entries.
#[derive(Debug)]
pub(super) struct Decoder {
    tables: Tables,
    tree: OperationTree,
    used: UsedEntries,
}

/// Number of entries of each table that were used so far.
#[derive(Debug, Default)]
struct UsedEntries {
    strings: usize,
    names: usize,
    scopes: usize,
    lenses: usize,
    operands: usize,
}

/// Records a use of an entry and returns whether it is the first. Fails if an earlier entry of the table was not used yet.
fn first_use(used: &mut usize, id: u32, len: usize, what: &'static str) -> Result<bool, DecodeError> {
    let id = id as usize;
    if id >= len {
        return Err(DecodeError::OutOfBounds(what));
    }
    if id > *used {
        return Err(DecodeError::NotInOrder(what));
    }
    let first = id == *used;
    *used += usize::from(first);
    Ok(first)
}

impl Decoder {
    pub(super) fn new(tables: Tables) -> Self {
        Self {
            tables,
            tree: OperationTree::default(),
            used: UsedEntries::default(),
        }
    }

    /// Decodes the operations. Returns the operation tree and the tables, where `opened_by` of the scopes is set.
    pub(super) fn operations(mut self, mut code: Reader<'_>) -> Result<(Tables, OperationTree), DecodeError> {
        while !self.tree.is_complete() {
            self.operation(&mut code)?;
        }
        if !code.is_at_end() {
            return Err(DecodeError::TrailingBytes(code.rest.len()));
        }
        let Tables {
            strings,
            variables,
            scopes,
            lenses,
            operands,
            ..
        } = &self.tables;
        for (used, len, what) in [
            (self.used.strings, strings.len(), "strings"),
            (self.used.names, variables.len(), "names"),
            (self.used.scopes, scopes.len(), "scopes"),
            (self.used.lenses, lenses.len(), "lenses"),
            (self.used.operands, operands.len(), "operands"),
        ] {
            if used != len {
                return Err(DecodeError::NotInOrder(what));
            }
        }
        Ok((self.tables, self.tree))
    }

    fn operation(&mut self, code: &mut Reader<'_>) -> Result<(), DecodeError> {
        use VariableKind::{CanonMap, CanonStream, Scalar, Stream, StreamMap};
        const PLACEHOLDER: OperationId = OperationId(0);
        let mut opens = None;
        let byte = code.byte()?;
        let last = if byte >= opcode::WITH_LAST {
            Some(PLACEHOLDER)
        } else {
            None
        };
        let operation = match byte {
            opcode::NULL => Operation::Null,
            opcode::NEVER => Operation::Never,
            opcode::SEQ => Operation::Seq(PLACEHOLDER, PLACEHOLDER),
            opcode::PAR => Operation::Par(PLACEHOLDER, PLACEHOLDER),
            opcode::XOR => Operation::Xor(PLACEHOLDER, PLACEHOLDER),
            opcode::CALL | opcode::CALL_TO_SCALAR | opcode::CALL_TO_STREAM => self.call(code, byte)?,
            opcode::CANON_STREAM => Operation::CanonStream {
                peer: self.operand(code, OperandPosition::Peer)?,
                source: self.scope(code, Stream)?,
                target: self.slot(code, &[CanonStream])?,
            },
            opcode::CANON_MAP => Operation::CanonMap {
                peer: self.operand(code, OperandPosition::Peer)?,
                source: self.scope(code, StreamMap)?,
                target: self.slot(code, &[CanonMap])?,
            },
            opcode::CANON_MAP_TO_SCALAR => Operation::CanonMapToScalar {
                peer: self.operand(code, OperandPosition::Peer)?,
                source: self.scope(code, StreamMap)?,
                target: self.slot(code, &[Scalar])?,
            },
            opcode::AP_TO_SCALAR => Operation::ApToScalar {
                source: self.operand(code, OperandPosition::Source)?,
                target: self.slot(code, &[Scalar])?,
            },
            opcode::AP_TO_STREAM => Operation::ApToStream {
                source: self.operand(code, OperandPosition::Source)?,
                target: self.scope(code, Stream)?,
            },
            opcode::AP_TO_MAP => Operation::ApToMap {
                key: self.operand(code, OperandPosition::Key)?,
                value: self.operand(code, OperandPosition::Source)?,
                target: self.scope(code, StreamMap)?,
            },
            opcode::NEW => Operation::New {
                slot: self.slot(code, &[Scalar, CanonStream, CanonMap])?,
                body: PLACEHOLDER,
            },
            opcode::NEW_STREAM | opcode::NEW_MAP => {
                let expected = if byte == opcode::NEW_STREAM { Stream } else { StreamMap };
                let (slot, scope) = self.new_scope(code, expected)?;
                opens = Some((slot, scope));
                if byte == opcode::NEW_STREAM {
                    Operation::NewStream {
                        scope,
                        body: PLACEHOLDER,
                    }
                } else {
                    Operation::NewMap {
                        scope,
                        body: PLACEHOLDER,
                    }
                }
            }
            opcode::FAIL => Operation::Fail {
                error: self.operand(code, OperandPosition::Fail)?,
            },
            opcode::FAIL_WITH => {
                let message = self.message(code)?;
                Operation::FailWith {
                    code: code.signed()?,
                    message,
                }
            }
            _ if byte & !opcode::WITH_LAST == opcode::FOLD => Operation::Fold {
                iterable: self.operand(code, OperandPosition::Iterable)?,
                iterator: self.slot(code, &[Scalar])?,
                body: PLACEHOLDER,
                last,
            },
            _ if byte & !opcode::WITH_LAST == opcode::FOLD_STREAM => Operation::FoldStream {
                stream: self.scope(code, Stream)?,
                iterator: self.slot(code, &[Scalar])?,
                body: PLACEHOLDER,
                last,
            },
            _ if byte & !opcode::WITH_LAST == opcode::FOLD_MAP => Operation::FoldMap {
                map: self.scope(code, StreamMap)?,
                iterator: self.slot(code, &[Scalar])?,
                body: PLACEHOLDER,
                last,
            },
            opcode::NEXT => Operation::Next {
                iterator: self.slot(code, &[Scalar])?,
            },
            opcode::MATCH => Operation::Match {
                left: self.operand(code, OperandPosition::Argument)?,
                right: self.operand(code, OperandPosition::Argument)?,
                body: PLACEHOLDER,
            },
            opcode::MISMATCH => Operation::Mismatch {
                left: self.operand(code, OperandPosition::Argument)?,
                right: self.operand(code, OperandPosition::Argument)?,
                body: PLACEHOLDER,
            },
            byte => {
                return Err(DecodeError::Unknown {
                    what: "operation",
                    byte,
                });
            }
        };
        self.tree.push(operation, opens);
        Ok(())
    }

    fn call(&mut self, code: &mut Reader<'_>, byte: u8) -> Result<Operation, DecodeError> {
        let peer = self.operand(code, OperandPosition::Peer)?;
        let service = self.operand(code, OperandPosition::Function)?;
        let function = self.operand(code, OperandPosition::Function)?;
        // Each argument takes at least a byte, so `count` bounds the length by the size of the input.
        let len = code.count()?;
        let start = self.tables.lists.len() as u32;
        for _ in 0..len {
            let argument = self.operand(code, OperandPosition::Argument)?;
            self.tables.lists.push(argument);
        }
        let arguments = OperandList { start, len: len as u32 };
        let output = match byte {
            opcode::CALL => CallOutput::None,
            opcode::CALL_TO_SCALAR => CallOutput::Scalar(self.slot(code, &[VariableKind::Scalar])?),
            _ => CallOutput::Stream(self.scope(code, VariableKind::Stream)?),
        };
        Ok(Operation::Call {
            peer,
            service,
            function,
            arguments,
            output,
        })
    }

    fn operand(&mut self, code: &mut Reader<'_>, position: OperandPosition) -> Result<OperandId, DecodeError> {
        let id = code.u32()?;
        if first_use(&mut self.used.operands, id, self.tables.operands.len(), "operands")? {
            match self.tables.operands[id as usize] {
                ResolvedOperand::String(text) => self.use_string(text)?,
                ResolvedOperand::Scalar(slot, _)
                | ResolvedOperand::CanonStream(slot, _)
                | ResolvedOperand::CanonMap(slot, _) => {
                    self.use_name(slot)?;
                }
                _ => {}
            }
            if let Some(lens) = self.tables.operands[id as usize].lens() {
                self.use_lens(lens)?;
            }
        }
        let id = OperandId(id);
        if position.accepts(&self.tables.operand(id)) {
            Ok(id)
        } else {
            Err(DecodeError::Misplaced("an operand"))
        }
    }

    fn use_string(&mut self, string: StringId) -> Result<(), DecodeError> {
        first_use(&mut self.used.strings, string.0, self.tables.strings.len(), "strings").map(drop)
    }

    fn use_name(&mut self, slot: Slot) -> Result<(), DecodeError> {
        first_use(&mut self.used.names, slot.0, self.tables.variables.len(), "names").map(drop)
    }

    fn use_lens(&mut self, lens: LensId) -> Result<(), DecodeError> {
        if !first_use(&mut self.used.lenses, lens.0, self.tables.lenses.len(), "lenses")? {
            return Ok(());
        }
        let steps = self.tables.lenses[lens.index()].path.clone().unwrap_or_default();
        for step in steps {
            match step {
                LensStep::Index(_) => {}
                LensStep::Scalar(slot) => self.use_name(slot)?,
                LensStep::Field(text) => self.use_string(text)?,
            }
        }
        Ok(())
    }

    fn slot(&mut self, code: &mut Reader<'_>, kinds: &[VariableKind]) -> Result<Slot, DecodeError> {
        let slot = Slot(code.u32()?);
        self.use_name(slot)?;
        if kinds.contains(&self.tables.kind(slot)?) {
            Ok(slot)
        } else {
            Err(DecodeError::Misplaced("a name"))
        }
    }

    /// Decodes a use of a stream or stream map. It must refer to the innermost scope of its name.
    fn scope(&mut self, code: &mut Reader<'_>, expected: VariableKind) -> Result<StreamScopeId, DecodeError> {
        let scope = StreamScopeId(code.u32()?);
        let first = self.use_scope(scope, expected)?;
        let variable = self.tables.scopes[scope.index()].variable;
        match self.tree.scope(variable) {
            Some(innermost) if innermost == scope && !first => Ok(scope),
            None if first => {
                self.tree.set_global(variable, scope);
                Ok(scope)
            }
            _ => Err(DecodeError::WrongScope),
        }
    }

    fn new_scope(
        &mut self,
        code: &mut Reader<'_>,
        expected: VariableKind,
    ) -> Result<(Slot, StreamScopeId), DecodeError> {
        let scope = StreamScopeId(code.u32()?);
        if !self.use_scope(scope, expected)? {
            return Err(DecodeError::WrongScope);
        }
        let entry = &mut self.tables.scopes[scope.index()];
        entry.opened_by = Some(self.tree.next_id());
        Ok((entry.variable, scope))
    }

    fn use_scope(&mut self, scope: StreamScopeId, expected: VariableKind) -> Result<bool, DecodeError> {
        let first = first_use(&mut self.used.scopes, scope.0, self.tables.scopes.len(), "scopes")?;
        let variable = self.tables.scopes[scope.index()].variable;
        if first {
            self.use_name(variable)?;
        }
        if self.tables.kind(variable)? == expected {
            Ok(first)
        } else {
            Err(DecodeError::Misplaced("a name"))
        }
    }

    fn message(&mut self, code: &mut Reader<'_>) -> Result<StringId, DecodeError> {
        let message = StringId(code.u32()?);
        self.use_string(message)?;
        if spelling::is_literal(&self.tables.strings[message.index()]) {
            Ok(message)
        } else {
            Err(DecodeError::Misplaced("a string"))
        }
    }
}
