//! Writes a workflow and its plan as AIR.
//!
//! AIR has no `on`: every call and canon names its peer. A visit without a call is a hop: the canon of an empty stream, which
//! only the visited peer can execute. Groups of more than two steps become balanced binary trees, which keeps the recursion of
//! interpreters shallow; nested `seq`s are flattened first.

#[cfg(test)]
mod tests;

use crate::topology::{Hop, Plan};
use crate::workflow::{Last, Op, PeerName, StepId, Workflow};
use aqua_air::{FailOperand, Instruction, InstructionId, Operand, Script, Variable};
use aqua_diagnostics::Span;
use ecow::EcoString;
use std::collections::BTreeMap;

/// The iterator of hops through an array of relays. These folds contain nothing but a hop, so they never nest.
const VIA_PEER: &str = "-via-peer-";

/// The source spans of instructions. Hops and the instructions that only group others have none.
pub type Origins = BTreeMap<InstructionId, Span>;

/// Writes a workflow and its plan as a script. Returns the script and the source spans of its instructions.
pub fn emit(workflow: &Workflow, plan: &Plan) -> (Script, Origins) {
    let mut emitter = Emitter {
        workflow,
        plan,
        script: Script::new(),
        sequences: vec![Sequence::new()],
        origin: None,
        origins: Origins::new(),
    };
    emitter.run(workflow.root());
    let root = emitter.close();
    let (mut script, origins) = (emitter.script, emitter.origins);
    script.set_root(root);
    (script, origins)
}

/// Instructions that run in sequence.
type Sequence = Vec<InstructionId>;

/// The constructor of an instruction with two children.
type Pair = fn(InstructionId, InstructionId) -> Instruction;

enum Task {
    /// Appends the step and the hops around it to the innermost open sequence.
    Write(StepId),
    /// Opens the sequence of a child that becomes an instruction of its own.
    Open,
    /// Closes the sequence of the steps of a rescue and appends what rescues them: the first step, and the number of the rescue
    /// among those that begin with it.
    Rescue(StepId, usize),
    /// Closes the sequences of the children and appends the instruction that contains them.
    Combine(StepId),
    /// Appends the hops after the step.
    Leave(StepId),
}

struct Emitter<'a> {
    workflow: &'a Workflow,
    plan: &'a Plan,
    script: Script,
    /// Open sequences, the innermost last.
    sequences: Vec<Sequence>,
    /// The origin of the step that is being written.
    origin: Option<Span>,
    origins: Origins,
}

