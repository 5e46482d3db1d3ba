//! Bytes as bytecode. Nothing in them is trusted: what comes out is a script that could have been read from text, in the one
//! encoding that it has.

use super::encode::{MAGIC, VERSION, opcode, operand, section};
use super::layout::Layout;
use super::leb128::Reader;
use super::tables::Tables;
use super::{
    Bytecode, ContentId, LensId, Operand, OperandId, OperandList, Operation, OperationId, Output, ResolvedLens, Scope,
    ScopeId, Slot, Step, TextId,
};
use crate::{Lens, Place, ReadError, Span, Variable, VariableKind, check, spelling};
use ecow::EcoString;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use std::hash::Hash;

/// Why bytes are not bytecode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The first bytes are not those of bytecode.
    #[error("this is not AIR bytecode")]
    NotBytecode,
    /// A version that this program doesn't know.
    #[error("bytecode of version {0} is not supported")]
    UnknownVersion(u8),
    /// The bytes end too early, or a length points past the end.
    #[error("the bytecode ends in the middle")]
    Truncated,
    /// Bytes are left over in a section or after the last one.
    #[error("{0} bytes are left over")]
    LeftOver(usize),
    /// A section that is unknown, out of order, repeated, or empty.
    #[error("section {0} can't stand there")]
    MisplacedSection(u8),
    /// A number that doesn't fit.
    #[error("a number is too big")]
    NumberTooBig,
    /// A number in more bytes than needed.
    #[error("a number is not in its shortest form")]
    NotShortest,
    /// Bytes that are no UTF-8.
    #[error("a text is not UTF-8")]
    NotText,
    /// A first byte that means nothing.
    #[error("{what} {byte} is unknown")]
    Unknown {
        /// What it should say.
        what: &'static str,
        /// The byte.
        byte: u8,
    },
    /// A number past the end of its table.
    #[error("{0} is out of bounds")]
    OutOfBounds(&'static str),
    /// A table that isn't in the order of first use, or has entries twice or for nothing.
    #[error("the table of {0} is not in order")]
    NotInOrder(&'static str),
    /// A name, text or number that AIR can't spell, or an entry of a kind that can't stand there.
    #[error("{0} can't stand there")]
    Misplaced(&'static str),
    /// A use of a stream that doesn't mean the innermost scope of its name.
    #[error("a stream is used outside of its scope")]
    WrongScope,
    /// A script that breaks the rules for names and folds.
    #[error("the script is not valid: {0}")]
    Invalid(ReadError),
}

impl Bytecode {
    /// Reads and verifies a file.
    ///
    /// # Errors
    /// When the bytes are not the encoding of a valid script.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader { rest: bytes };
        if reader.bytes(MAGIC.len()).ok() != Some(MAGIC) {
            return Err(DecodeError::NotBytecode);
        }
        match reader.byte()? {
            VERSION => {}
            other => return Err(DecodeError::UnknownVersion(other)),
        }
        let mut sections = Sections { reader, last: 0 };
        let mut decoder = Decoder::default();
        decoder.tables(&mut sections)?;
        let code = sections.take(section::CODE)?.ok_or(DecodeError::Truncated)?;
        decoder.code(code)?;
        let content = &bytes[..bytes.len() - sections.reader.rest.len()];
        let content_id = ContentId(*blake3::hash(content).as_bytes());
        let spans = match sections.take(section::DEBUG)? {
            Some(debug) => spans(debug, decoder.layout.operations.len())?,
            None => Vec::new(),
        };
        sections.end()?;
        let bytecode = Self::from_parts(decoder.tables, decoder.layout, spans, content_id);
        let problems = check(&bytecode);
        if problems.is_empty() {
            Ok(bytecode)
        } else {
            Err(DecodeError::Invalid(ReadError { problems }))
        }
    }
}

/// Sections in their order.
struct Sections<'a> {
    reader: Reader<'a>,
    last: u8,
}

impl<'a> Sections<'a> {
    /// The content of a section if it is the next one.
    fn take(&mut self, id: u8) -> Result<Option<Reader<'a>>, DecodeError> {
        let mut ahead = self.reader;
        if self.reader.is_at_end() || ahead.byte()? != id {
            return Ok(None);
        }
        let len = ahead.count()?;
        let rest = ahead.bytes(len)?;
        (self.reader, self.last) = (ahead, id);
        Ok(Some(Reader { rest }))
    }

    fn end(mut self) -> Result<(), DecodeError> {
        if self.reader.is_at_end() {
            Ok(())
        } else {
            Err(DecodeError::MisplacedSection(self.reader.byte()?))
        }
    }
}

