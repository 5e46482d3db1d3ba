//! Stream maps: entries, snapshots and queries.

use super::Lowered;
use super::binding::Binding;
use super::steps::{Lowering, Steps};
use super::streams::bare;
use crate::checked::{MapQuery, Value};
use crate::workflow::{Last, Op};
use aqua_air::{Accessor, Lens, Operand, OperandPosition, Variable, VariableKind};

impl<'p> Lowering<'p> {
    /// `m <<- key, value`.
    pub(super) fn push_entry(
        &mut self,
        map: &'p Value,
        key: Binding<'p>,
        value: Binding<'p>,
        steps: &mut Steps,
    ) -> Lowered<()> {
        let target = self.map(map, steps)?;
        let key = self.data(key, map.span)?;
        let key = self.fit(key, OperandPosition::Key, steps);
        let value = match value {
            Binding::Stream(stream) => self.snapshot(&stream, steps),
            other => self.data(other, map.span)?,
        };
        let value = self.fit(value, OperandPosition::Source, steps);
        steps.push(self.add(Op::ApMap { key, value, target }, Steps::new()));
        Ok(())
    }

    fn map(&mut self, value: &'p Value, steps: &mut Steps) -> Lowered<Variable> {
        match self.value(value, steps)? {
            Binding::Map(map) => Ok(map),
            other => unreachable!("a checked program has a stream map here, not {other:?}"),
        }
    }

    /// Canonicalises a map on the current peer.
    pub(super) fn map_snapshot(&mut self, map: &Variable, steps: &mut Steps) -> Variable {
        let target = self.names.tagged(VariableKind::CanonMap, bare(map));
        self.canon(map, &target, steps);
        target
    }

    pub(super) fn map_query(&mut self, of: &'p Value, query: &'p MapQuery, steps: &mut Steps) -> Lowered<Binding<'p>> {
        let map = self.map(of, steps)?;
        Ok(match query {
            MapQuery::Get(key) => Binding::Data(self.values_under(&map, key, steps)?),
            MapQuery::Contains(key) => Binding::Data(self.contains(&map, key, steps)?),
            MapQuery::Keys => Binding::Data(self.keys(&map, steps)),
            MapQuery::GetStream(key) => Binding::Stream(self.stream_under(&map, key, steps)?),
            MapQuery::KeysStream => Binding::Stream(self.key_stream(&map, steps)),
        })
    }

    /// `m.get(key)`.
    fn values_under(&mut self, map: &Variable, key: &'p Value, steps: &mut Steps) -> Lowered<Operand> {
        let key = self.key(key, steps)?;
        let canonical = self.map_snapshot(map, steps);
        Ok(canonical.with_lens(Lens::Path(vec![key])))
    }

    /// A key as an accessor: the name of a scalar.
    fn key(&mut self, key: &'p Value, steps: &mut Steps) -> Lowered<Accessor> {
        let key = self.operand(key, OperandPosition::Source, steps)?;
        let scalar = match key {
            Operand::Variable(variable, None) if variable.kind == VariableKind::Scalar => variable,
            other => self.copy(other, "key", steps),
        };
        Ok(Accessor::Scalar(scalar.name))
    }

    /// `m.contains(key)`.
    fn contains(&mut self, map: &Variable, key: &'p Value, steps: &mut Steps) -> Lowered<Operand> {
        let values = self.values_under(map, key, steps)?;
        let values = self.copy(values, "values", steps);
        let result = self.names.scalar("contains");
        let (left, right, equal) = (values.with_lens(Lens::Length), Operand::Integer(0), true);
        let empty = Op::Match { left, right, equal };
        let step = self.either(empty, Operand::Boolean(false), Operand::Boolean(true), &result);
        steps.push(step);
        Ok(result.into())
    }

    /// `m.keys()`.
    fn keys(&mut self, map: &Variable, steps: &mut Steps) -> Operand {
        let keys = self.names.tagged(VariableKind::Stream, "keys");
        let mut inside = Steps::new();
        let canonical = self.map_snapshot(map, &mut inside);
        let iterator = self.names.source("entry");
        let mut round = Steps::new();
        self.ap(part(&iterator, "key"), keys.clone(), &mut round);
        round.push(self.add(Op::Next(iterator.clone()), Steps::new()));
        let fold = Op::Fold {
            iterable: canonical.into(),
            iterator,
            last: Last::Done,
        };
        inside.push(self.add(fold, round));
        let target = self.names.tagged(VariableKind::CanonStream, "keys");
        self.canon(&keys, &target, &mut inside);
        steps.push(self.add(Op::New(keys), inside));
        target.into()
    }

    /// `m.getStream(key)`: a stream of the values of a key, including later ones.
    fn stream_under(&mut self, map: &Variable, key: &'p Value, steps: &mut Steps) -> Lowered<Variable> {
        let key = self.operand(key, OperandPosition::Argument, steps)?;
        let values = self.declare(VariableKind::Stream, "values");
        let iterator = self.names.source("entry");
        let mut found = Steps::new();
        self.ap(part(&iterator, "value"), values.clone(), &mut found);
        let (left, right, equal) = (part(&iterator, "key"), key, true);
        let found = self.add(Op::Match { left, right, equal }, found);
        let other = self.add(Op::Null, Steps::new());
        let either = self.add(Op::Xor, vec![found, other]);
        self.follow(map, iterator, vec![either], steps);
        Ok(values)
    }

    /// `m.keysStream()`: a stream of the keys, including later ones.
    fn key_stream(&mut self, map: &Variable, steps: &mut Steps) -> Variable {
        let keys = self.declare(VariableKind::Stream, "keys");
        let iterator = self.names.source("entry");
        let mut round = Steps::new();
        self.ap(part(&iterator, "key"), keys.clone(), &mut round);
        self.follow(map, iterator, round, steps);
        keys
    }

    /// Adds a detached loop over the entries, including later ones.
    fn follow(&mut self, map: &Variable, iterator: ecow::EcoString, mut round: Steps, steps: &mut Steps) {
        round.push(self.add(Op::Next(iterator.clone()), Steps::new()));
        let fold = Op::Fold {
            iterable: map.clone().into(),
            iterator,
            last: Last::Wait,
        };
        let fold = self.add(fold, round);
        steps.push(self.add(Op::Detach, vec![fold]));
    }
}

fn part(entry: &str, field: &str) -> Operand {
    Variable::scalar(entry).with_lens(Lens::Path(vec![Accessor::Field(field.into())]))
}
