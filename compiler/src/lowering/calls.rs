//! Calls: a function's body is put in place of its call, a method's call is made on the current peer.

use super::Lowered;
use super::bound::{Bound, Callable, Captured, Frame};
use super::steps::{Lowering, Steps};
use crate::checked::{Body, Call, Callee, Method, Value};
use crate::codes;
use crate::typing::{Arrow, Type};
use crate::workflow::Exit;
use aqua_air::{Place, Value as Operand};
use aqua_diagnostics::{Diagnostic, Span};
use ecow::eco_format;
use std::rc::Rc;
use std::sync::Arc;

/// Deepest chain of calls of functions that call functions.
const MAX_DEPTH: usize = 2_000;

impl<'p> Lowering<'p> {
    /// The results of a call; its arguments are computed side by side.
    pub(super) fn call_results(&mut self, call: &'p Call, steps: &mut Steps) -> Lowered<Vec<Bound<'p>>> {
        let callable = match &call.callee {
            Callee::Function(function) => Callable::Function(self.program.function(*function)),
            Callee::Method(method) => self.method(method, steps)?,
            Callee::Arrow(value) => self.callable(value, steps)?,
        };
        let arrow = Arc::clone(callable.arrow());
        let arguments = self.arguments(&arrow, &call.arguments, steps)?;
        self.invoke(&callable, arguments, call.span, steps)
    }

    /// A method at the id in effect.
    pub(super) fn method(&mut self, method: &'p Method, steps: &mut Steps) -> Lowered<Callable<'p>> {
        let id = self.operand(&method.id, Place::Function, steps)?;
        let service = self.program.service(method.service);
        let name = method.name.clone();
        let arrow = Arc::clone(&service.methods[&name]);
        Ok(Callable::Method {
            service,
            id,
            name,
            arrow,
        })
    }

    fn callable(&mut self, value: &'p Value, steps: &mut Steps) -> Lowered<Callable<'p>> {
        match self.value(value, steps)? {
            Bound::Callable(callable) => Ok(callable),
            other => unreachable!("a checked program calls arrows only, not {other:?}"),
        }
    }

    /// Arguments as the callee takes them. Surplus ones are computed and dropped.
    fn arguments(&mut self, arrow: &Arrow, values: &'p [Value], steps: &mut Steps) -> Lowered<Vec<Bound<'p>>> {
        let mut groups = Vec::with_capacity(values.len());
        let mut arguments = Vec::with_capacity(values.len());
        for value in values {
            let mut group = Steps::new();
            let bound = self.value(value, &mut group)?;
            arguments.push(bound);
            groups.push(group);
        }
        self.side_by_side(groups, steps);
        let parameters = arguments.into_iter().zip(&arrow.parameters);
        Ok(parameters
            .map(|(argument, parameter)| self.convert(argument, &parameter.ty, steps))
            .collect())
    }

    /// A stream where data is wanted is frozen as it is now.
    fn convert(&mut self, bound: Bound<'p>, wanted: &Type, steps: &mut Steps) -> Bound<'p> {
        match bound {
            Bound::Stream(stream) if wanted.is_data() => Bound::Data(self.snapshot(&stream, steps)),
            other => other,
        }
    }

    pub(super) fn invoke(
        &mut self,
        callable: &Callable<'p>,
        arguments: Vec<Bound<'p>>,
        span: Span,
        steps: &mut Steps,
    ) -> Lowered<Vec<Bound<'p>>> {
        self.made_of(span, |lowering| lowering.invoke_here(callable, arguments, span, steps))
    }

    fn invoke_here(
        &mut self,
        callable: &Callable<'p>,
        arguments: Vec<Bound<'p>>,
        span: Span,
        steps: &mut Steps,
    ) -> Lowered<Vec<Bound<'p>>> {
        match callable {
            Callable::Function(function) => {
                let frame = Frame::new(function);
                self.traced(&function.name, steps, |lowering, steps| {
                    lowering.inline(frame, &function.body, &function.arrow, arguments, span, steps)
                })
            }
            Callable::Closure(captured) => self.invoke_closure(captured, arguments, span, steps),
            Callable::Method {
                service,
                id,
                name,
                arrow,
            } => {
                let arguments = self.data_arguments(arguments, span, steps)?;
                let output = (!arrow.results.is_empty()).then(|| self.names.scalar("ret"));
                let names = (id.clone(), Operand::literal(name.clone()));
                self.traced(&eco_format!("{}.{name}", service.name), steps, |lowering, steps| {
                    lowering.call(names, arguments, output.clone(), steps);
                    Ok(())
                })?;
                Ok(output.map(|output| Bound::Data(output.into())).into_iter().collect())
            }
            Callable::Callback { name, arrow } => self.call_back(name, arrow, arguments, span, steps),
        }
    }

    fn invoke_closure(
        &mut self,
        captured: &Rc<Captured<'p>>,
        arguments: Vec<Bound<'p>>,
        span: Span,
        steps: &mut Steps,
    ) -> Lowered<Vec<Bound<'p>>> {
        let mut frame = Frame::new(captured.function);
        frame.locals.extend(captured.locals.iter().cloned());
        let (body, arrow) = (&captured.closure.body, &captured.closure.arrow);
        let Some(place) = captured.place.filter(|place| *place != self.place) else {
            return self.inline(frame, body, arrow, arguments, span, steps);
        };
        let mut inside = Steps::new();
        let results = self.at(place, |lowering| {
            lowering.inline(frame, body, arrow, arguments, span, &mut inside)
        })?;
        self.enter(place, Exit::AsNeeded, inside, steps);
        Ok(results)
    }

    /// Puts a body in place of its call.
    fn inline(
        &mut self,
        mut frame: Frame<'p>,
        body: &'p Body,
        arrow: &Arrow,
        arguments: Vec<Bound<'p>>,
        span: Span,
        steps: &mut Steps,
    ) -> Lowered<Vec<Bound<'p>>> {
        self.calls += 1;
        self.check_size(span)?;
        if self.frames.len() > MAX_DEPTH {
            let message = format!("calls are nested deeper than {MAX_DEPTH} functions");
            return Err(Box::new(Diagnostic::error(codes::SCRIPT_TOO_LARGE, span, message)));
        }
        frame.locals.extend(body.parameters.iter().copied().zip(arguments));
        self.frames.push(frame);
        let done = self.block(&body.block, steps);
        let results = done.and_then(|()| self.results(body, arrow, steps));
        self.frames.pop();
        results
    }

    /// The results of a body, evaluated at its end. A stream that is returned as data is frozen then.
    fn results(&mut self, body: &'p Body, arrow: &Arrow, steps: &mut Steps) -> Lowered<Vec<Bound<'p>>> {
        let mut groups = Vec::with_capacity(body.returns.len());
        let mut results = Vec::with_capacity(body.returns.len());
        for (value, wanted) in body.returns.iter().zip(&arrow.results) {
            let mut group = Steps::new();
            let result = match self.value(value, &mut group)? {
                Bound::Stream(stream) if wanted.is_data() => {
                    let frozen = self.snapshot(&stream, &mut group);
                    Bound::Data(self.copy(frozen, "flat", &mut group).into())
                }
                other => other,
            };
            results.push(result);
            groups.push(group);
        }
        steps.extend(groups.into_iter().flatten());
        Ok(results)
    }

    /// Calls what the initiator was given as an argument: at home, reached through the relay.
    fn call_back(
        &mut self,
        name: &str,
        arrow: &Arrow,
        arguments: Vec<Bound<'p>>,
        span: Span,
        steps: &mut Steps,
    ) -> Lowered<Vec<Bound<'p>>> {
        let arguments = self.data_arguments(arguments, span, steps)?;
        let output = (!arrow.results.is_empty()).then(|| self.names.scalar("init_call_res"));
        let mut call = Steps::new();
        self.call_builtin(("callbackSrv", name), arguments, output.clone(), &mut call);
        let place = self.home();
        self.enter(place, Exit::AsNeeded, call, steps);
        let first = output.map(|output| Bound::Data(output.into()));
        let others = std::iter::repeat_with(|| Bound::Undelivered);
        Ok(first.into_iter().chain(others).take(arrow.results.len()).collect())
    }

    /// Arguments that leave the script are data, whatever the callee calls them.
    fn data_arguments(&mut self, arguments: Vec<Bound<'p>>, span: Span, steps: &mut Steps) -> Lowered<Vec<Operand>> {
        let mut operands = Vec::with_capacity(arguments.len());
        for argument in arguments {
            operands.push(match argument {
                Bound::Stream(stream) => self.snapshot(&stream, steps),
                Bound::Map(map) => self.map_snapshot(&map, steps).into(),
                other => self.data(other, span)?,
            });
        }
        Ok(operands)
    }

    /// What the bound value is as data.
    pub(super) fn data(&self, bound: Bound<'p>, span: Span) -> Lowered<Operand> {
        match bound {
            Bound::Data(value) => Ok(value),
            Bound::Undelivered => {
                let message = "a callback gives only its first result";
                let diagnostic = Diagnostic::error(codes::SECOND_CALLBACK_RESULT, span, message)
                    .label("uses a further result")
                    .help("let the callback give one `data` value with a field for each result");
                Err(Box::new(diagnostic))
            }
            Bound::Callable(_) | Bound::Service(..) => Err(not_data("a function", span)),
            Bound::Ability(_) => Err(not_data("an ability", span)),
            Bound::Stream(_) | Bound::Map(_) => unreachable!("streams are frozen before they are used as data"),
        }
    }
}

fn not_data(what: &str, span: Span) -> Box<Diagnostic> {
    let message = format!("{what} cannot leave the script");
    let diagnostic = Diagnostic::error(codes::ONLY_DATA_LEAVES, span, message)
        .label("a service or a callback is given more than data here")
        .note("functions and abilities are gone when a script runs: they became part of it")
        .help("pass the data that they work with");
    Box::new(diagnostic)
}
