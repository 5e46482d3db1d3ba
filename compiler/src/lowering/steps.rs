//! The lowering of one function: its state, and small steps that all others are made of.

use super::Lowered;
use super::bound::{Bound, Frame};
use super::names::Names;
use crate::Options;
use crate::checked::{LocalId, Program};
use crate::codes;
use crate::workflow::{Op, Peer, PeerId, PlaceId, Places, StepId, Workflow};
use aqua_air::{Place, Value, Variable, VariableKind};
use aqua_diagnostics::{Diagnostic, Span};

/// Steps one after the other, as they are found.
pub(super) type Steps = Vec<StepId>;

/// The name of the variable that holds the relay's peer id.
pub(super) const RELAY: &str = "-relay-";

/// Largest number of steps in one script, and of calls that are put in their place: ten megabytes of text or more, which is
/// more than a particle may carry.
const MAX_STEPS: usize = 250_000;

/// State while one exported function is lowered.
pub(super) struct Lowering<'p> {
    pub(super) program: &'p Program,
    pub(super) options: &'p Options,
    pub(super) workflow: Workflow,
    pub(super) names: Names,
    /// Where what is being lowered runs.
    pub(super) place: PlaceId,
    /// Bodies being inlined, the innermost last.
    pub(super) frames: Vec<Frame<'p>>,
    /// How many bodies were inlined so far.
    pub(super) calls: usize,
    /// Streams to make fresh around each open scope, the innermost last.
    pub(super) scopes: Vec<Vec<Variable>>,
}

/// What lowering one value or statement, without those inside of it, may need of the stack, in bytes; a new piece of stack is
/// taken when less is left.
const STACK_RESERVE: usize = 128 * 1024;
const STACK_PIECE: usize = 2 * 1024 * 1024;

/// Goes one level deeper, however deep that is: levels are limited by the grammar and by the depth of calls.
pub(super) fn deeper<T>(inside: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK_RESERVE, STACK_PIECE, inside)
}

impl<'p> Lowering<'p> {
    pub(super) fn new(program: &'p Program, options: &'p Options) -> Self {
        let mut lowering = Self {
            program,
            options,
            workflow: Workflow::new(),
            names: Names::default(),
            place: Places::NOWHERE,
            frames: Vec::new(),
            calls: 0,
            scopes: Vec::new(),
        };
        lowering.place = lowering.home();
        lowering
    }

    /// At the initiator, reached through its relay, from the current place.
    pub(super) fn home(&mut self) -> PlaceId {
        let places = self.workflow.places_mut();
        let initiator = places.peer(Peer::One(Value::InitPeerId));
        let relay: Option<PeerId> = self.options.relay.then(|| places.peer(Peer::One(Value::scalar(RELAY))));
        let relays: Vec<PeerId> = relay.into_iter().collect();
        places.enter(self.place, initiator, &relays)
    }

    pub(super) fn add(&mut self, op: Op, children: Steps) -> StepId {
        self.workflow.add(op, children)
    }

    /// Runs something whose steps are made of that piece of the program.
    pub(super) fn made_of<T>(&mut self, origin: Span, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.workflow.set_origin(Some(origin));
        let result = inside(self);
        self.workflow.set_origin(outside);
        result
    }

    /// Refuses to go on when the script has grown beyond all measure.
    pub(super) fn check_size(&self, span: Span) -> Lowered<()> {
        if self.workflow.len().max(self.calls) <= MAX_STEPS {
            return Ok(());
        }
        let message = format!("the script is larger than {MAX_STEPS} steps here");
        let diagnostic = Diagnostic::error(codes::SCRIPT_TOO_LARGE, span, message)
            .label("everything that is called here becomes part of the script")
            .help("call the function once and pass its result on, or go through the items with `for`");
        Err(Box::new(diagnostic))
    }

