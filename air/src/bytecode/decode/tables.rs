//! Decodes the tables. Checks the references of each entry to earlier tables.

use super::super::encode::{operand, section};
use super::super::leb128::Reader;
use super::super::tables::Tables;
use super::super::{LensId, LensStep, ResolvedLens, ResolvedOperand, Slot, StreamScope, StringId};
use super::{DecodeError, Sections};
use crate::{Lens, Variable, VariableKind, spelling};
use ecow::EcoString;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use std::hash::Hash;

/// Decodes all tables. Whether their entries are used, and in which order, is checked with the operations.
pub(super) fn decode(sections: &mut Sections<'_>) -> Result<Tables, DecodeError> {
    let mut tables = Tables::default();
    if let Some(reader) = sections.take(section::STRINGS)? {
        tables.strings = distinct_entries(reader, "strings", string)?;
    }
    if let Some(reader) = sections.take(section::NAMES)? {
        tables.variables = distinct_entries(reader, "names", variable)?;
    }
    if let Some(reader) = sections.take(section::SCOPES)? {
        tables.scopes = entries(reader, |reader| tables.scope_entry(reader))?;
    }
    if let Some(reader) = sections.take(section::LENSES)? {
        let lenses: Vec<_> = distinct_entries(reader, "lenses", |reader| tables.steps(reader))?;
        let resolve = |path: Option<Vec<LensStep>>| {
            let lens = path.as_deref().map_or(Lens::Length, |steps| tables.path(steps));
            ResolvedLens {
                path,
                text: ecow::eco_format!("{lens}"),
            }
        };
        tables.lenses = lenses.into_iter().map(resolve).collect();
    }
    if let Some(reader) = sections.take(section::OPERANDS)? {
        tables.operands = distinct_entries(reader, "operands", |reader| tables.operand_entry(reader))?;
    }
    Ok(tables)
}

impl Tables {
    fn scope_entry(&self, reader: &mut Reader<'_>) -> Result<StreamScope, DecodeError> {
        let variable = Slot(reader.u32()?);
        match self.kind(variable)? {
            VariableKind::Stream | VariableKind::StreamMap => Ok(StreamScope {
                variable,
                opened_by: None,
            }),
            _ => Err(DecodeError::Misplaced("a name")),
        }
    }

    fn steps(&self, reader: &mut Reader<'_>) -> Result<Option<Vec<LensStep>>, DecodeError> {
        let steps = (0..reader.count()?)
            .map(|_| self.step(reader))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(steps).filter(|steps| !steps.is_empty()))
    }

    fn step(&self, reader: &mut Reader<'_>) -> Result<LensStep, DecodeError> {
        let (kind, value) = (reader.byte()?, reader.u32()?);
        match kind {
            0 => Ok(LensStep::Index(value)),
            1 => match self.variables.get(value as usize) {
                Some(name) if name.kind == VariableKind::Scalar && spelling::is_accessor(&name.name) => {
                    Ok(LensStep::Scalar(Slot(value)))
                }
                Some(_) => Err(DecodeError::Misplaced("a name")),
                None => Err(DecodeError::OutOfBounds("a name")),
            },
            2 => match self.strings.get(value as usize) {
                Some(text) if spelling::is_accessor(text) => Ok(LensStep::Field(StringId(value))),
                Some(_) => Err(DecodeError::Misplaced("a string")),
                None => Err(DecodeError::OutOfBounds("a string")),
            },
            byte => Err(DecodeError::Unknown { what: "accessor", byte }),
        }
    }

    fn operand_entry(&self, reader: &mut Reader<'_>) -> Result<ResolvedOperand, DecodeError> {
        Ok(match reader.byte()? {
            operand::INIT_PEER_ID => ResolvedOperand::InitPeerId,
            operand::TIMESTAMP => ResolvedOperand::Timestamp,
            operand::TTL => ResolvedOperand::Ttl,
            operand::EMPTY_ARRAY => ResolvedOperand::EmptyArray,
            operand::FALSE => ResolvedOperand::Boolean(false),
            operand::TRUE => ResolvedOperand::Boolean(true),
            operand::INTEGER => ResolvedOperand::Integer(reader.signed()?),
            operand::FLOAT => {
                let bytes = reader
                    .bytes(8)?
                    .try_into()
                    .expect("`bytes` returns the requested number of bytes");
                let number = f64::from_le_bytes(bytes);
                if !spelling::is_float(number) {
                    return Err(DecodeError::Misplaced("a number"));
                }
                ResolvedOperand::Float(number.to_bits())
            }
            operand::STRING => {
                let id = reader.u32()?;
                let text = self
                    .strings
                    .get(id as usize)
                    .ok_or(DecodeError::OutOfBounds("a string"))?;
                if !spelling::is_literal(text) {
                    return Err(DecodeError::Misplaced("a string"));
                }
                ResolvedOperand::String(StringId(id))
            }
            code => {
                let (code, with_lens) = match code.checked_sub(operand::WITH_LENS) {
                    Some(code) => (code, true),
                    None => (code, false),
                };
                let slot = if code == operand::VARIABLE {
                    Some(Slot(reader.u32()?))
                } else {
                    None
                };
                let lens = if with_lens { Some(self.lens_id(reader)?) } else { None };
                match (code, slot) {
                    (operand::LAST_ERROR, None) => ResolvedOperand::LastError(lens),
                    (operand::ERROR, None) => ResolvedOperand::Error(lens),
                    (operand::VARIABLE, Some(slot)) => match self.kind(slot)? {
                        VariableKind::Scalar => ResolvedOperand::Scalar(slot, lens),
                        VariableKind::CanonStream => ResolvedOperand::CanonStream(slot, lens),
                        VariableKind::CanonMap => ResolvedOperand::CanonMap(slot, lens),
                        VariableKind::Stream | VariableKind::StreamMap => return Err(DecodeError::Misplaced("a name")),
                    },
                    (byte, _) => return Err(DecodeError::Unknown { what: "operand", byte }),
                }
            }
        })
    }

    fn lens_id(&self, reader: &mut Reader<'_>) -> Result<LensId, DecodeError> {
        let id = reader.u32()?;
        if id as usize >= self.lenses.len() {
            return Err(DecodeError::OutOfBounds("a lens"));
        }
        Ok(LensId(id))
    }

    pub(super) fn kind(&self, slot: Slot) -> Result<VariableKind, DecodeError> {
        let variable = self
            .variables
            .get(slot.index())
            .ok_or(DecodeError::OutOfBounds("a name"))?;
        Ok(variable.kind)
    }
}

/// Decodes a table with at least one entry.
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
        (false, left) => Err(DecodeError::TrailingBytes(left)),
    }
}

/// Decodes a table with at least one entry and without duplicates.
fn distinct_entries<'a, T: Hash + Eq>(
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

fn string(reader: &mut Reader<'_>) -> Result<EcoString, DecodeError> {
    let len = reader.count()?;
    std::str::from_utf8(reader.bytes(len)?)
        .map(EcoString::from)
        .map_err(|_| DecodeError::InvalidUtf8)
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
        name: string(reader)?,
    };
    if spelling::is_name(variable.kind, &variable.name) {
        Ok(variable)
    } else {
        Err(DecodeError::Misplaced("a name"))
    }
}
