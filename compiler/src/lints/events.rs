//! The events of a function in textual order: which locals are written and read, on which peer and in which parallel branch.

use crate::checked::{
    Block, Body, Builtin, Call, Callee, ClosureId, Function, Iteration, LocalId, MapQuery, Operator, Statement,
    StatementKind, Target, Value, ValueKind,
};
use crate::typing::Type;
use aqua_diagnostics::{Sources, Span};
use indexmap::IndexSet;

/// An event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) kind: EventKind,
    pub(super) span: Span,
    pub(super) site: Site,
}

/// What an event does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    /// A call assigns the local.
    Assign(LocalId),
    /// A value is pushed to the stream or stream map.
    Push(LocalId),
    /// The stream is read with the elements that it has at this moment.
    Snapshot(LocalId),
    /// The stream is waited for.
    Await(LocalId),
    /// The local is used in any other way.
    Use(LocalId),
    /// An instruction is executed on the peer.
    Run,
}

/// Where an event happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Site {
    /// The innermost branch: an index into [`Events::branches`].
    pub(super) branch: usize,
    /// The index of the expression that names the peer; 0 is the peer that calls the function.
    pub(super) peer: usize,
    /// Whether it is in a closure, which runs when it is called.
    pub(super) in_closure: bool,
}

/// A part of a function that runs in parallel with other parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Branch {
    /// The enclosing branch; the branch of the function is its own parent.
    pub(super) parent: usize,
    pub(super) kind: BranchKind,
}

/// The statement that starts a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BranchKind {
    /// None: the branch is the whole function.
    Function,
    /// `par`: an index into [`Events::pars`].
    Par(usize),
    /// `co`.
    Detached,
    /// A loop with parallel iterations.
    Iteration,
}

/// A `par` statement.
#[derive(Debug, Clone)]
pub(super) struct Par {
    /// The index of the first event after it.
    pub(super) end: usize,
    /// The peer that starts it, the peers of enclosing `on`s, their relays, and the relay of the initiator.
    pub(super) return_path: Vec<usize>,
}

/// The events of a function.
#[derive(Debug)]
pub(super) struct Events<'a> {
    pub(super) function: &'a Function,
    sources: &'a Sources,
    pub(super) list: Vec<Event>,
    pub(super) branches: Vec<Branch>,
    pub(super) pars: Vec<Par>,
    /// The expressions that name peers.
    peers: IndexSet<&'a str>,
    /// The peers of the enclosing `on`s, and the relays to them.
    return_path: Vec<usize>,
    /// For a local that is an alias of another one, the latter.
    aliased: Vec<Option<LocalId>>,
    /// The current site.
    site: Site,
}

impl<'a> Events<'a> {
    pub(super) fn of(function: &'a Function, sources: &'a Sources) -> Self {
        let mut events = Self {
            function,
            sources,
            list: Vec::new(),
            branches: vec![Branch {
                parent: 0,
                kind: BranchKind::Function,
            }],
            pars: Vec::new(),
            peers: IndexSet::from(["INIT_PEER_ID", "HOST_PEER_ID"]),
            return_path: vec![0, 1],
            aliased: vec![None; function.locals.len()],
            site: Site {
                branch: 0,
                peer: 0,
                in_closure: false,
            },
        };
        events.body(&function.body, &function.arrow.results);
        events
    }

    /// Whether a branch is `outer` or nested in it.
    pub(super) fn is_inside(&self, mut branch: usize, outer: usize) -> bool {
        // The index of a branch is greater than that of its parent.
        while branch > outer {
            branch = self.branches[branch].parent;
        }
        branch == outer
    }

    /// The branches that enclose `from` but not `other`, innermost first.
    pub(super) fn branches_between(&self, from: usize, other: usize) -> impl Iterator<Item = usize> {
        let mut branch = from;
        std::iter::from_fn(move || {
            let here = branch;
            let apart = !self.is_inside(other, here);
            branch = self.branches[here].parent;
            apart.then_some(here)
        })
    }

    fn push(&mut self, kind: EventKind, span: Span) {
        let site = self.site;
        self.list.push(Event { kind, span, site });
    }

    fn in_branch<T>(&mut self, kind: BranchKind, walk: impl FnOnce(&mut Self) -> T) -> T {
        let parent = self.site.branch;
        self.branches.push(Branch { parent, kind });
        self.site.branch = self.branches.len() - 1;
        let result = walk(self);
        self.site.branch = parent;
        result
    }

