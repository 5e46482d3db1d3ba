//! Values: the steps that compute them, and their bindings.

use super::Lowered;
use super::binding::{Binding, Callable};
use super::steps::{Lowering, RELAY, Steps, grow_stack};
use crate::checked::{Builtin, CollectionKind, Literal, Value, ValueKind};
use crate::codes;
use aqua_air::{Accessor, Lens, Operand, OperandPosition};
use aqua_diagnostics::{Diagnostic, Span};
use ecow::EcoString;

/// The maximum length of a float in AIR, in bytes.
const MAX_FLOAT: usize = 11;

impl<'p> Lowering<'p> {
    /// Adds the steps that compute a value and returns its binding.
    pub(super) fn value(&mut self, value: &'p Value, steps: &mut Steps) -> Lowered<Binding<'p>> {
        grow_stack(|| self.with_origin(value.span, |lowering| lowering.value_here(value, steps)))
    }

    fn value_here(&mut self, value: &'p Value, steps: &mut Steps) -> Lowered<Binding<'p>> {
        let data = match &value.kind {
            ValueKind::Missing => unreachable!("a program without errors has no missing values"),
            ValueKind::Local(local) => return Ok(self.local(*local).clone()),
            ValueKind::Function(function) => {
                return Ok(Binding::Callable(Callable::Function(self.program.function(*function))));
            }
            ValueKind::Service { service, id } => {
                return Ok(Binding::Service(
                    *service,
                    self.operand(id, OperandPosition::Function, steps)?,
                ));
            }
            ValueKind::Method(method) => return Ok(Binding::Callable(self.method(method, steps)?)),
            ValueKind::Ability(fields) => return self.ability(fields, steps),
            ValueKind::Field { of, name } => return self.field(of, name, steps),
            ValueKind::Call(call) => {
                let results = self.call_results(call, steps)?;
                return Ok(results.into_iter().next().expect("a call used as a value has a result"));
            }
            ValueKind::MapQuery { of, query } => return self.map_query(of, query, steps),
            ValueKind::Collection { kind, elements } => match kind {
                CollectionKind::Array => self.array(elements, steps)?,
                CollectionKind::Option => self.option(elements, steps)?,
                CollectionKind::Stream => return self.anonymous_stream(elements, steps),
            },
            ValueKind::Literal(literal) => self.literal(literal, value.span)?,
            ValueKind::Nil => Operand::EmptyArray,
            ValueKind::Builtin(builtin) => self.builtin(*builtin),
            ValueKind::Data(fields) => self.data_literal(&value.ty, fields, steps)?,
            ValueKind::Copy { of, fields } => self.copy_with(of, fields, steps)?,
            ValueKind::Length(of) => self.length(of, steps)?,
            ValueKind::Index { of, index } => self.item(of, index, steps)?,
            ValueKind::Gate { of, index } => self.gate(of, index, steps)?,
            ValueKind::Binary { operator, left, right } => self.binary(value, *operator, left, right, steps)?,
            ValueKind::Not(of) => self.not(of, steps)?,
        };
        Ok(Binding::Data(data))
    }

    /// A value as an operand that AIR accepts at a position. A stream is canonicalised.
    pub(super) fn operand(&mut self, value: &'p Value, place: OperandPosition, steps: &mut Steps) -> Lowered<Operand> {
        let operand = match self.value(value, steps)? {
            Binding::Stream(stream) => self.snapshot(&stream, steps),
            other => self.data(other, value.span)?,
        };
        Ok(self.fit(operand, place, steps))
    }

    fn literal(&self, literal: &Literal, span: Span) -> Lowered<Operand> {
        match literal {
            Literal::Bool(value) => Ok(Operand::Boolean(*value)),
            Literal::String(text) => Ok(Operand::Literal(text.clone())),
            Literal::Number(text) => number(text).ok_or_else(|| out_of_range(text, span)),
        }
    }

    fn builtin(&self, builtin: Builtin) -> Operand {
        match builtin {
            Builtin::HostPeerId if self.options.relay => Operand::scalar(RELAY),
            Builtin::HostPeerId | Builtin::InitPeerId => Operand::InitPeerId,
            Builtin::ParticleTtl => Operand::Ttl,
            Builtin::ParticleTimestamp => Operand::Timestamp,
            Builtin::LastError => Operand::Error(None),
        }
    }

    fn field(&mut self, of: &'p Value, name: &EcoString, steps: &mut Steps) -> Lowered<Binding<'p>> {
        match self.value(of, steps)? {
            Binding::Ability(fields) => Ok(fields.get(name).cloned().expect("a checked ability has the field")),
            Binding::Service(service, id) => {
                let service = self.program.service(service);
                let arrow = service.methods[name].clone();
                let name = name.clone();
                Ok(Binding::Callable(Callable::Method {
                    service,
                    id,
                    name,
                    arrow,
                }))
            }
            other => {
                let data = self.data(other, of.span)?;
                Ok(Binding::Data(self.inside(data, Accessor::Field(name.clone()), steps)))
            }
        }
    }

    fn item(&mut self, of: &'p Value, index: &'p Value, steps: &mut Steps) -> Lowered<Operand> {
        let collection = self.operand(of, OperandPosition::Source, steps)?;
        let index = self.operand(index, OperandPosition::Source, steps)?;
        let accessor = self.index_accessor(index, steps);
        Ok(self.inside(collection, accessor, steps))
    }

    fn length(&mut self, of: &'p Value, steps: &mut Steps) -> Lowered<Operand> {
        let collection = match self.operand(of, OperandPosition::Source, steps)? {
            Operand::Variable(variable, None) => variable,
            other => self.copy(other, "collection", steps),
        };
        Ok(collection.with_lens(Lens::Length))
    }

    /// Accesses a field or an element of data.
    pub(super) fn inside(&mut self, data: Operand, accessor: Accessor, steps: &mut Steps) -> Operand {
        let further = |lens| match lens {
            None => Ok(Lens::Path(vec![accessor.clone()])),
            Some(Lens::Path(mut accessors)) => {
                accessors.push(accessor.clone());
                Ok(Lens::Path(accessors))
            }
            Some(Lens::Length) => Err(Lens::Length),
        };
        let done = match data.clone() {
            Operand::Variable(variable, lens) => further(lens).map(|lens| variable.with_lens(lens)),
            Operand::Error(lens) => further(lens).map(|lens| Operand::Error(Some(lens))),
            Operand::LastError(lens) => further(lens).map(|lens| Operand::LastError(Some(lens))),
            _ => Err(Lens::Length),
        };
        done.unwrap_or_else(|_| self.copy(data, "value", steps).with_lens(Lens::Path(vec![accessor])))
    }
}

/// A number as an AIR operand; `None` if AIR can't represent it.
fn number(text: &str) -> Option<Operand> {
    if !text.contains('.') {
        return text.parse().ok().map(Operand::Integer);
    }
    let number = Operand::Float(text.parse().ok()?);
    (number.to_string().len() <= MAX_FLOAT).then_some(number)
}

fn out_of_range(text: &str, span: Span) -> Box<Diagnostic> {
    let limit = if text.contains('.') {
        format!("floats in a script have at most {MAX_FLOAT} characters")
    } else {
        format!("integers in a script are in the range {} to {}", i64::MIN, i64::MAX)
    };
    let message = format!("number {text} is out of range for scripts");
    let diagnostic = Diagnostic::error(codes::NUMBER_OUT_OF_RANGE, span, message)
        .label("out of range")
        .note(limit)
        .help("pass it as an argument, or as a string");
    Box::new(diagnostic)
}
