//! Which variables steps read and write.

use super::tree::{Arrangement, Tree, arrangement};
use crate::workflow::{Op, StepId, Workflow};
use aqua_air::{Accessor, Lens, Operand, Variable};
use ecow::EcoString;
use rustc_hash::FxHashMap;

/// A variable of a script: a name in the scope that binds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(u32);

impl VariableId {
    /// Its index among the variables of the plan.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The reads and writes of all steps.
#[derive(Debug, Default)]
pub(super) struct Dataflow {
    /// The name of each variable.
    pub(super) names: Vec<EcoString>,
    /// The last position in document order at which each variable is read.
    pub(super) last_read: Vec<Option<u32>>,
    /// The variable that each step writes.
    pub(super) written: Vec<Option<VariableId>>,
    /// The variables that are read, grouped by step in document order.
    reads: Vec<VariableId>,
    /// The range of each step in `reads`.
    read_ranges: Vec<(u32, u32)>,
}

impl Dataflow {
    pub(super) fn new(tree: &Tree<'_>) -> Self {
        let mut resolver = Resolver {
            visible: FxHashMap::default(),
            position: 0,
            dataflow: Self {
                written: vec![None; tree.facts.len()],
                read_ranges: vec![(0, 0); tree.facts.len()],
                ..Self::default()
            },
        };
        resolver.run(tree);
        resolver.dataflow
    }

    pub(super) fn reads(&self, step: StepId) -> &[VariableId] {
        let (start, end) = self.read_ranges[step.index()];
        &self.reads[start as usize..end as usize]
    }
}

/// Resolves names to variables: `new` and folds bind a name for their children, other names are global.
struct Resolver<'a> {
    /// The innermost binding of each name at the current position.
    visible: FxHashMap<&'a EcoString, VariableId>,
    /// The current position in document order.
    position: u32,
    dataflow: Dataflow,
}

enum Walk<'a> {
    Enter(StepId),
    /// Restores the outer binding of a name at the end of a scope.
    Restore(&'a EcoString, Option<VariableId>),
}

impl<'a> Resolver<'a> {
    fn run(&mut self, tree: &Tree<'a>) {
        let mut pending: Vec<Walk<'a>> = tree.order.first().map(|root| Walk::Enter(*root)).into_iter().collect();
        while let Some(walk) = pending.pop() {
            match walk {
                Walk::Restore(name, Some(variable)) => {
                    self.visible.insert(name, variable);
                }
                Walk::Restore(name, None) => {
                    self.visible.remove(name);
                }
                Walk::Enter(step) => {
                    let op = tree.op(step);
                    let start = self.dataflow.reads.len() as u32;
                    self.visit(tree.workflow, step, op);
                    self.dataflow.read_ranges[step.index()] = (start, self.dataflow.reads.len() as u32);
                    self.position += 1;
                    let bound = match op {
                        Op::New(variable) => Some(&variable.name),
                        Op::Fold { iterator, .. } => Some(iterator),
                        _ => None,
                    };
                    if let Some(name) = bound {
                        let variable = self.add(name);
                        pending.push(Walk::Restore(name, self.visible.insert(name, variable)));
                    }
                    debug_assert!(bound.is_none() || arrangement(op) == Arrangement::Sequential);
                    pending.extend(tree.children(step).iter().rev().map(|child| Walk::Enter(*child)));
                }
            }
        }
    }

    fn visit(&mut self, workflow: &'a Workflow, step: StepId, op: &'a Op) {
        match op {
            Op::Call {
                service,
                function,
                arguments,
                output,
            } => {
                let operands = [service, function].into_iter().chain(arguments);
                operands.for_each(|value| self.read(value));
                self.write(step, output.as_ref());
            }
            Op::Canon { source, target } => {
                self.read_name(&source.name);
                self.write(step, Some(target));
            }
            Op::Ap { source, target } => {
                self.read(source);
                self.write(step, Some(target));
            }
            Op::ApMap { key, value, target } => {
                self.read(key);
                self.read(value);
                self.write(step, Some(target));
            }
            Op::Fail(value) => self.read(value),
            Op::Fold { iterable, .. } => self.read(iterable),
            Op::Next(iterator) => self.read_name(iterator),
            Op::Match { left, right, .. } => {
                self.read(left);
                self.read(right);
            }
            Op::On { location, .. } => {
                let locations = workflow.locations();
                let relays = locations.relays(*location).iter().copied();
                let peers = locations.peer_at(*location).into_iter().chain(relays);
                peers.for_each(|peer| self.read(locations.peer(peer).value()));
            }
            Op::New(_) | Op::Null | Op::Never | Op::Seq | Op::Par | Op::Xor | Op::Rethrow | Op::Detach => {}
        }
    }

    fn read(&mut self, value: &'a Operand) {
        if let Operand::Variable(variable, _) = value {
            self.read_name(&variable.name);
        }
        if let Some(Lens::Path(accessors)) = value.lens() {
            for accessor in accessors {
                if let Accessor::Scalar(name) = accessor {
                    self.read_name(name);
                }
            }
        }
    }

    fn read_name(&mut self, name: &'a EcoString) {
        let variable = self.resolve(name);
        self.dataflow.reads.push(variable);
        self.dataflow.last_read[variable.index()] = Some(self.position);
    }

    fn write(&mut self, step: StepId, target: Option<&'a Variable>) {
        self.dataflow.written[step.index()] = target.map(|variable| self.resolve(&variable.name));
    }

    fn resolve(&mut self, name: &'a EcoString) -> VariableId {
        if let Some(variable) = self.visible.get(name) {
            return *variable;
        }
        let variable = self.add(name);
        self.visible.insert(name, variable);
        variable
    }

    fn add(&mut self, name: &EcoString) -> VariableId {
        self.dataflow.names.push(name.clone());
        self.dataflow.last_read.push(None);
        VariableId(self.dataflow.names.len() as u32 - 1)
    }
}