    fn on(&mut self, peer: &Value, via: &[Value], body: &Block) {
        self.value(peer);
        self.values(via);
        let (before, length) = (self.site.peer, self.return_path.len());
        for relay in via {
            let relay = self.peer_index(relay);
            self.return_path.push(relay);
        }
        self.site.peer = self.peer_index(peer);
        self.return_path.push(self.site.peer);
        self.block(body);
        self.site.peer = before;
        self.return_path.truncate(length);
    }

    /// The index of the expression that names a peer.
    fn peer_index(&mut self, peer: &Value) -> usize {
        self.peers.insert_full(self.sources.text(peer.span)).0
    }

    fn body(&mut self, body: &Body, results: &[Type]) {
        self.block(&body.block);
        for (index, value) in body.returns.iter().enumerate() {
            self.passed(value, results.get(index));
        }
    }

    fn closure(&mut self, id: ClosureId) {
        let function = self.function;
        let closure = function.closure(id);
        let before = self.site;
        self.site.in_closure = true;
        self.body(&closure.body, &closure.arrow.results);
        self.site = before;
    }

    fn block(&mut self, block: &Block) {
        for statement in &block.statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Assign { local, value } => self.assign(*local, value),
            StatementKind::Call { call, targets } => {
                self.call(call);
                for target in targets {
                    match target {
                        Target::Define(local) => {
                            let span = self.function.local(*local).span;
                            self.push(EventKind::Assign(*local), span);
                        }
                        Target::Push(stream) => self.pushed(stream, call.span),
                    }
                }
            }
            StatementKind::CallIntoMap { call, map } => {
                self.call(call);
                self.pushed(map, call.span);
            }
            StatementKind::Declare(_) => {}
            StatementKind::Push { stream, value } => {
                self.snapshot(value);
                self.pushed(stream, span);
            }
            StatementKind::PushEntry { map, key, value } => {
                self.value(key);
                self.snapshot(value);
                self.pushed(map, span);
            }
            StatementKind::Closure(id) => self.closure(*id),
            StatementKind::On { peer, via, body } => self.on(peer, via, body),
            StatementKind::Par { branches } => {
                let par = self.pars.len();
                let return_path = self.return_path.clone();
                self.pars.push(Par { end: 0, return_path });
                for branch in branches {
                    self.in_branch(BranchKind::Par(par), |events| events.block(branch));
                }
                self.pars[par].end = self.list.len();
            }
            StatementKind::Detached { body } => self.in_branch(BranchKind::Detached, |events| events.block(body)),
            StatementKind::For {
                iterable,
                iteration,
                body,
                ..
            } => match iteration {
                Iteration::Recursive => {
                    self.value(iterable);
                    self.in_branch(BranchKind::Iteration, |events| events.block(body));
                }
                Iteration::Parallel => {
                    self.snapshot(iterable);
                    self.in_branch(BranchKind::Iteration, |events| events.block(body));
                }
                Iteration::Sequential | Iteration::Try => {
                    self.snapshot(iterable);
                    self.block(body);
                }
            },
            StatementKind::ParSeq {
                iterable,
                peer,
                via,
                body,
                ..
            } => {
                self.snapshot(iterable);
                self.on(peer, via, body);
            }
            StatementKind::If {
                condition,
                then,
                otherwise,
            } => {
                self.value(condition);
                self.block(then);
                self.block(otherwise);
            }
            StatementKind::Try { body, recoveries } => {
                self.block(body);
                for recovery in recoveries {
                    self.block(&recovery.body);
                }
            }
            StatementKind::Join(values) => self.values(values),
        }
    }

    fn assign(&mut self, local: LocalId, value: &Value) {
        let before = self.list.len();
        self.value(value);
        if self.list[before..].iter().any(|event| event.kind == EventKind::Run) {
            self.push(EventKind::Assign(local), value.span);
        } else if let Some(root) = root(value) {
            self.aliased[local.index()] = Some(self.aliased[root.index()].unwrap_or(root));
        }
    }

    fn pushed(&mut self, stream: &Value, span: Span) {
        match root(stream) {
            Some(local) => {
                let local = self.aliased[local.index()].unwrap_or(local);
                self.push(EventKind::Push(local), span);
            }
            None => self.value(stream),
        }
    }

    fn values(&mut self, values: &[Value]) {
        for value in values {
            self.value(value);
        }
    }

    /// A value that is passed as this type, which may be a stream.
    fn passed(&mut self, value: &Value, expected: Option<&Type>) {
        match expected {
            Some(Type::Stream(_) | Type::StreamMap(_)) => self.value(value),
            _ => self.snapshot(value),
        }
    }

    /// A value that is read as data: a stream is canonicalised.
    fn snapshot(&mut self, value: &Value) {
        match value.kind {
            ValueKind::Local(local) if matches!(value.ty, Type::Stream(_)) => {
                self.used(local, EventKind::Snapshot, value.span);
                self.push(EventKind::Run, value.span);
            }
            _ => self.value(value),
        }
    }

    fn used(&mut self, local: LocalId, kind: fn(LocalId) -> EventKind, span: Span) {
        self.push(kind(local), span);
        if let Some(aliased) = self.aliased[local.index()] {
            self.push(kind(aliased), span);
        }
    }

    fn value(&mut self, value: &Value) {
        let span = value.span;
        match &value.kind {
            ValueKind::Missing | ValueKind::Literal(_) | ValueKind::Nil | ValueKind::Function(_) => {}
            ValueKind::Builtin(
                Builtin::HostPeerId
                | Builtin::InitPeerId
                | Builtin::ParticleTtl
                | Builtin::ParticleTimestamp
                | Builtin::LastError,
            ) => {}
            ValueKind::Local(local) => self.used(*local, EventKind::Use, span),
            ValueKind::Service { id, .. } => self.value(id),
            ValueKind::Method(method) => self.value(&method.id),
            ValueKind::Collection { elements, .. } => {
                elements.iter().for_each(|element| self.snapshot(element));
                self.push(EventKind::Run, span);
            }
            ValueKind::Data(fields) => {
                fields.iter().for_each(|field| self.snapshot(&field.value));
                self.push(EventKind::Run, span);
            }
            ValueKind::Ability(fields) => fields.iter().for_each(|field| self.value(&field.value)),
            ValueKind::Copy { of, fields } => {
                self.value(of);
                fields.iter().for_each(|field| self.snapshot(&field.value));
                self.push(EventKind::Run, span);
            }
            ValueKind::Field { of, .. } => self.value(of),
            ValueKind::Length(of) => self.snapshot(of),
            ValueKind::Index { of, index } => {
                self.value(of);
                self.value(index);
            }
            ValueKind::Gate { of, index } => {
                self.value(index);
                match of.kind {
                    ValueKind::Local(local) => self.used(local, EventKind::Await, span),
                    _ => self.value(of),
                }
                self.push(EventKind::Run, span);
            }
            ValueKind::Call(call) => self.call(call),
            ValueKind::MapQuery { of, query } => {
                match query {
                    MapQuery::Get(key) | MapQuery::GetStream(key) | MapQuery::Contains(key) => self.value(key),
                    MapQuery::Keys | MapQuery::KeysStream => {}
                }
                self.value(of);
                self.push(EventKind::Run, span);
            }
            ValueKind::Binary { .. } => self.binary(value),
            ValueKind::Not(of) => self.value(of),
        }
    }

    /// The operations of a chain of operators, which may be long.
    fn binary(&mut self, whole: &Value) {
        let (mut first, mut operations) = (whole, Vec::new());
        while let ValueKind::Binary { operator, left, right } = &first.kind {
            operations.push((*operator, right, first.span));
            first = left;
        }
        self.snapshot(first);
        for (operator, right, span) in operations.into_iter().rev() {
            self.snapshot(right);
            let is_match = matches!(
                operator,
                Operator::Equal | Operator::NotEqual | Operator::And | Operator::Or
            );
            if !is_match {
                self.push(EventKind::Run, span);
            }
        }
    }

    fn call(&mut self, call: &Call) {
        match &call.callee {
            Callee::Function(_) => {}
            Callee::Method(method) => self.value(&method.id),
            Callee::Arrow(value) => self.value(value),
        }
        for (index, argument) in call.arguments.iter().enumerate() {
            self.passed(
                argument,
                call.arrow.parameters.get(index).map(|parameter| &parameter.ty),
            );
        }
        self.push(EventKind::Run, call.span);
    }
}

/// The local that a value is, or is a field or an element of.
fn root(value: &Value) -> Option<LocalId> {
    let mut value = value;
    loop {
        match &value.kind {
            ValueKind::Local(local) => return Some(*local),
            ValueKind::Field { of, .. } | ValueKind::Index { of, .. } => value = of,
            _ => return None,
        }
    }
}
