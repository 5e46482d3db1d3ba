//! The state of lowering a function, and the basic operations that add steps.

use super::Lowered;
use super::binding::{Binding, Frame};
use super::names::Names;
use crate::Options;
use crate::checked::{LocalId, Program};
use crate::codes;
use crate::workflow::{Exit, LocationId, Locations, Op, PeerName, PeerNameId, StepId, Workflow};
use aqua_air::{Operand, OperandPosition, Variable, VariableKind};
use aqua_diagnostics::{Diagnostic, Span};

/// Steps that run in sequence.
pub(super) type Steps = Vec<StepId>;

/// The variable that holds the peer id of the relay.
pub(super) const RELAY: &str = "-relay-";

/// The maximum number of steps of a script, and of inlined calls. Such a script has at least ten megabytes of text, more than a
/// particle can carry.
const MAX_STEPS: usize = 250_000;

/// Where code runs: the location, and where the source names its peer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site {
    pub(super) location: LocationId,
    /// `None` for the initiator.
    pub(super) peer_span: Option<Span>,
}

/// The state of lowering one exported function.
pub(super) struct Lowering<'p> {
    pub(super) program: &'p Program,
    pub(super) options: &'p Options,
    pub(super) workflow: Workflow,
    pub(super) names: Names,
    /// Where the code that is being lowered runs.
    pub(super) site: Site,
    /// The bodies that are being inlined, innermost last.
    pub(super) frames: Vec<Frame<'p>>,
    /// The number of inlined bodies.
    pub(super) calls: usize,
    /// The streams that each open scope declares, innermost scope last.
    pub(super) scopes: Vec<Vec<Variable>>,
}

/// The stack that lowering one value or statement needs at most, nested ones excluded, in bytes.
const STACK_RESERVE: usize = 128 * 1024;
/// The size of a new stack segment, in bytes.
const STACK_SEGMENT: usize = 2 * 1024 * 1024;

/// Runs a recursive call on a new stack segment if less than [`STACK_RESERVE`] is left. The grammar and [`MAX_DEPTH`] limit
/// the depth of the recursion.
///
/// [`MAX_DEPTH`]: super::calls::MAX_DEPTH
pub(super) fn grow_stack<T>(inside: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK_RESERVE, STACK_SEGMENT, inside)
}

impl<'p> Lowering<'p> {
    pub(super) fn new(program: &'p Program, options: &'p Options) -> Self {
        let mut lowering = Self {
            program,
            options,
            workflow: Workflow::new(),
            names: Names::default(),
            site: Site {
                location: Locations::ROOT,
                peer_span: None,
            },
            frames: Vec::new(),
            calls: 0,
            scopes: Vec::new(),
        };
        lowering.site = lowering.initiator_site();
        lowering
    }

    /// The initiator, reached from the current site through its relay.
    pub(super) fn initiator_site(&mut self) -> Site {
        let locations = self.workflow.locations_mut();
        let initiator = locations.intern_peer(PeerName::One(Operand::InitPeerId));
        let relay = PeerName::One(Operand::scalar(RELAY));
        let relay: Option<PeerNameId> = self.options.relay.then(|| locations.intern_peer(relay));
        let relays: Vec<PeerNameId> = relay.into_iter().collect();
        Site {
            location: locations.nested(self.site.location, initiator, &relays),
            peer_span: None,
        }
    }

    pub(super) fn add(&mut self, op: Op, children: Steps) -> StepId {
        self.workflow.add(op, children)
    }

    /// Adds an `on` of that site.
    pub(super) fn add_on(&mut self, site: Site, exit: Exit, children: Steps) -> StepId {
        let Site { location, peer_span } = site;
        let op = Op::On {
            location,
            exit,
            peer_span,
        };
        self.add(op, children)
    }

    /// Lowers something whose steps have that origin.
    pub(super) fn with_origin<T>(&mut self, origin: Span, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.workflow.set_origin(Some(origin));
        let result = inside(self);
        self.workflow.set_origin(outside);
        result
    }

