//! Statements, except loops and conditions.

use super::Lowered;
use super::binding::{Binding, Callable, Captured};
use super::steps::{Lowering, Site, Steps, grow_stack};
use crate::checked::{Block, ClosureId, Recovery, Statement, StatementKind, Target, Value, ValueKind};
use crate::typing::Type;
use crate::workflow::{Exit, Op, PeerName};
use aqua_air::{Operand, OperandPosition, VariableKind};
use std::rc::Rc;

impl<'p> Lowering<'p> {
    /// Lowers the statements of a block.
    pub(super) fn block(&mut self, block: &'p Block, steps: &mut Steps) -> Lowered<()> {
        let mut statements = block.statements.iter();
        statements.try_for_each(|statement| grow_stack(|| self.statement(statement, steps)))
    }

    fn statement(&mut self, statement: &'p Statement, steps: &mut Steps) -> Lowered<()> {
        self.check_size(statement.span)?;
        self.with_origin(statement.span, |lowering| lowering.statement_here(statement, steps))
    }

    fn statement_here(&mut self, statement: &'p Statement, steps: &mut Steps) -> Lowered<()> {
        match &statement.kind {
            StatementKind::Assign { local, value } => {
                let binding = self.value(value, steps)?;
                self.bind(*local, binding);
            }
            StatementKind::Call { call, targets } => {
                let results = self.call_results(call, steps)?;
                for (target, result) in targets.iter().zip(results) {
                    match target {
                        Target::Define(local) => self.bind(*local, result),
                        Target::Push(stream) => self.push(stream, result, steps)?,
                    }
                }
            }
            StatementKind::CallIntoMap { call, map } => {
                let mut results = self.call_results(call, steps)?.into_iter();
                if let (Some(key), Some(value)) = (results.next(), results.next()) {
                    self.push_entry(map, key, value, steps)?;
                }
            }
            StatementKind::Declare(local) => {
                let name = self.local_name(*local);
                let function = self.frames.last().expect("a body is being inlined").function;
                let binding = match function.local(*local).ty {
                    Type::StreamMap(_) => Binding::Map(self.declare(VariableKind::StreamMap, name)),
                    _ => Binding::Stream(self.declare(VariableKind::Stream, name)),
                };
                self.bind(*local, binding);
            }
            StatementKind::Push { stream, value } => {
                let value = self.value(value, steps)?;
                self.push(stream, value, steps)?;
            }
            StatementKind::PushEntry { map, key, value } => {
                let (key, value) = (self.value(key, steps)?, self.value(value, steps)?);
                self.push_entry(map, key, value, steps)?;
            }
            StatementKind::Closure(closure) => self.bind_closure(*closure),
            StatementKind::On { peer, via, body } => {
                let site = self.remote_site(peer, via, steps)?;
                let mut inside = Steps::new();
                self.at(site, |lowering| lowering.block(body, &mut inside))?;
                self.push_on(site, Exit::AsNeeded, inside, steps);
            }
            StatementKind::Par { branches } => self.par(branches, steps)?,
            StatementKind::Detached { body } => {
                let mut inside = Steps::new();
                self.block(body, &mut inside)?;
                if !inside.is_empty() {
                    let body = self.seq(inside);
                    steps.push(self.add(Op::Detach, vec![body]));
                }
            }
            StatementKind::For {
                iterable,
                variable,
                iteration,
                body,
            } => self.for_each(iterable, *variable, *iteration, body, steps)?,
            StatementKind::ParSeq {
                iterable,
                variable,
                peer,
                via,
                body,
            } => self.parseq(iterable, *variable, (peer, via), body, steps)?,
            StatementKind::If {
                condition,
                then,
                otherwise,
            } => self.choose(condition, then, otherwise, steps)?,
            StatementKind::Try { body, recoveries } => self.recover(body, recoveries, steps)?,
            StatementKind::Join(values) => self.join(values, steps)?,
        }
        Ok(())
    }

    /// Binds a closure with the current bindings of its captures.
    fn bind_closure(&mut self, id: ClosureId) {
        let frame = self.frames.last().expect("a body is being inlined");
        let function = frame.function;
        let closure = function.closure(id);
        let known = |local| Some((local, frame.locals.get(&local)?.clone()));
        let captured = Captured {
            function,
            closure,
            locals: closure.captures.iter().copied().filter_map(known).collect(),
            site: closure.captures_topology.then_some(self.site),
        };
        self.bind(closure.local, Binding::Callable(Callable::Closure(Rc::new(captured))));
    }