impl Emitter<'_> {
    fn run(&mut self, root: StepId) {
        let mut tasks = vec![Task::Write(root)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Write(step) => {
                    self.hops(self.plan.before(step));
                    tasks.push(Task::Leave(step));
                    self.write(step, &mut tasks);
                }
                Task::Open => self.sequences.push(Sequence::new()),
                Task::Rescue(first, number) => self.rescue(first, number),
                Task::Combine(step) => self.combine(step),
                Task::Leave(step) => self.hops(self.plan.after(step)),
            }
        }
    }

    fn write(&mut self, id: StepId, tasks: &mut Vec<Task>) {
        let step = self.workflow.step(id);
        self.origin = step.origin;
        match &step.op {
            Op::Seq | Op::On { .. } => self.write_sequence(&step.children, tasks),
            Op::Par | Op::Xor | Op::Rethrow | Op::Detach => {
                tasks.push(Task::Combine(id));
                for child in step.children.chunks(1).rev() {
                    self.write_sequence(child, tasks);
                    tasks.push(Task::Open);
                }
            }
            Op::New(_) | Op::Match { .. } | Op::Fold { .. } => {
                tasks.push(Task::Combine(id));
                self.write_sequence(&step.children, tasks);
                tasks.push(Task::Open);
            }
            Op::Call {
                service,
                function,
                arguments,
                output,
            } => {
                let call = Instruction::Call {
                    peer: self.peer(id),
                    service: service.clone(),
                    function: function.clone(),
                    arguments: arguments.clone(),
                    output: output.clone(),
                };
                self.append(call);
            }
            Op::Canon { source, target } => {
                let (source, target) = (source.clone(), target.clone());
                let peer = self.peer(id);
                self.append(Instruction::Canon { peer, source, target });
            }
            Op::Ap { source, target } => {
                let (source, target) = (source.clone(), target.clone());
                self.append(Instruction::Ap { source, target });
            }
            Op::ApMap { key, value, target } => {
                let (key, value, target) = (key.clone(), value.clone(), target.clone());
                self.append(Instruction::ApMap { key, value, target });
            }
            Op::Fail(value) => self.append(Instruction::Fail(FailOperand::Operand(value.clone()))),
            Op::Next(iterator) => {
                let iterator = iterator.clone();
                self.append(Instruction::Next { iterator });
            }
            Op::Never => self.append(Instruction::Never),
            Op::Null => {}
        }
    }

    /// Writes steps that run in sequence. Tasks run from the last to the first.
    fn write_sequence(&self, steps: &[StepId], tasks: &mut Vec<Task>) {
        let begin = tasks.len();
        let mut open = Vec::new();
        for &step in steps {
            for (number, rescue) in self.plan.rescues(step).iter().enumerate() {
                tasks.push(Task::Open);
                open.push((step, number, rescue.last));
            }
            tasks.push(Task::Write(step));
            while let Some((first, number, _)) = open.pop_if(|(.., last)| *last == step) {
                tasks.push(Task::Rescue(first, number));
            }
        }
        tasks[begin..].reverse();
    }

    /// Rescued steps: if one fails, the error is rethrown after hops.
    fn rescue(&mut self, first: StepId, number: usize) {
        let steps = self.close();
        self.sequences.push(Sequence::new());
        if let Some(rescue) = self.plan.rescues(first).get(number) {
            self.hops(&rescue.hops);
        }
        self.append(Instruction::Fail(FailOperand::Operand(Operand::Error(None))));
        let failed = self.close();
        let rescued = self.script.push(Instruction::Xor(steps, failed), None);
        self.append_id(rescued);
    }

    fn combine(&mut self, id: StepId) {
        let step = self.workflow.step(id);
        self.origin = step.origin;
        let body = |emitter: &mut Self| emitter.close();
        let instruction = match &step.op {
            Op::Par | Op::Detach => return self.combine_pairs(step.children.len(), Instruction::Par),
            Op::Xor | Op::Rethrow => return self.combine_pairs(step.children.len(), Instruction::Xor),
            Op::New(variable) => Instruction::New {
                variable: variable.clone(),
                body: body(self),
            },
            Op::Match { left, right, equal } => {
                let (left, right, body) = (left.clone(), right.clone(), body(self));
                if *equal {
                    Instruction::Match { left, right, body }
                } else {
                    Instruction::Mismatch { left, right, body }
                }
            }
            Op::Fold {
                iterable,
                iterator,
                last,
            } => {
                let last = match last {
                    Last::Done => Instruction::Null,
                    Last::Wait => Instruction::Never,
                };
                Instruction::Fold {
                    iterable: iterable.clone(),
                    iterator: iterator.clone(),
                    body: body(self),
                    last: Some(self.script.push(last, None)),
                }
            }
            other => unreachable!("{other:?} is not combined"),
        };
        self.append(instruction);
    }

    /// Joins the children of a `par` or `xor`; `(null)` is the second child if there is only one.
    fn combine_pairs(&mut self, count: usize, pair: Pair) {
        let mut parts: Vec<InstructionId> = (0..count).map(|_| self.close()).collect();
        parts.reverse();
        if parts.len() == 1 {
            parts.push(self.script.push(Instruction::Null, None));
        }
        let group = self.balance(parts, pair);
        self.append_id(group);
    }

    /// Joins instructions to a balanced binary tree; returns `(null)` if there are none.
    fn balance(&mut self, mut parts: Vec<InstructionId>, pair: Pair) -> InstructionId {
        while parts.len() > 1 {
            let join = |two: &[InstructionId]| match two {
                [left, right] => self.script.push(pair(*left, *right), None),
                one => one[0],
            };
            parts = parts.chunks(2).map(join).collect();
        }
        parts.pop().unwrap_or_else(|| self.script.push(Instruction::Null, None))
    }

    /// Appends hops. They have no origin.
    fn hops(&mut self, hops: &[Hop]) {
        self.origin = None;
        for hop in hops {
            match self.workflow.locations().peer(hop.peer) {
                PeerName::One(peer) => {
                    let visit = self.visit(peer.clone());
                    self.append_id(visit);
                }
                PeerName::Each(peers) => self.visit_each(peers.clone(), hop.backwards),
            }
        }
    }

    /// A hop: only `peer` can canonicalise a stream on itself.
    fn visit(&mut self, peer: Operand) -> InstructionId {
        let (source, target) = (Variable::stream("$-hop-"), Variable::canon_stream("#-hopc-"));
        let canon = Instruction::Canon {
            peer,
            source: source.clone(),
            target: target.clone(),
        };
        let canon = self.script.push(canon, None);
        let inner = Instruction::New {
            variable: target,
            body: canon,
        };
        let inner = self.script.push(inner, None);
        let outer = Instruction::New {
            variable: source,
            body: inner,
        };
        self.script.push(outer, None)
    }

    fn visit_each(&mut self, peers: Operand, backwards: bool) {
        let iterator = EcoString::from(VIA_PEER);
        let visit = self.visit(Operand::scalar(VIA_PEER));
        let next = Instruction::Next {
            iterator: iterator.clone(),
        };
        let next = self.script.push(next, None);
        let (first, second) = if backwards { (next, visit) } else { (visit, next) };
        let body = self.script.push(Instruction::Seq(first, second), None);
        let last = Some(self.script.push(Instruction::Null, None));
        let iterable = peers;
        self.append(Instruction::Fold {
            iterable,
            iterator,
            body,
            last,
        });
    }

    fn append(&mut self, instruction: Instruction) {
        let id = self.script.push(instruction, None);
        self.origins.extend(self.origin.map(|origin| (id, origin)));
        self.append_id(id);
    }

    fn append_id(&mut self, next: InstructionId) {
        let sequence = self.sequences.last_mut().expect("the outermost sequence stays open");
        sequence.push(next);
    }

    /// Closes the innermost sequence and returns it as one instruction; an empty sequence is `(null)`.
    fn close(&mut self) -> InstructionId {
        let sequence = self.sequences.pop().expect("every sequence is closed once");
        self.balance(sequence, Instruction::Seq)
    }

    /// The peer on which a step runs: the initiator outside of every `on`.
    fn peer(&self, step: StepId) -> Operand {
        self.plan.peer(step).map_or(Operand::InitPeerId, |peer| {
            self.workflow.locations().peer(peer).value().clone()
        })
    }
}
