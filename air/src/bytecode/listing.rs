//! Bytecode for readers: its tables and operations, by number.

use super::{Bytecode, Operation, OperationId, Output, ScopeId, Slot};
use crate::VariableKind;
use std::fmt::{self, Write};

impl Bytecode {
    /// Tables and operations by number, an entry a line; behind each operation its canonical text. For people: the form may
    /// change.
    pub fn listing(&self) -> String {
        let mut out = String::new();
        self.write_listing(&mut out).expect("writing to a string succeeds");
        out
    }

    fn write_listing(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "content id {}", self.content_id())?;
        table(out, "texts", self.texts(), |text| format!("{text:?}"))?;
        table(out, "names", self.variables(), |it| {
            format!("{} {}", kind(it.kind), it.name)
        })?;
        table(out, "scopes", self.scopes(), |scope| {
            let name = format!("{} of name {}", self.name(scope.variable), scope.variable.index());
            match scope.opened_by {
                Some(operation) => format!("{name}, opened by operation {}", operation.index()),
                None => format!("{name}, global"),
            }
        })?;
        table(out, "lenses", self.lenses(), |lens| lens.text.to_string())?;
        let operands: Vec<String> = (0..self.operands().len())
            .map(|index| self.value(super::OperandId(index as u32)).to_string())
            .collect();
        table(out, "operands", &operands, String::clone)?;
        writeln!(out, "code")?;
        let depths = self.depths();
        for (id, operation) in self.in_text_order() {
            let words = format!("{:depth$}{}", "", self.words(operation), depth = depths[id.index()]);
            let text = self.canonical_text(id);
            writeln!(out, "{:>6}  {words:<40}  ; {}", id.index(), text.trim_end())?;
        }
        Ok(())
    }

    /// How many operations each is nested in.
    fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; self.operations().len()];
        for (id, operation) in self.in_text_order() {
            for child in operation.children() {
                depths[child.index()] = depths[id.index()] + 1;
            }
        }
        depths
    }

    /// The operation with the numbers that the file has.
    fn words(&self, operation: &Operation) -> String {
        let scope = |scope: ScopeId| format!("scope {}", scope.index());
        let name = |slot: Slot| format!("name {}", slot.index());
        let last = |last: Option<OperationId>| if last.is_some() { ", last" } else { "" };
        match *operation {
            Operation::Call {
                peer,
                service,
                function,
                arguments,
                output,
            } => {
                let arguments: Vec<String> = self.list(arguments).iter().map(|it| it.index().to_string()).collect();
                let target = match output {
                    Output::None => String::new(),
                    Output::Scalar(slot) => format!(" to {}", name(slot)),
                    Output::Stream(stream) => format!(" to {}", scope(stream)),
                };
                let (peer, service, function) = (peer.index(), service.index(), function.index());
                format!("call {peer} {service} {function} [{}]{target}", arguments.join(" "))
            }
            Operation::CanonStream { peer, source, target }
            | Operation::CanonMap { peer, source, target }
            | Operation::CanonMapToScalar { peer, source, target } => {
                format!("canon {} {} to {}", peer.index(), scope(source), name(target))
            }
            Operation::ApToScalar { source, target } => format!("ap {} to {}", source.index(), name(target)),
            Operation::ApToStream { source, target } => format!("ap {} to {}", source.index(), scope(target)),
            Operation::ApToMap { key, value, target } => {
                format!("ap {} {} to {}", key.index(), value.index(), scope(target))
            }
            Operation::Seq(..) => "seq".into(),
            Operation::Par(..) => "par".into(),
            Operation::Xor(..) => "xor".into(),
            Operation::Null => "null".into(),
            Operation::Never => "never".into(),
            Operation::New { slot, .. } => format!("new {}", name(slot)),
            Operation::NewStream { scope: opened, .. } | Operation::NewMap { scope: opened, .. } => {
                format!("new {}", scope(opened))
            }
            Operation::Fail { error } => format!("fail {}", error.index()),
            Operation::FailWith { code, message } => format!("fail text {} {code}", message.index()),
            Operation::Fold {
                iterable,
                iterator,
                last: end,
                ..
            } => format!("fold {} {}{}", iterable.index(), name(iterator), last(end)),
            Operation::FoldStream {
                stream: source,
                iterator,
                last: end,
                ..
            }
            | Operation::FoldMap {
                map: source,
                iterator,
                last: end,
                ..
            } => format!("fold {} {}{}", scope(source), name(iterator), last(end)),
            Operation::Next { iterator } => format!("next {}", name(iterator)),
            Operation::Match { left, right, .. } => format!("match {} {}", left.index(), right.index()),
            Operation::Mismatch { left, right, .. } => format!("mismatch {} {}", left.index(), right.index()),
        }
    }
}

fn table<T>(out: &mut String, name: &str, entries: &[T], words: impl Fn(&T) -> String) -> fmt::Result {
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(out, "{name}")?;
    for (number, entry) in entries.iter().enumerate() {
        writeln!(out, "{number:>6}  {}", words(entry))?;
    }
    Ok(())
}

fn kind(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Scalar => "scalar",
        VariableKind::Stream => "stream",
        VariableKind::StreamMap => "map",
        VariableKind::CanonStream => "canonical stream",
        VariableKind::CanonMap => "canonical map",
    }
}