    /// The site inside of `on peer via relays`.
    pub(super) fn remote_site(&mut self, peer: &'p Value, via: &'p [Value], steps: &mut Steps) -> Lowered<Site> {
        let peer_span = Some(peer.span);
        let mut groups = vec![Steps::new()];
        let peer = PeerName::One(self.operand(peer, OperandPosition::Peer, &mut groups[0])?);
        let mut relays = Vec::with_capacity(via.len());
        for relay in via {
            let mut group = Steps::new();
            if relay.ty.element().is_none() {
                relays.push(PeerName::One(self.operand(relay, OperandPosition::Peer, &mut group)?));
            } else {
                match self.operand(relay, OperandPosition::Iterable, &mut group)? {
                    Operand::EmptyArray => {}
                    each => relays.push(PeerName::Each(each)),
                }
            }
            groups.push(group);
        }
        self.in_parallel(groups, steps);
        let outer = self.site.location;
        let locations = self.workflow.locations_mut();
        let peer = locations.intern_peer(peer);
        let relays: Vec<_> = relays.into_iter().map(|relay| locations.intern_peer(relay)).collect();
        let location = locations.nested(outer, peer, &relays);
        Ok(Site { location, peer_span })
    }

    /// Adds steps that run at another site. An error there is rethrown here, so that it reaches the initiator.
    pub(super) fn push_on(&mut self, site: Site, exit: Exit, inside: Steps, steps: &mut Steps) {
        if inside.is_empty() {
            return;
        }
        let mut step = self.add_on(site, exit, inside);
        if self.options.carry_errors {
            let fail = self.add(Op::Fail(Operand::Error(None)), Steps::new());
            step = self.add(Op::Rethrow, vec![step, fail]);
        }
        steps.push(step);
    }

    fn par(&mut self, blocks: &'p [Block], steps: &mut Steps) -> Lowered<()> {
        let mut branches = Vec::with_capacity(blocks.len());
        for block in blocks {
            let mut branch = Steps::new();
            self.block(block, &mut branch)?;
            branches.push(branch);
        }
        if branches.iter().all(Steps::is_empty) {
            return Ok(());
        }
        let branches = branches.into_iter().map(|branch| self.seq(branch)).collect();
        steps.push(self.add(Op::Par, branches));
        Ok(())
    }

    /// Lowers `try`. A body without steps can't fail and needs no recovery.
    fn recover(&mut self, body: &'p Block, recoveries: &'p [Recovery], steps: &mut Steps) -> Lowered<()> {
        let body = self.scoped(|lowering, steps| lowering.block(body, steps))?;
        if body.is_empty() {
            return Ok(());
        }
        let mut alternatives = vec![self.seq(body)];
        for recovery in recoveries {
            let body = self.scoped(|lowering, steps| lowering.recovery(recovery, steps))?;
            // An `xor` with one alternative drops its error; an empty recovery would add hops back.
            if recoveries.len() > 1 || !body.is_empty() {
                alternatives.push(self.seq(body));
            }
        }
        steps.push(self.add(Op::Xor, alternatives));
        Ok(())
    }

    /// Lowers a recovery. `:error:` is the last error, including false conditions in the recovery itself, so the caught error is
    /// copied to a variable first.
    fn recovery(&mut self, recovery: &'p Recovery, steps: &mut Steps) -> Lowered<()> {
        let Some(error) = recovery.error else {
            return self.block(&recovery.body, steps);
        };
        let caught = self.names.scalar("caught");
        self.bind(error, Binding::Data(caught.clone().into()));
        let mut work = Steps::new();
        self.block(&recovery.body, &mut work)?;
        if !work.is_empty() {
            self.ap(Operand::Error(None), caught, steps);
            steps.extend(work);
        }
        Ok(())
    }

    /// Lowers `join`: computes or awaits the values in parallel.
    fn join(&mut self, values: &'p [Value], steps: &mut Steps) -> Lowered<()> {
        let mut groups = Vec::with_capacity(values.len());
        for value in values {
            let mut group = Steps::new();
            match &value.kind {
                ValueKind::Gate { of, index } => self.wait(of, index, &mut group)?,
                _ => {
                    self.value(value, &mut group)?;
                }
            }
            groups.push(group);
        }
        self.in_parallel(groups, steps);
        Ok(())
    }
}