    /// Fails if the script is larger than [`MAX_STEPS`].
    pub(super) fn check_size(&self, span: Span) -> Lowered<()> {
        if self.workflow.len().max(self.calls) <= MAX_STEPS {
            return Ok(());
        }
        let message = format!("this script has more than {MAX_STEPS} steps");
        let diagnostic = Diagnostic::error(codes::SCRIPT_TOO_LARGE, span, message)
            .label("all calls are inlined here")
            .help("call the function once and reuse its result, or use a `for` loop");
        Err(Box::new(diagnostic))
    }

    /// Combines steps into one.
    pub(super) fn seq(&mut self, mut steps: Steps) -> StepId {
        match steps.len() {
            0 => self.add(Op::Null, Steps::new()),
            1 => steps.remove(0),
            _ => self.add(Op::Seq, steps),
        }
    }

    /// Adds groups of independent steps, which run in parallel.
    pub(super) fn in_parallel(&mut self, groups: impl IntoIterator<Item = Steps>, steps: &mut Steps) {
        let mut groups: Vec<Steps> = groups.into_iter().filter(|group| !group.is_empty()).collect();
        if groups.len() <= 1 {
            steps.extend(groups.pop().unwrap_or_default());
            return;
        }
        let branches = groups.into_iter().map(|group| self.seq(group)).collect();
        steps.push(self.add(Op::Par, branches));
    }

    /// The steps that a function adds, in a new scope: streams that it declares are new whenever the scope is entered.
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

    /// Lowers something that runs at another site.
    pub(super) fn at<T>(&mut self, site: Site, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outside = std::mem::replace(&mut self.site, site);
        let result = inside(self);
        self.site = outside;
        result
    }

    /// A new stream or stream map of the innermost scope.
    pub(super) fn declare(&mut self, kind: VariableKind, name: &str) -> Variable {
        let variable = self.names.tagged(kind, name);
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(variable.clone());
        }
        variable
    }

    pub(super) fn ap(&mut self, source: Operand, target: Variable, steps: &mut Steps) {
        steps.push(self.add(Op::Ap { source, target }, Steps::new()));
    }

    /// Copies a value to a new scalar.
    pub(super) fn copy(&mut self, value: Operand, word: &str, steps: &mut Steps) -> Variable {
        let scalar = self.names.scalar(word);
        self.ap(value, scalar.clone(), steps);
        scalar
    }

    /// The value, copied to a new scalar if AIR does not accept it at that position.
    pub(super) fn fit(&mut self, value: Operand, place: OperandPosition, steps: &mut Steps) -> Operand {
        if place.accepts(&value) {
            return value;
        }
        self.copy(value, "value", steps).into()
    }

    /// Adds a call of a service on the current peer.
    pub(super) fn call(
        &mut self,
        (service, function): (Operand, Operand),
        arguments: Vec<Operand>,
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

    /// Adds a call of a builtin service.
    pub(super) fn call_builtin(
        &mut self,
        (service, function): (&str, &str),
        arguments: Vec<Operand>,
        output: Option<Variable>,
        steps: &mut Steps,
    ) {
        let names = (Operand::literal(service), Operand::literal(function));
        self.call(names, arguments, output, steps);
    }

    pub(super) fn bind(&mut self, local: LocalId, binding: Binding<'p>) {
        let frame = self.frames.last_mut().expect("a body is being inlined");
        frame.locals.insert(local, binding);
    }

    /// The binding of a local of the current body.
    pub(super) fn local(&self, local: LocalId) -> &Binding<'p> {
        let frame = self.frames.last().expect("a body is being inlined");
        frame
            .locals
            .get(&local)
            .expect("a checked program defines locals before their use")
    }

    /// The source name of a local of the current body.
    pub(super) fn local_name(&self, local: LocalId) -> &'p str {
        let frame = self.frames.last().expect("a body is being inlined");
        &frame.function.local(local).name
    }
}