    /// The steps as one.
    pub(super) fn seq(&mut self, mut steps: Steps) -> StepId {
        match steps.len() {
            0 => self.add(Op::Null, Steps::new()),
            1 => steps.remove(0),
            _ => self.add(Op::Seq, steps),
        }
    }

    /// Adds steps that don't depend on each other: at the same time if there are several groups of them.
    pub(super) fn side_by_side(&mut self, groups: impl IntoIterator<Item = Steps>, steps: &mut Steps) {
        let mut groups: Vec<Steps> = groups.into_iter().filter(|group| !group.is_empty()).collect();
        if groups.len() <= 1 {
            steps.extend(groups.pop().unwrap_or_default());
            return;
        }
        let branches = groups.into_iter().map(|group| self.seq(group)).collect();
        steps.push(self.add(Op::Par, branches));
    }

    /// What a function adds, inside of a scope: streams that are declared in it are fresh whenever it is entered.
    pub(super) fn scoped(&mut self, inside: impl FnOnce(&mut Self, &mut Steps) -> Lowered<()>) -> Lowered<Steps> {
        self.scopes.push(Vec::new());
        let mut steps = Steps::new();
        let outcome = inside(self, &mut steps);
        let streams = self.scopes.pop().unwrap_or_default();
        outcome?;
        if !steps.is_empty() {
            for stream in streams {
                steps = vec![self.add(Op::New(stream), steps)];
            }
        }
        Ok(steps)
    }

    /// Runs something with what is called from it placed elsewhere.
    pub(super) fn at<T>(&mut self, place: PlaceId, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::replace(&mut self.place, place);
        let result = inside(self);
        self.place = outside;
        result
    }

    /// A fresh stream or stream map of the innermost scope.
    pub(super) fn declare(&mut self, kind: VariableKind, name: &str) -> Variable {
        let variable = self.names.tagged(kind, name);
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(variable.clone());
        }
        variable
    }

    pub(super) fn ap(&mut self, source: Value, target: Variable, steps: &mut Steps) {
        steps.push(self.add(Op::Ap { source, target }, Steps::new()));
    }

    /// The value in a scalar of its own.
    pub(super) fn copy(&mut self, value: Value, word: &str, steps: &mut Steps) -> Variable {
        let scalar = self.names.scalar(word);
        self.ap(value, scalar.clone(), steps);
        scalar
    }

    /// The value, in a scalar of its own if AIR doesn't take it at that place.
    pub(super) fn fit(&mut self, value: Value, place: Place, steps: &mut Steps) -> Value {
        if place.accepts(&value) {
            return value;
        }
        self.copy(value, "value", steps).into()
    }

    /// A call of a service of the node or the client at the current place.
    pub(super) fn call(
        &mut self,
        (service, function): (Value, Value),
        arguments: Vec<Value>,
        output: Option<Variable>,
        steps: &mut Steps,
    ) {
        let op = Op::Call {
            service,
            function,
            arguments,
            output,
        };
        steps.push(self.add(op, Steps::new()));
    }

    /// The same with both names known.
    pub(super) fn call_builtin(
        &mut self,
        (service, function): (&str, &str),
        arguments: Vec<Value>,
        output: Option<Variable>,
        steps: &mut Steps,
    ) {
        let names = (Value::literal(service), Value::literal(function));
        self.call(names, arguments, output, steps);
    }

    pub(super) fn bind(&mut self, local: LocalId, bound: Bound<'p>) {
        let frame = self.frames.last_mut().expect("a body is being inlined");
        frame.locals.insert(local, bound);
    }

    /// What a local of the current body stands for.
    pub(super) fn local(&self, local: LocalId) -> &Bound<'p> {
        let frame = self.frames.last().expect("a body is being inlined");
        frame
            .locals
            .get(&local)
            .expect("a checked program defines locals before their use")
    }

    /// The name of a local of the current body, as written.
    pub(super) fn local_name(&self, local: LocalId) -> &'p str {
        let frame = self.frames.last().expect("a body is being inlined");
        &frame.function.local(local).name
    }
}