/// The tables while they are checked against their uses: how many entries of each were used so far.
#[derive(Default)]
struct Decoder {
    tables: Tables,
    layout: Layout,
    used: Used,
}

#[derive(Default)]
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
    fn tables(&mut self, sections: &mut Sections<'_>) -> Result<(), DecodeError> {
        if let Some(reader) = sections.take(section::TEXTS)? {
            self.tables.texts = list(reader, "texts", |reader| text(reader))?;
        }
        if let Some(reader) = sections.take(section::NAMES)? {
            self.tables.variables = list(reader, "names", variable)?;
        }
        if let Some(reader) = sections.take(section::SCOPES)? {
            self.tables.scopes = entries(reader, |reader| self.scope_entry(reader))?;
        }
        if let Some(reader) = sections.take(section::LENSES)? {
            let lenses: Vec<_> = list(reader, "lenses", |reader| self.steps(reader))?;
            let resolve = |path: Option<Vec<Step>>| {
                let lens = path.as_deref().map_or(Lens::Length, |steps| self.tables.path(steps));
                ResolvedLens {
                    path,
                    text: ecow::eco_format!("{lens}"),
                }
            };
            self.tables.lenses = lenses.into_iter().map(resolve).collect();
        }
        if let Some(reader) = sections.take(section::OPERANDS)? {
            self.tables.operands = list(reader, "operands", |reader| self.operand_entry(reader))?;
        }
        Ok(())
    }

    fn scope_entry(&self, reader: &mut Reader<'_>) -> Result<Scope, DecodeError> {
        let variable = Slot(reader.number32()?);
        match self.kind(variable)? {
            VariableKind::Stream | VariableKind::StreamMap => Ok(Scope {
                variable,
                opened_by: None,
            }),
            _ => Err(DecodeError::Misplaced("a name")),
        }
    }

    fn steps(&self, reader: &mut Reader<'_>) -> Result<Option<Vec<Step>>, DecodeError> {
        let steps = (0..reader.count()?)
            .map(|_| self.step(reader))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(steps).filter(|steps| !steps.is_empty()))
    }

    fn step(&self, reader: &mut Reader<'_>) -> Result<Step, DecodeError> {
        let (kind, value) = (reader.byte()?, reader.number32()?);
        match kind {
            0 => Ok(Step::Index(value)),
            1 => match self.tables.variables.get(value as usize) {
                Some(name) if name.kind == VariableKind::Scalar && spelling::is_accessor(&name.name) => {
                    Ok(Step::Scalar(Slot(value)))
                }
                Some(_) => Err(DecodeError::Misplaced("a name")),
                None => Err(DecodeError::OutOfBounds("a name")),
            },
            2 => match self.tables.texts.get(value as usize) {
                Some(text) if spelling::is_accessor(text) => Ok(Step::Field(TextId(value))),
                Some(_) => Err(DecodeError::Misplaced("a text")),
                None => Err(DecodeError::OutOfBounds("a text")),
            },
            byte => Err(DecodeError::Unknown { what: "accessor", byte }),
        }
    }

    fn operand_entry(&self, reader: &mut Reader<'_>) -> Result<Operand, DecodeError> {
        Ok(match reader.byte()? {
            operand::INIT_PEER_ID => Operand::InitPeerId,
            operand::TIMESTAMP => Operand::Timestamp,
            operand::TTL => Operand::Ttl,
            operand::EMPTY_ARRAY => Operand::EmptyArray,
            operand::FALSE => Operand::Boolean(false),
            operand::TRUE => Operand::Boolean(true),
            operand::INTEGER => Operand::Integer(reader.signed()?),
            operand::FLOAT => {
                let bytes = reader.bytes(8)?.try_into().expect("eight bytes were asked for");
                let number = f64::from_le_bytes(bytes);
                if !spelling::is_float(number) {
                    return Err(DecodeError::Misplaced("a number"));
                }
                Operand::Float(number.to_bits())
            }
            operand::TEXT => {
                let id = reader.number32()?;
                let text = self
                    .tables
                    .texts
                    .get(id as usize)
                    .ok_or(DecodeError::OutOfBounds("a text"))?;
                if !spelling::is_literal(text) {
                    return Err(DecodeError::Misplaced("a text"));
                }
                Operand::Text(TextId(id))
            }
            code => {
                let (code, with_lens) = match code.checked_sub(operand::WITH_LENS) {
                    Some(code) => (code, true),
                    None => (code, false),
                };
                let slot = if code == operand::VARIABLE {
                    Some(Slot(reader.number32()?))
                } else {
                    None
                };
                let lens = if with_lens { Some(self.lens_id(reader)?) } else { None };
                match (code, slot) {
                    (operand::LAST_ERROR, None) => Operand::LastError(lens),
                    (operand::ERROR, None) => Operand::Error(lens),
                    (operand::VARIABLE, Some(slot)) => match self.kind(slot)? {
                        VariableKind::Scalar => Operand::Scalar(slot, lens),
                        VariableKind::CanonStream => Operand::CanonStream(slot, lens),
                        VariableKind::CanonMap => Operand::CanonMap(slot, lens),
                        VariableKind::Stream | VariableKind::StreamMap => return Err(DecodeError::Misplaced("a name")),
                    },
                    (byte, _) => return Err(DecodeError::Unknown { what: "operand", byte }),
                }
            }
        })
    }

    fn lens_id(&self, reader: &mut Reader<'_>) -> Result<LensId, DecodeError> {
        let id = reader.number32()?;
        if id as usize >= self.tables.lenses.len() {
            return Err(DecodeError::OutOfBounds("a lens"));
        }
        Ok(LensId(id))
    }

    fn kind(&self, slot: Slot) -> Result<VariableKind, DecodeError> {
        let variable = self
            .tables
            .variables
            .get(slot.index())
            .ok_or(DecodeError::OutOfBounds("a name"))?;
        Ok(variable.kind)
    }

    fn code(&mut self, mut code: Reader<'_>) -> Result<(), DecodeError> {
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
        Ok(())
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
        if kinds.contains(&self.kind(slot)?) {
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
        if self.kind(variable)? == expected {
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

/// The entries of a table that has at least one.
fn entries<'a, T>(
    mut reader: Reader<'a>,
    mut entry: impl FnMut(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let entries = (0..reader.count()?)
        .map(|_| entry(&mut reader))
        .collect::<Result<Vec<_>, _>>()?;
    match (entries.is_empty(), reader.rest.len()) {
        (true, _) => Err(DecodeError::Truncated),
        (false, 0) => Ok(entries),
        (false, left) => Err(DecodeError::LeftOver(left)),
    }
}

/// The entries of a table that has at least one and none twice.
fn list<'a, T: Hash + Eq>(
    reader: Reader<'a>,
    what: &'static str,
    entry: impl FnMut(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let entries = entries(reader, entry)?;
    let count = entries.len();
    let distinct: IndexSet<T, FxBuildHasher> = entries.into_iter().collect();
    if distinct.len() == count {
        Ok(distinct.into_iter().collect())
    } else {
        Err(DecodeError::NotInOrder(what))
    }
}

fn text(reader: &mut Reader<'_>) -> Result<EcoString, DecodeError> {
    let len = reader.count()?;
    std::str::from_utf8(reader.bytes(len)?)
        .map(EcoString::from)
        .map_err(|_| DecodeError::NotText)
}

fn variable(reader: &mut Reader<'_>) -> Result<Variable, DecodeError> {
    let kind = match reader.byte()? {
        0 => VariableKind::Scalar,
        1 => VariableKind::Stream,
        2 => VariableKind::StreamMap,
        3 => VariableKind::CanonStream,
        4 => VariableKind::CanonMap,
        byte => {
            return Err(DecodeError::Unknown {
                what: "kind of name",
                byte,
            });
        }
    };
    let variable = Variable {
        kind,
        name: text(reader)?,
    };
    if spelling::is_name(&variable) {
        Ok(variable)
    } else {
        Err(DecodeError::Misplaced("a name"))
    }
}

/// A span for each operation; they begin one after the other.
fn spans(mut reader: Reader<'_>, count: usize) -> Result<Vec<Span>, DecodeError> {
    let (mut spans, mut before) = (Vec::with_capacity(count.min(reader.rest.len())), 0_u32);
    for index in 0..count {
        let (distance, len) = (reader.number32()?, reader.number32()?);
        let left = before.checked_add(distance).ok_or(DecodeError::NumberTooBig)?;
        let right = left.checked_add(len).ok_or(DecodeError::NumberTooBig)?;
        if len == 0 || (distance == 0 && index > 0) {
            return Err(DecodeError::Misplaced("a span"));
        }
        spans.push(Span { left, right });
        before = left;
    }
    if reader.is_at_end() {
        Ok(spans)
    } else {
        Err(DecodeError::LeftOver(reader.rest.len()))
    }
}
