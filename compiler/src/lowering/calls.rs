//! Calls: functions and closures are inlined, methods are called on the current peer.

use super::Lowered;
use super::binding::{Binding, Callable, Captured, Frame};
use super::steps::{Lowering, Steps};
use crate::checked::{Body, Call, Callee, Method, Value};
use crate::codes;
use crate::typing::{Arrow, Type};
use crate::workflow::Exit;
use aqua_air::{Operand, OperandPosition};
use aqua_diagnostics::{Diagnostic, Span};
use ecow::eco_format;
use std::rc::Rc;
use std::sync::Arc;

/// The maximum depth of nested function calls.
pub(super) const MAX_DEPTH: usize = 2_000;

impl<'p> Lowering<'p> {
    /// Lowers a call and returns its results. Arguments are computed in parallel.
    pub(super) fn call_results(&mut self, call: &'p Call, steps: &mut Steps) -> Lowered<Vec<Binding<'p>>> {
        let callable = match &call.callee {
            Callee::Function(function) => Callable::Function(self.program.function(*function)),
            Callee::Method(method) => self.method(method, steps)?,
            Callee::Arrow(value) => self.callable(value, steps)?,
        };
        let arrow = Arc::clone(callable.arrow());
        let arguments = self.arguments(&arrow, &call.arguments, steps)?;
        self.invoke(&callable, arguments, call.span, steps)
    }

    /// A method with the current id of its service.
    pub(super) fn method(&mut self, method: &'p Method, steps: &mut Steps) -> Lowered<Callable<'p>> {
        let id = self.operand(&method.id, OperandPosition::Function, steps)?;
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
            Binding::Callable(callable) => Ok(callable),
            other => unreachable!("a checked program calls arrows only, not {other:?}"),
        }
    }

    /// Lowers arguments and converts them to the types of the parameters. Surplus arguments are computed and dropped.
    fn arguments(&mut self, arrow: &Arrow, values: &'p [Value], steps: &mut Steps) -> Lowered<Vec<Binding<'p>>> {
        let mut groups = Vec::with_capacity(values.len());
        let mut arguments = Vec::with_capacity(values.len());
        for value in values {
            let mut group = Steps::new();
            let binding = self.value(value, &mut group)?;
            arguments.push(binding);
            groups.push(group);
        }
        self.in_parallel(groups, steps);
        let parameters = arguments.into_iter().zip(&arrow.parameters);
        Ok(parameters
            .map(|(argument, parameter)| self.convert(argument, &parameter.ty, steps))
            .collect())
    }

    /// Canonicalises a stream that is passed as data.
    fn convert(&mut self, binding: Binding<'p>, expected: &Type, steps: &mut Steps) -> Binding<'p> {
        match binding {
            Binding::Stream(stream) if expected.is_data() => Binding::Data(self.snapshot(&stream, steps)),
            other => other,
        }
    }

    pub(super) fn invoke(
        &mut self,
        callable: &Callable<'p>,
        arguments: Vec<Binding<'p>>,
        span: Span,
        steps: &mut Steps,
    ) -> Lowered<Vec<Binding<'p>>> {
        self.with_origin(span, |lowering| lowering.invoke_here(callable, arguments, span, steps))
    }

    fn invoke_here(
        &mut self,
        callable: &Callable<'p>,
        arguments: Vec<Binding<'p>>,
        span: Span,
        steps: &mut Steps,
    ) -> Lowered<Vec<Binding<'p>>> {
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
                Ok(output.map(|output| Binding::Data(output.into())).into_iter().collect())
            }
            Callable::Callback { name, arrow } => self.call_callback(name, arrow, arguments, span, steps),
        }
    }

    fn invoke_closure(
        &mut self,
        captured: &Rc<Captured<'p>>,
        arguments: Vec<Binding<'p>>,
        span: Span,
        steps: &mut Steps,
    ) -> Lowered<Vec<Binding<'p>>> {
        let mut frame = Frame::new(captured.function);
        frame.locals.extend(captured.locals.iter().cloned());
        let (body, arrow) = (&captured.closure.body, &captured.closure.arrow);
        let Some(site) = captured.site.filter(|site| site.location != self.site.location) else {
            return self.inline(frame, body, arrow, arguments, span, steps);
        };
        let mut inside = Steps::new();
        let results = self.at(site, |lowering| {
            lowering.inline(frame, body, arrow, arguments, span, &mut inside)
        })?;
        self.push_on(site, Exit::AsNeeded, inside, steps);
        Ok(results)
    }

    /// Inlines a body.
    fn inline(
        &mut self,
        mut frame: Frame<'p>,
        body: &'p Body,
        arrow: &Arrow,
        arguments: Vec<Binding<'p>>,
        span: Span,
        steps: &mut Steps,
    ) -> Lowered<Vec<Binding<'p>>> {
        self.calls += 1;
        self.check_size(span)?;
        if self.frames.len() > MAX_DEPTH {
            let message = format!("calls are nested more than {MAX_DEPTH} levels deep");
            return Err(Box::new(Diagnostic::error(codes::SCRIPT_TOO_LARGE, span, message)));
        }
        frame.locals.extend(body.parameters.iter().copied().zip(arguments));
        self.frames.push(frame);
        let done = self.block(&body.block, steps);
        let results = done.and_then(|()| self.results(body, arrow, steps));
        self.frames.pop();
        results
    }

    /// The results of a body, evaluated at its end. A stream that is returned as data is canonicalised.
    fn results(&mut self, body: &'p Body, arrow: &Arrow, steps: &mut Steps) -> Lowered<Vec<Binding<'p>>> {
        let mut groups = Vec::with_capacity(body.returns.len());
        let mut results = Vec::with_capacity(body.returns.len());
        for (value, expected) in body.returns.iter().zip(&arrow.results) {
            let mut group = Steps::new();
            let result = match self.value(value, &mut group)? {
                Binding::Stream(stream) if expected.is_data() => {
                    let canonical = self.snapshot(&stream, &mut group);
                    Binding::Data(self.copy(canonical, "flat", &mut group).into())
                }
                other => other,
            };
            results.push(result);
            groups.push(group);
        }
        steps.extend(groups.into_iter().flatten());
        Ok(results)
    }

    /// Calls a callback on the initiator.
    fn call_callback(
        &mut self,
        name: &str,
        arrow: &Arrow,
        arguments: Vec<Binding<'p>>,
        span: Span,
        steps: &mut Steps,
    ) -> Lowered<Vec<Binding<'p>>> {
        let arguments = self.data_arguments(arguments, span, steps)?;
        let output = (!arrow.results.is_empty()).then(|| self.names.scalar("init_call_res"));
        let mut call = Steps::new();
        self.call_builtin(("callbackSrv", name), arguments, output.clone(), &mut call);
        let site = self.initiator_site();
        self.push_on(site, Exit::AsNeeded, call, steps);
        let first = output.map(|output| Binding::Data(output.into()));
        let others = std::iter::repeat_with(|| Binding::MissingResult);
        Ok(first.into_iter().chain(others).take(arrow.results.len()).collect())
    }

    /// Arguments of services and callbacks, which are always data.
    fn data_arguments(&mut self, arguments: Vec<Binding<'p>>, span: Span, steps: &mut Steps) -> Lowered<Vec<Operand>> {
        let mut operands = Vec::with_capacity(arguments.len());
        for argument in arguments {
            operands.push(match argument {
                Binding::Stream(stream) => self.snapshot(&stream, steps),
                Binding::Map(map) => self.map_snapshot(&map, steps).into(),
                other => self.data(other, span)?,
            });
        }
        Ok(operands)
    }

    /// A binding as data; an error if it is not data.
    pub(super) fn data(&self, binding: Binding<'p>, span: Span) -> Lowered<Operand> {
        match binding {
            Binding::Data(value) => Ok(value),
            Binding::MissingResult => {
                let message = "callbacks return only their first result";
                let diagnostic = Diagnostic::error(codes::SECOND_CALLBACK_RESULT, span, message)
                    .label("uses another result")
                    .help("return one `data` value with a field for each result from the callback");
                Err(Box::new(diagnostic))
            }
            Binding::Callable(_) | Binding::Service(..) => Err(not_data("a function", span)),
            Binding::Ability(_) => Err(not_data("an ability", span)),
            Binding::Stream(_) | Binding::Map(_) => {
                unreachable!("streams are canonicalised before they are used as data")
            }
        }
    }
}

fn not_data(what: &str, span: Span) -> Box<Diagnostic> {
    let message = format!("can't pass {what} to a service or callback");
    let diagnostic = Diagnostic::error(codes::ONLY_DATA_LEAVES, span, message)
        .label("expected data")
        .note("functions and abilities exist at compile time only")
        .help("pass data instead");
    Box::new(diagnostic)
}
