//! The plan of a workflow: what topology returns and emission reads.

use super::dataflow::{Dataflow, VariableId};
use super::errors::Rescue;
use super::route::Hop;
use crate::workflow::{Op, PeerNameId, StepId, Workflow};
use aqua_air::Operand;
use aqua_diagnostics::Span;
use rustc_hash::FxHashMap;

/// On which peer each step of a workflow runs, which peers the particle visits between steps, and which values each step
/// reads and writes. Steps that the root does not contain have no entries.
#[derive(Debug)]
pub struct Plan {
    pub(super) before: Vec<Vec<Hop>>,
    pub(super) after: Vec<Vec<Hop>>,
    /// By the first of the rescued steps.
    pub(super) rescues: FxHashMap<StepId, Vec<Rescue>>,
    pub(super) peers: Vec<Option<PeerNameId>>,
    /// The nearest enclosing `on` of each step, itself excluded.
    pub(super) enclosing_on: Vec<Option<StepId>>,
    /// The first and the last position, in document order, of each step and its descendants.
    pub(super) extents: Vec<(u32, u32)>,
    /// All steps in document order: parents before children.
    pub(super) order: Vec<StepId>,
    pub(super) dataflow: Dataflow,
}

/// The expression that names a peer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeerExpression<'w> {
    /// Its value in the script.
    pub value: &'w Operand,
    /// Where it is written; `None` for the initiator, which the compiler adds.
    pub span: Option<Span>,
}

/// A value that is written on one peer and read on another: the particle has to carry it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// The variable that holds the value.
    pub variable: VariableId,
    /// The step that writes it.
    pub writer: StepId,
    /// The step that reads it.
    pub reader: StepId,
}

impl Plan {
    /// The hops before a step, in order.
    pub fn before(&self, step: StepId) -> &[Hop] {
        &self.before[step.index()]
    }

    /// The hops after a step, in order.
    pub fn after(&self, step: StepId) -> &[Hop] {
        &self.after[step.index()]
    }

    /// The rescues that begin with a step, the outermost first. The steps from this one to the last one of a rescue are children of
    /// the same step. If one of them fails, the particle makes hops and then the error is rethrown.
    pub fn rescues(&self, step: StepId) -> &[Rescue] {
        self.rescues.get(&step).map_or(&[], Vec::as_slice)
    }

    /// The peer on which a step runs; for an `on`, the peer of its children. `None` outside of every `on`.
    pub fn peer(&self, step: StepId) -> Option<PeerNameId> {
        self.peers[step.index()]
    }

    /// The expression that names the peer on which a step runs. `workflow` is the one that was planned.
    pub fn peer_expression<'w>(&self, workflow: &'w Workflow, step: StepId) -> Option<PeerExpression<'w>> {
        let on = match workflow.step(step).op {
            Op::On { .. } => step,
            _ => self.enclosing_on[step.index()]?,
        };
        let Op::On { peer_span, .. } = workflow.step(on).op else {
            return None;
        };
        let value = workflow.locations().peer(self.peer(step)?).value();
        Some(PeerExpression { value, span: peer_span })
    }

    /// The variables that a step itself reads, in order of use. An `on` reads the variables that name its peer and relays.
    pub fn reads(&self, step: StepId) -> &[VariableId] {
        self.dataflow.reads(step)
    }

    /// The variable that a step itself writes.
    pub fn writes(&self, step: StepId) -> Option<VariableId> {
        self.dataflow.written[step.index()]
    }

    /// The name of a variable in the script. Variables of different scopes may have the same name.
    pub fn variable_name(&self, variable: VariableId) -> &str {
        &self.dataflow.names[variable.index()]
    }

    /// The variables that a step or one of its descendants writes and a later step reads: for an `on`, what the particle
    /// brings back or carries on.
    pub fn results(&self, step: StepId) -> Vec<VariableId> {
        let (start, end) = self.extents[step.index()];
        let Some(steps) = self.order.get(start as usize..=end as usize) else {
            return Vec::new();
        };
        let is_read_later = |variable: &VariableId| self.dataflow.last_read[variable.index()] > Some(end);
        let mut results: Vec<_> = steps.iter().filter_map(|step| self.writes(*step)).collect();
        results.retain(is_read_later);
        results.sort_unstable();
        results.dedup();
        results
    }

    /// The values that are read on another peer than the one that writes them, by reader in document order.
    pub fn transfers(&self) -> Vec<Transfer> {
        let mut writers: Vec<Vec<StepId>> = vec![Vec::new(); self.dataflow.names.len()];
        let mut transfers = Vec::new();
        for &reader in &self.order {
            let here = self.site(reader);
            for &variable in self.reads(reader) {
                let remote = writers[variable.index()]
                    .iter()
                    .filter(|writer| self.site(**writer) != here);
                transfers.extend(remote.map(|&writer| Transfer {
                    variable,
                    writer,
                    reader,
                }));
            }
            if let Some(variable) = self.writes(reader) {
                writers[variable.index()].push(reader);
            }
        }
        transfers
    }

    /// The peer on which a step itself reads and writes: for an `on`, the one that the particle leaves.
    fn site(&self, step: StepId) -> Option<PeerNameId> {
        self.enclosing_on[step.index()].and_then(|on| self.peer(on))
    }
}
