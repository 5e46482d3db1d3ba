//! The code of a file: operations one by one, each operand checked against its place, each use of a table against the order
//! of first use.

use super::super::encode::opcode;
use super::super::layout::Layout;
use super::super::leb128::Reader;
use super::super::tables::Tables;
use super::super::{
    LensId, Operand, OperandId, OperandList, Operation, OperationId, Output, ScopeId, Slot, Step, TextId,
};
use super::DecodeError;
use crate::{Place, VariableKind, spelling};

/// The tables while they are checked against their uses: how many entries of each were used so far.
#[derive(Debug)]
pub(super) struct Decoder {
    tables: Tables,
    layout: Layout,
    used: Used,
}

#[derive(Debug, Default)]
struct Used {
    texts: usize,
    names: usize,
    scopes: usize,
    lenses: usize,
    operands: usize,
}

/// Counts a use: entries are first used in the order of their table. Says whether this use is the first.
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
            layout: Layout::default(),
            used: Used::default(),
        }
    }

    /// Reads the operations and gives back the tables, with scopes that know where they are opened, and the tree.
    pub(super) fn code(mut self, mut code: Reader<'_>) -> Result<(Tables, Layout), DecodeError> {
        while !self.layout.is_complete() {
            self.operation(&mut code)?;
        }
        if !code.is_at_end() {
            return Err(DecodeError::LeftOver(code.rest.len()));
        }
        let Tables {
            texts,
            variables,
            scopes,
            lenses,
            operands,
            ..
        } = &self.tables;
        for (used, len, what) in [
            (self.used.texts, texts.len(), "texts"),
            (self.used.names, variables.len(), "names"),
            (self.used.scopes, scopes.len(), "scopes"),
            (self.used.lenses, lenses.len(), "lenses"),
            (self.used.operands, operands.len(), "operands"),
        ] {
            if used != len {
                return Err(DecodeError::NotInOrder(what));
            }
        }
        Ok((self.tables, self.layout))
    }

    fn operation(&mut self, code: &mut Reader<'_>) -> Result<(), DecodeError> {
        use VariableKind::{CanonMap, CanonStream, Scalar, Stream, StreamMap};
        const LATER: OperationId = OperationId(0);
        let mut opens = None;
        let byte = code.byte()?;
        let last = if byte >= opcode::WITH_LAST { Some(LATER) } else { None };
        let operation = match byte {
            opcode::NULL => Operation::Null,
            opcode::NEVER => Operation::Never,
            opcode::SEQ => Operation::Seq(LATER, LATER),
            opcode::PAR => Operation::Par(LATER, LATER),
            opcode::XOR => Operation::Xor(LATER, LATER),
            opcode::CALL | opcode::CALL_TO_SCALAR | opcode::CALL_TO_STREAM => self.call(code, byte)?,
            opcode::CANON_STREAM => Operation::CanonStream {
                peer: self.operand(code, Place::Peer)?,
                source: self.scope(code, Stream)?,
                target: self.slot(code, &[CanonStream])?,
            },
            opcode::CANON_MAP => Operation::CanonMap {
                peer: self.operand(code, Place::Peer)?,
                source: self.scope(code, StreamMap)?,
                target: self.slot(code, &[CanonMap])?,
            },
            opcode::CANON_MAP_TO_SCALAR => Operation::CanonMapToScalar {
                peer: self.operand(code, Place::Peer)?,
                source: self.scope(code, StreamMap)?,
                target: self.slot(code, &[Scalar])?,
            },
            opcode::AP_TO_SCALAR => Operation::ApToScalar {
                source: self.operand(code, Place::Source)?,
                target: self.slot(code, &[Scalar])?,
            },
            opcode::AP_TO_STREAM => Operation::ApToStream {
                source: self.operand(code, Place::Source)?,
                target: self.scope(code, Stream)?,
            },
            opcode::AP_TO_MAP => Operation::ApToMap {
                key: self.operand(code, Place::Key)?,
                value: self.operand(code, Place::Source)?,
                target: self.scope(code, StreamMap)?,
            },
            opcode::NEW => Operation::New {
                slot: self.slot(code, &[Scalar, CanonStream, CanonMap])?,
                body: LATER,
            },
            opcode::NEW_STREAM | opcode::NEW_MAP => {
                let expected = if byte == opcode::NEW_STREAM { Stream } else { StreamMap };
                let (slot, scope) = self.new_scope(code, expected)?;
                opens = Some((slot, scope));
                if byte == opcode::NEW_STREAM {
                    Operation::NewStream { scope, body: LATER }
                } else {
                    Operation::NewMap { scope, body: LATER }
                }
            }
            opcode::FAIL => Operation::Fail {
                error: self.operand(code, Place::Failure)?,
            },
            opcode::FAIL_WITH => {
                let message = self.message(code)?;
                Operation::FailWith {
                    code: code.signed()?,
                    message,
                }
            }
            _ if byte & !opcode::WITH_LAST == opcode::FOLD => Operation::Fold {
                iterable: self.operand(code, Place::Iterable)?,
                iterator: self.slot(code, &[Scalar])?,
                body: LATER,
                last,
            },
            _ if byte & !opcode::WITH_LAST == opcode::FOLD_STREAM => Operation::FoldStream {
                stream: self.scope(code, Stream)?,
                iterator: self.slot(code, &[Scalar])?,
                body: LATER,
                last,
            },
            _ if byte & !opcode::WITH_LAST == opcode::FOLD_MAP => Operation::FoldMap {
                map: self.scope(code, StreamMap)?,
                iterator: self.slot(code, &[Scalar])?,
                body: LATER,
                last,
            },
            opcode::NEXT => Operation::Next {
                iterator: self.slot(code, &[Scalar])?,
            },
            opcode::MATCH => Operation::Match {
                left: self.operand(code, Place::Argument)?,
                right: self.operand(code, Place::Argument)?,
                body: LATER,
            },
            opcode::MISMATCH => Operation::Mismatch {
                left: self.operand(code, Place::Argument)?,
                right: self.operand(code, Place::Argument)?,
                body: LATER,
            },
            byte => {
                return Err(DecodeError::Unknown {
                    what: "operation",
                    byte,
                });
            }
        };
        self.layout.push(operation, opens);
        Ok(())
    }

    fn call(&mut self, code: &mut Reader<'_>, byte: u8) -> Result<Operation, DecodeError> {
        let peer = self.operand(code, Place::Peer)?;
        let service = self.operand(code, Place::Function)?;
        let function = self.operand(code, Place::Function)?;
        // Operands are given by number, so what has been decoded is what is left to be read: lists can't be longer.
        let len = code.count()?;
        let start = self.tables.lists.len() as u32;
        for _ in 0..len {
            let argument = self.operand(code, Place::Argument)?;
            self.tables.lists.push(argument);
        }
        let arguments = OperandList { start, len: len as u32 };
        let output = match byte {
            opcode::CALL => Output::None,
            opcode::CALL_TO_SCALAR => Output::Scalar(self.slot(code, &[VariableKind::Scalar])?),
            _ => Output::Stream(self.scope(code, VariableKind::Stream)?),
        };
        Ok(Operation::Call {
            peer,
            service,
            function,
            arguments,
            output,
        })
    }

    fn operand(&mut self, code: &mut Reader<'_>, place: Place) -> Result<OperandId, DecodeError> {
        let id = code.number32()?;
        if first_use(&mut self.used.operands, id, self.tables.operands.len(), "operands")? {
            match self.tables.operands[id as usize] {
                Operand::Text(text) => self.use_text(text)?,
                Operand::Scalar(slot, _) | Operand::CanonStream(slot, _) | Operand::CanonMap(slot, _) => {
                    self.use_name(slot)?;
                }
                _ => {}
            }
            if let Some(lens) = self.tables.operands[id as usize].lens() {
                self.use_lens(lens)?;
            }
        }
        let id = OperandId(id);
        if place.accepts(&self.tables.value(id)) {
            Ok(id)
        } else {
            Err(DecodeError::Misplaced("an operand"))
        }
    }

    fn use_text(&mut self, text: TextId) -> Result<(), DecodeError> {
        first_use(&mut self.used.texts, text.0, self.tables.texts.len(), "texts").map(drop)
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
                Step::Index(_) => {}
                Step::Scalar(slot) => self.use_name(slot)?,
                Step::Field(text) => self.use_text(text)?,
            }
        }
        Ok(())
    }

    fn slot(&mut self, code: &mut Reader<'_>, kinds: &[VariableKind]) -> Result<Slot, DecodeError> {
        let slot = Slot(code.number32()?);
        self.use_name(slot)?;
        if kinds.contains(&self.tables.kind(slot)?) {
            Ok(slot)
        } else {
            Err(DecodeError::Misplaced("a name"))
        }
    }

    /// A use of a stream or stream map: it must mean what the place makes it mean.
    fn scope(&mut self, code: &mut Reader<'_>, expected: VariableKind) -> Result<ScopeId, DecodeError> {
        let scope = ScopeId(code.number32()?);
        let first = self.use_scope(scope, expected)?;
        let variable = self.tables.scopes[scope.index()].variable;
        match self.layout.scope(variable) {
            Some(meant) if meant == scope && !first => Ok(scope),
            None if first => {
                self.layout.set_global(variable, scope);
                Ok(scope)
            }
            _ => Err(DecodeError::WrongScope),
        }
    }

    fn new_scope(&mut self, code: &mut Reader<'_>, expected: VariableKind) -> Result<(Slot, ScopeId), DecodeError> {
        let scope = ScopeId(code.number32()?);
        if !self.use_scope(scope, expected)? {
            return Err(DecodeError::WrongScope);
        }
        let entry = &mut self.tables.scopes[scope.index()];
        entry.opened_by = Some(self.layout.next_id());
        Ok((entry.variable, scope))
    }

    fn use_scope(&mut self, scope: ScopeId, expected: VariableKind) -> Result<bool, DecodeError> {
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

    fn message(&mut self, code: &mut Reader<'_>) -> Result<TextId, DecodeError> {
        let text = TextId(code.number32()?);
        self.use_text(text)?;
        let spelled = spelling::is_literal(&self.tables.texts[text.index()]);
        if spelled {
            Ok(text)
        } else {
            Err(DecodeError::Misplaced("a text"))
        }
    }
}
