//! Human-readable listing of bytecode.

use super::{Bytecode, CallOutput, Operation, OperationId, Slot, StreamScopeId};
use crate::VariableKind;
use crate::print::MAX_INDENT;
use std::fmt::{self, Write};

impl Bytecode {
    /// Lists tables and operations with their indices, one entry per line. Each operation is followed by its canonical text. The
    /// format may change.
    pub fn listing(&self) -> String {
        let mut out = String::new();
        self.write_listing(&mut out).expect("writing to a string succeeds");
        out
    }

    fn write_listing(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "content hash {}", self.content_hash())?;
        table(out, "strings", self.strings(), |text| format!("{text:?}"))?;
        table(out, "names", self.variables(), |it| {
            format!("{} {}", kind_name(it.kind), it.name)
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
            .map(|index| self.operand(super::OperandId(index as u32)).to_string())
            .collect();
        table(out, "operands", &operands, String::clone)?;
        writeln!(out, "code")?;
        let depths = self.depths();
        for (id, operation) in self.in_text_order() {
            let operation = format!(
                "{:depth$}{}",
                "",
                self.operation_text(operation),
                depth = depths[id.index()].min(MAX_INDENT)
            );
            let text = self.canonical_text(id);
            writeln!(out, "{:>6}  {operation:<40}  ; {}", id.index(), text.trim_end())?;
        }
        Ok(())
    }

    /// Returns the nesting depth of each operation.
    fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; self.operations().len()];
        for (id, operation) in self.in_text_order() {
            for child in operation.children() {
                depths[child.index()] = depths[id.index()] + 1;
            }
        }
        depths
    }

    /// Formats an operation with the indices of its operands.
    fn operation_text(&self, operation: &Operation) -> String {
        let scope = |scope: StreamScopeId| format!("scope {}", scope.index());
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
                    CallOutput::None => String::new(),
                    CallOutput::Scalar(slot) => format!(" to {}", name(slot)),
                    CallOutput::Stream(stream) => format!(" to {}", scope(stream)),
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
            Operation::FailWith { code, message } => format!("fail string {} {code}", message.index()),
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

fn table<T>(out: &mut String, name: &str, entries: &[T], entry_text: impl Fn(&T) -> String) -> fmt::Result {
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(out, "{name}")?;
    for (index, entry) in entries.iter().enumerate() {
        writeln!(out, "{index:>6}  {}", entry_text(entry))?;
    }
    Ok(())
}

fn kind_name(kind: VariableKind) -> &'static str {
    match kind {
        VariableKind::Scalar => "scalar",
        VariableKind::Stream => "stream",
        VariableKind::StreamMap => "map",
        VariableKind::CanonStream => "canonical stream",
        VariableKind::CanonMap => "canonical map",
    }
}
