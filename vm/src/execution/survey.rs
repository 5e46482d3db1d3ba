//! Runs a program over data to find out where it stops: what each blocked instruction waits for, and errors that the script
//! does not report because a `par` absorbs them.

use super::fold::Source;
use super::{Input, Machine, Outcome, Output, Started};
use crate::Params;
use crate::data::ParticleData;
use crate::failure::{Catchable, ExecutionError};
use aqua_air::{Bytecode, CallOutput, OperandId, Operation, OperationId, ResolvedOperand, StreamScopeId};
use aqua_values::Value;
use ecow::EcoString;
use std::collections::BTreeMap;

/// What a survey found.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) blocked: Vec<(OperationId, Cause)>,
    /// Errors of sides of `par`s, each with the side.
    pub(crate) absorbed: Vec<(OperationId, Raised)>,
    /// The error that was raised last.
    raised: Option<Raised>,
    /// The error that ended the script.
    pub(crate) uncaught: Option<Raised>,
}

/// Why an instruction is blocked.
#[derive(Debug)]
pub(crate) enum Cause {
    /// Its variable has no value.
    Value(EcoString),
    /// A peer has not executed the call.
    Call {
        peer: EcoString,
        service: EcoString,
        function: EcoString,
    },
    /// A peer has not canonicalised the stream.
    Canon(EcoString),
    /// A fold over a stream has visited all items; with the number of items that it stops at, if the script has one.
    Items {
        fold: OperationId,
        stream: StreamScopeId,
        has: usize,
        needs: Option<u64>,
    },
    /// `never`.
    Never,
}

/// An error with the instruction that raised it first.
#[derive(Debug, Clone)]
pub(crate) struct Raised {
    pub(crate) operation: OperationId,
    /// Service and function, if it is a call.
    pub(crate) call: Option<(EcoString, EcoString)>,
    pub(crate) peer: Option<EcoString>,
    pub(crate) code: i64,
    pub(crate) message: EcoString,
}

/// Merges the data of all peers. Data that contradicts the rest is left out.
pub(crate) fn merge<'d>(
    code: &Bytecode,
    params: &Params,
    data: impl IntoIterator<Item = &'d ParticleData>,
) -> ParticleData {
    let mut merged = ParticleData::default();
    for data in data {
        let input = Input {
            code,
            params,
            previous: &merged,
            current: &data.trace,
            info: merged.cid_info.union(data.cid_info.clone()),
            call_results: BTreeMap::new(),
            records: false,
        };
        if let (Ok(Output { data, .. }), _) = super::run(input) {
            merged = data;
        }
    }
    merged
}

/// Runs the program over the data. The result is partial if the data contradicts the script.
pub(crate) fn survey(code: &Bytecode, params: &Params, data: &ParticleData) -> Survey {
    let mut machine = Machine::new(Input {
        code,
        params,
        previous: data,
        current: &[],
        info: data.cid_info.clone(),
        call_results: BTreeMap::new(),
        records: false,
    });
    machine.survey = Some(Box::default());
    let ended = machine.run_from(Started::Run(code.root()), 0);
    let mut survey = machine.survey.map_or_else(Survey::default, |survey| *survey);
    if let Ok(Err(_)) = ended {
        survey.uncaught = survey.raised.take();
    }
    survey
}

