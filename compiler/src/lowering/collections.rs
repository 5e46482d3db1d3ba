//! Literals of arrays, options, streams, data and abilities.

use super::Lowered;
use super::binding::Binding;
use super::steps::{Lowering, Steps};
use crate::checked::{NamedValue, Value};
use crate::typing::Type;
use crate::workflow::{Op, StepId};
use aqua_air::{Accessor, Operand, OperandPosition, Variable, VariableKind};
use ecow::{EcoString, eco_format};
use rustc_hash::FxHashSet;
use std::rc::Rc;

impl<'p> Lowering<'p> {
    /// `[a, b]`: the items are pushed to a new stream, which is canonicalised.
    pub(super) fn array(&mut self, elements: &'p [Value], steps: &mut Steps) -> Lowered<Operand> {
        let stream = self.names.tagged(VariableKind::Stream, "array");
        let mut inside = Steps::new();
        for element in elements {
            self.push_element(element, &stream, &mut inside)?;
        }
        Ok(self.canonicalised(stream, inside, steps))
    }

    /// `?[a, b]`: the first item that can be computed.
    pub(super) fn option(&mut self, elements: &'p [Value], steps: &mut Steps) -> Lowered<Operand> {
        let stream = self.names.tagged(VariableKind::Stream, "option");
        let mut alternatives = Vec::with_capacity(elements.len() + 1);
        for element in elements {
            let mut attempt = Steps::new();
            self.push_element(element, &stream, &mut attempt)?;
            alternatives.push(self.seq(attempt));
        }
        alternatives.push(self.add(Op::Null, Steps::new()));
        let choice = self.add(Op::Xor, alternatives);
        Ok(self.canonicalised(stream, vec![choice], steps))
    }

    /// `*[a, b]`: a new stream of the current scope with these items.
    pub(super) fn anonymous_stream(&mut self, elements: &'p [Value], steps: &mut Steps) -> Lowered<Binding<'p>> {
        let stream = self.declare(VariableKind::Stream, "stream");
        for element in elements {
            self.push_element(element, &stream, steps)?;
        }
        Ok(Binding::Stream(stream))
    }

    fn push_element(&mut self, element: &'p Value, stream: &Variable, steps: &mut Steps) -> Lowered<()> {
        let binding = self.value(element, steps)?;
        self.append(stream.clone(), binding, element, steps)
    }

    fn canonicalised(&mut self, stream: Variable, mut inside: Steps, steps: &mut Steps) -> Operand {
        let target = self
            .names
            .tagged(VariableKind::CanonStream, super::streams::bare(&stream));
        self.canon(&stream, &target, &mut inside);
        steps.push(self.add(Op::New(stream), inside));
        target.into()
    }

    /// `D(x = …)`: the fields are entries of a new stream map, which is canonicalised to a scalar.
    pub(super) fn data_literal(&mut self, ty: &Type, fields: &'p [NamedValue], steps: &mut Steps) -> Lowered<Operand> {
        let name = type_name(ty);
        let map = self.names.tagged(VariableKind::StreamMap, &name);
        let mut inside = Steps::new();
        self.set_fields(&map, fields, &mut inside, steps)?;
        Ok(self.object(map, &name, inside, steps))
    }

    /// `d.copy(x = …)`: the other fields are those of `d`.
    pub(super) fn copy_with(&mut self, of: &'p Value, fields: &'p [NamedValue], steps: &mut Steps) -> Lowered<Operand> {
        let original = self.operand(of, OperandPosition::Source, steps)?;
        let name = type_name(&of.ty);
        let map = self.names.tagged(VariableKind::StreamMap, &name);
        let mut inside = Steps::new();
        let mut kept: Vec<&EcoString> = of
            .ty
            .named()
            .into_iter()
            .flat_map(|named| named.fields.keys())
            .collect();
        let replaced: FxHashSet<&EcoString> = fields.iter().map(|new| &new.name).collect();
        kept.retain(|field| !replaced.contains(field));
        kept.sort_unstable();
        for field in kept {
            let value = self.inside(original.clone(), Accessor::Field(field.clone()), &mut inside);
            inside.push(self.entry(&map, field, value));
        }
        self.set_fields(&map, fields, &mut inside, steps)?;
        Ok(self.object(map, &name, inside, steps))
    }

    /// Adds fields to a map in alphabetical order. Their values are computed in parallel before.
    fn set_fields(
        &mut self,
        map: &Variable,
        fields: &'p [NamedValue],
        inside: &mut Steps,
        steps: &mut Steps,
    ) -> Lowered<()> {
        let mut fields: Vec<&NamedValue> = fields.iter().collect();
        fields.sort_unstable_by(|left, right| left.name.cmp(&right.name));
        let mut groups = Vec::with_capacity(fields.len());
        let mut entries = Vec::with_capacity(fields.len());
        for field in fields {
            let mut group = Steps::new();
            let value = match self.value(&field.value, &mut group)? {
                Binding::Stream(stream) => self.snapshot(&stream, inside),
                other => self.data(other, field.value.span)?,
            };
            let value = self.fit(value, OperandPosition::Source, inside);
            entries.push(self.entry(map, &field.name, value));
            groups.push(group);
        }
        inside.extend(entries);
        self.in_parallel(groups, steps);
        Ok(())
    }

    fn entry(&mut self, map: &Variable, key: &EcoString, value: Operand) -> StepId {
        let (key, target) = (Operand::Literal(key.clone()), map.clone());
        self.add(Op::ApMap { key, value, target }, Steps::new())
    }

    fn object(&mut self, map: Variable, name: &str, mut inside: Steps, steps: &mut Steps) -> Operand {
        let target = Variable::scalar(self.names.source(name));
        self.canon(&map, &target, &mut inside);
        steps.push(self.add(Op::New(map), inside));
        target.into()
    }

    /// `A(x = …)`: exists at compile time only.
    pub(super) fn ability(&mut self, fields: &'p [NamedValue], steps: &mut Steps) -> Lowered<Binding<'p>> {
        let mut groups = Vec::with_capacity(fields.len());
        let mut binding = rustc_hash::FxHashMap::default();
        for field in fields {
            let mut group = Steps::new();
            let value = self.value(&field.value, &mut group)?;
            binding.insert(field.name.clone(), value);
            groups.push(group);
        }
        self.in_parallel(groups, steps);
        Ok(Binding::Ability(Rc::new(binding)))
    }
}

fn type_name(ty: &Type) -> EcoString {
    ty.named()
        .map_or_else(|| "data".into(), |named| eco_format!("{}_obj", named.name))
}
