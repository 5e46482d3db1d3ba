//! The code around an exported function: it gets arguments from the initiator and sends results and errors to it.

use super::Lowered;
use super::binding::{Binding, Callable};
use super::steps::{Lowering, RELAY, Steps};
use crate::checked::Function;
use crate::typing::Type;
use crate::workflow::{Exit, Last, Op, StepId, Workflow};
use aqua_air::{Accessor, Lens, Operand, Variable};
use ecow::eco_format;

impl<'p> Lowering<'p> {
    /// The workflow of the function as a self-contained script.
    pub(super) fn export(mut self, function: &'p Function) -> Lowered<Workflow> {
        self.workflow.set_origin(Some(function.name_span));
        let work = self.scoped(|lowering, steps| {
            let mut work = Steps::new();
            let arguments = lowering.fetch_arguments(function, &mut work);
            let fetched = work.len();
            let callable = Callable::Function(function);
            let results = lowering.invoke(&callable, arguments, function.name_span, &mut work)?;
            lowering.respond(function, results, &mut work)?;
            // A function without steps needs no arguments.
            if work.len() > fetched {
                steps.extend(work);
            }
            Ok(())
        })?;
        let mut steps = Steps::new();
        if !work.is_empty() {
            let work = self.seq(work);
            let mut report = Steps::new();
            let arguments = vec![Operand::Error(None), Operand::Integer(0)];
            self.call_builtin(("errorHandlingSrv", "error"), arguments, None, &mut report);
            let report = self.seq(report);
            steps.push(self.add(Op::Xor, vec![work, report]));
        }
        self.add_on(self.site, Exit::AsNeeded, steps);
        Ok(self.workflow)
    }

    fn fetch_arguments(&mut self, function: &'p Function, steps: &mut Steps) -> Vec<Binding<'p>> {
        if self.options.relay {
            let relay = Variable::scalar(RELAY);
            self.call_builtin(("getDataSrv", RELAY), Vec::new(), Some(relay), steps);
        }
        let parameters = function.body.parameters.iter().map(|local| function.local(*local));
        parameters
            .map(|parameter| self.fetch(&parameter.name, &parameter.ty, steps))
            .collect()
    }

    fn fetch(&mut self, name: &str, ty: &Type, steps: &mut Steps) -> Binding<'p> {
        match ty {
            Type::Arrow(arrow) => Binding::Callable(Callable::Callback {
                name: name.into(),
                arrow: arrow.clone(),
            }),
            Type::Stream(_) => {
                let items = Variable::scalar(self.names.source(name));
                self.call_builtin(("getDataSrv", name), Vec::new(), Some(items.clone()), steps);
                let stream = Variable::stream(eco_format!("$-{name}-arg-"));
                self.push_all(items, &stream, name, steps);
                Binding::Stream(stream)
            }
            _ => {
                let argument = Variable::scalar(eco_format!("-{name}-arg-"));
                self.call_builtin(("getDataSrv", name), Vec::new(), Some(argument.clone()), steps);
                Binding::Data(argument.into())
            }
        }
    }

    fn push_all(&mut self, items: Variable, stream: &Variable, name: &str, steps: &mut Steps) {
        let iterator = self.names.source(name);
        let mut round = Steps::new();
        self.ap(Operand::scalar(iterator.clone()), stream.clone(), &mut round);
        round.push(self.add(Op::Next(iterator.clone()), Steps::new()));
        let fold = Op::Fold {
            iterable: items.into(),
            iterator,
            last: Last::Done,
        };
        steps.push(self.add(fold, round));
    }

    fn respond(&mut self, function: &'p Function, results: Vec<Binding<'p>>, steps: &mut Steps) -> Lowered<()> {
        if results.is_empty() && !self.options.empty_response {
            return Ok(());
        }
        let mut arguments = Vec::with_capacity(results.len());
        for result in results {
            arguments.push(match result {
                Binding::Stream(stream) => self.snapshot(&stream, steps),
                other => self.data(other, function.name_span)?,
            });
        }
        self.call_builtin(("callbackSrv", "response"), arguments, None, steps);
        Ok(())
    }

    /// Adds the steps of a call. With tracing, also events for the initiator when the call begins, ends or fails.
    pub(super) fn traced<T>(
        &mut self,
        name: &str,
        steps: &mut Steps,
        inside: impl FnOnce(&mut Self, &mut Steps) -> Lowered<T>,
    ) -> Lowered<T> {
        if !self.options.tracing {
            return inside(self, steps);
        }
        let mut work = Steps::new();
        let result = inside(self, &mut work)?;
        if work.is_empty() {
            return Ok(result);
        }
        let enter = self.trace(name, Operand::literal("enter"));
        steps.push(self.add(Op::Detach, vec![enter]));
        let exit = self.trace(name, Operand::literal("exit"));
        work.push(self.add(Op::Detach, vec![exit]));
        let work = self.seq(work);
        let report = self.trace_error(name);
        let fail = self.add(Op::Fail(Operand::Error(None)), Steps::new());
        let failed = self.seq(vec![report, fail]);
        steps.push(self.add(Op::Xor, vec![work, failed]));
        Ok(result)
    }

    /// A tracing event of a function call.
    fn trace(&mut self, name: &str, event: Operand) -> StepId {
        let mut call = Steps::new();
        self.call_builtin(
            ("tracingSrv", "tracingEvent"),
            vec![Operand::literal(name), event],
            None,
            &mut call,
        );
        self.on_initiator(call)
    }

    /// A tracing event with the message of the error that a function call failed with.
    fn trace_error(&mut self, name: &str) -> StepId {
        let text = self.names.scalar("error-text");
        let message = Operand::Error(Some(Lens::Path(vec![Accessor::Field("message".into())])));
        let parts = vec![Operand::literal("exit with error: "), message];
        let mut report = Steps::new();
        self.call_builtin(("op", "concat_strings"), parts, Some(text.clone()), &mut report);
        let event = vec![Operand::literal(name), text.clone().into()];
        self.call_builtin(("tracingSrv", "tracingEvent"), event, None, &mut report);
        let report = self.add(Op::New(text), report);
        self.on_initiator(vec![report])
    }

    fn on_initiator(&mut self, steps: Steps) -> StepId {
        let site = self.initiator_site();
        self.add_on(site, Exit::AsNeeded, steps)
    }
}