impl Machine<'_> {
    /// Begins an operation and records whether it is blocked or raises an error.
    pub(super) fn begin_surveyed(&mut self, id: OperationId) -> Result<Started, ExecutionError> {
        let handled = match self.code[id] {
            Operation::Fail { error } => self.handled_error(error),
            _ => None,
        };
        let was_complete = self.complete;
        let is_leaf = self.code[id].children().next().is_none();
        // Otherwise an instruction that begins as incomplete would count as blocked.
        self.complete |= is_leaf || matches!(self.code[id], Operation::FoldStream { .. } | Operation::FoldMap { .. });
        let begun = self.begin(id);
        match &begun {
            Ok(Started::Done) if !self.complete => {
                let causes = self.causes(id);
                let blocked = causes.into_iter().map(|cause| (id, cause));
                self.survey.get_or_insert_default().blocked.extend(blocked);
            }
            Ok(_) => {}
            Err(ExecutionError::Catchable(error)) => {
                let raised = handled.unwrap_or_else(|| self.raised_by(id, error));
                self.survey.get_or_insert_default().raised = Some(raised);
            }
            Err(ExecutionError::Uncatchable(error)) => {
                self.survey.get_or_insert_default().uncaught = Some(Raised {
                    operation: id,
                    call: None,
                    peer: None,
                    code: error.code(),
                    message: error.to_string().into(),
                });
            }
        }
        if matches!(begun, Ok(Started::Done)) {
            self.complete &= was_complete;
        }
        begun
    }

    /// A side of a `par` has ended.
    pub(super) fn survey_side(&mut self, side: OperationId, outcome: &Outcome, propagates: bool) {
        if let (Some(survey), Err(_), false) = (&mut self.survey, outcome, propagates) {
            let raised = survey.raised.take();
            survey.absorbed.extend(raised.map(|raised| (side, raised)));
        }
    }

    /// The error that a `fail` raises again, with the instruction that raised it first.
    fn handled_error(&self, error: OperandId) -> Option<Raised> {
        source_of(self.code, &self.value(error).ok()?)
    }

    fn raised_by(&self, operation: OperationId, error: &Catchable) -> Raised {
        let peer = match self.code[operation] {
            Operation::Call { peer, .. }
            | Operation::CanonStream { peer, .. }
            | Operation::CanonMap { peer, .. }
            | Operation::CanonMapToScalar { peer, .. } => self.resolve_text(peer).ok(),
            _ => None,
        };
        let call = match self.code[operation] {
            Operation::Call { service, function, .. } => {
                self.resolve_text(service).ok().zip(self.resolve_text(function).ok())
            }
            _ => None,
        };
        Raised {
            operation,
            call,
            peer,
            code: error.code(),
            message: error.to_string().into(),
        }
    }

    /// What a blocked operation waits for.
    fn causes(&mut self, id: OperationId) -> Vec<Cause> {
        match self.code[id] {
            Operation::Call {
                peer,
                service,
                function,
                arguments,
                ..
            } => {
                let arguments = self.code.list(arguments).iter().copied();
                let mut missing = self.missing([peer, service, function].into_iter().chain(arguments));
                if missing.is_empty() {
                    let text = |operand| self.resolve_text(operand).unwrap_or_default();
                    let (peer, service, function) = (text(peer), text(service), text(function));
                    missing.push(Cause::Call {
                        peer,
                        service,
                        function,
                    });
                }
                missing
            }
            Operation::CanonStream { peer, .. }
            | Operation::CanonMap { peer, .. }
            | Operation::CanonMapToScalar { peer, .. } => match self.resolve_text(peer) {
                Ok(peer) => vec![Cause::Canon(peer)],
                Err(_) => self.missing([peer]),
            },
            Operation::ApToScalar { source, .. } | Operation::ApToStream { source, .. } => self.missing([source]),
            Operation::ApToMap { key, value, .. } => self.missing([key, value]),
            Operation::Match { left, right, .. } | Operation::Mismatch { left, right, .. } => {
                self.missing([left, right])
            }
            Operation::Fold { iterable, .. } => self.missing([iterable]),
            Operation::FoldStream { .. } | Operation::FoldMap { .. } => vec![self.items(id)],
            Operation::Never => match fold_ending_in(self.code, id) {
                Some(fold) => vec![self.items(fold)],
                None => vec![Cause::Never],
            },
            _ => Vec::new(),
        }
    }

    /// Variables without a value.
    fn missing(&self, operands: impl IntoIterator<Item = OperandId>) -> Vec<Cause> {
        let mut names: Vec<EcoString> = Vec::new();
        for operand in operands {
            if let Err(ExecutionError::Catchable(error)) = self.value(operand)
                && let Catchable::VariableNotFound(name) = *error
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names.into_iter().map(Cause::Value).collect()
    }

    /// The items of the stream or map that a fold iterates over.
    fn items(&mut self, fold: OperationId) -> Cause {
        let (source, body) = match self.code[fold] {
            Operation::FoldStream { stream, body, .. } => (Source::Stream(stream), body),
            Operation::FoldMap { map, body, .. } => (Source::Map(map), body),
            _ => return Cause::Never,
        };
        let has = self.stream_items(source).len();
        let needs = self.size_wanted(body);
        Cause::Items {
            fold,
            stream: source.scope(),
            has,
            needs,
        }
    }

    /// The number that the body compares the length of a canonical stream with.
    fn size_wanted(&self, body: OperationId) -> Option<u64> {
        let end = last_descendant(self.code, body);
        let inside = self.code.in_text_order().skip(body.index());
        let mut inside = inside.take_while(|(id, _)| *id <= end);
        inside.find_map(|(_, operation)| match *operation {
            Operation::Match { left, right, .. } if self.is_length(left) => self.value(right).ok()?.as_u64(),
            _ => None,
        })
    }

    fn is_length(&self, operand: OperandId) -> bool {
        match self.code[operand] {
            ResolvedOperand::CanonStream(_, Some(lens)) => self.code[lens].path.is_none(),
            _ => false,
        }
    }
}

/// The fold over a stream or map whose last instruction is this one.
fn fold_ending_in(code: &Bytecode, last: OperationId) -> Option<OperationId> {
    let is_fold = |operation: &Operation| {
        let is_of_stream = matches!(operation, Operation::FoldStream { .. } | Operation::FoldMap { .. });
        is_of_stream && operation.children().nth(1) == Some(last)
    };
    let mut operations = code.in_text_order();
    operations.find(|(_, operation)| is_fold(operation)).map(|(id, _)| id)
}

/// The source of an error object: the first instruction with the text that it quotes.
pub(crate) fn source_of(code: &Bytecode, object: &Value) -> Option<Raised> {
    let text = |field| object.get(field)?.as_str().map(EcoString::from);
    let instruction = text("instruction")?;
    let mut operations = code.in_text_order();
    let (id, operation) = operations.find(|(id, _)| code.canonical_text(*id) == *instruction)?;
    let literal = |operand| match code[operand] {
        ResolvedOperand::String(text) => Some(code[text].clone()),
        _ => None,
    };
    let call = match *operation {
        Operation::Call { service, function, .. } => literal(service).zip(literal(function)),
        _ => None,
    };
    Some(Raised {
        operation: id,
        call,
        peer: text("peer_id"),
        code: object.get("error_code")?.as_i64()?,
        message: text("message")?,
    })
}

/// The last operation inside another one, in the order of the text.
pub(crate) fn last_descendant(code: &Bytecode, id: OperationId) -> OperationId {
    let mut last = id;
    while let Some(child) = code[last].children().next_back() {
        last = child;
    }
    last
}

/// The operations that set a variable or add to a stream of that name.
pub(crate) fn producers<'c>(code: &'c Bytecode, name: &'c str) -> impl Iterator<Item = OperationId> + 'c {
    let is_named = move |operation: &Operation| match *operation {
        Operation::Call {
            output: CallOutput::Scalar(slot),
            ..
        }
        | Operation::CanonStream { target: slot, .. }
        | Operation::CanonMap { target: slot, .. }
        | Operation::CanonMapToScalar { target: slot, .. }
        | Operation::ApToScalar { target: slot, .. } => code.name(slot) == name,
        Operation::Call {
            output: CallOutput::Stream(scope),
            ..
        }
        | Operation::ApToStream { target: scope, .. }
        | Operation::ApToMap { target: scope, .. } => code.scope_name(scope) == name,
        _ => false,
    };
    code.in_text_order()
        .filter(move |(_, operation)| is_named(operation))
        .map(|(id, _)| id)
}
