//! What happens in a function, in the order in which it is written: which name is made, filled, read or waited for, at which
//! peer, and in which branch beside others.

use crate::checked::{
    Block, Body, Builtin, Call, Callee, ClosureId, Function, Iteration, LocalId, MapQuery, Operator, Statement,
    StatementKind, Target, Value, ValueKind,
};
use crate::typing::Type;
use aqua_diagnostics::{Sources, Span};
use indexmap::IndexSet;

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) what: What,
    pub(super) span: Span,
    pub(super) place: Place,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A call gives the local its value.
    Make(LocalId),
    /// Something is put into the stream or stream map.
    Fill(LocalId),
    /// The stream is taken as it is at this moment.
    Take(LocalId),
    /// The stream is waited for.
    Await(LocalId),
    /// Any other use.
    Use(LocalId),
    /// Something runs on a peer.
    Run,
}

/// Where it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The innermost of [`Events::branches`].
    pub(super) branch: usize,
    /// The peer, as a number that differs for names that differ; 0 is where the function is called.
    pub(super) peer: usize,
    /// Whether it stands in a closure, which runs when it is called.
    pub(super) in_closure: bool,
}

/// A piece that runs beside others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Branch {
    /// The branch it stands in; the whole function is its own.
    pub(super) parent: usize,
    pub(super) kind: BranchKind,
}

/// Beside what it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BranchKind {
    /// The whole function, beside nothing.
    Function,
    /// One of the branches of [`Events::pars`].
    OfPar(usize),
    /// `co`.
    Detached,
    /// A round of a loop.
    Round,
}

/// `par` statements.
#[derive(Debug, Clone)]
pub(super) struct Par {
    /// The number of the first event after it.
    pub(super) end: usize,
    /// The peer that starts it, those around it, their relays, and the relay of the initiator.
    pub(super) way_home: Vec<usize>,
}

/// All of it.
#[derive(Debug)]
pub(super) struct Events<'a> {
    pub(super) function: &'a Function,
    sources: &'a Sources,
    pub(super) list: Vec<Event>,
    pub(super) branches: Vec<Branch>,
    pub(super) pars: Vec<Par>,
    peers: IndexSet<&'a str>,
    /// The peers of the places around, and the relays to them.
    way_home: Vec<usize>,
    /// For a local that is another name of one, that one.
    roots: Vec<Option<LocalId>>,
    at: Place,
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
            way_home: vec![0, 1],
            roots: vec![None; function.locals.len()],
            at: Place {
                branch: 0,
                peer: 0,
                in_closure: false,
            },
        };
        events.body(&function.body, &function.arrow.results);
        events
    }

    /// Whether one branch is another or stands in it.
    pub(super) fn is_inside(&self, mut branch: usize, outer: usize) -> bool {
        // A branch has a greater number than the one it stands in.
        while branch > outer {
            branch = self.branches[branch].parent;
        }
        branch == outer
    }

    /// The branches around a place, innermost first, up to and without one that the other place stands in, too.
    pub(super) fn between(&self, from: usize, other: usize) -> impl Iterator<Item = usize> {
        let mut branch = from;
        std::iter::from_fn(move || {
            let here = branch;
            let apart = !self.is_inside(other, here);
            branch = self.branches[here].parent;
            apart.then_some(here)
        })
    }

    fn push(&mut self, what: What, span: Span) {
        let place = self.at;
        self.list.push(Event { what, span, place });
    }

    fn within<T>(&mut self, kind: BranchKind, walk: impl FnOnce(&mut Self) -> T) -> T {
        let parent = self.at.branch;
        self.branches.push(Branch { parent, kind });
        self.at.branch = self.branches.len() - 1;
        let result = walk(self);
        self.at.branch = parent;
        result
    }

    fn on(&mut self, peer: &Value, via: &[Value], body: &Block) {
        self.value(peer);
        self.values(via);
        let (before, length) = (self.at.peer, self.way_home.len());
        for relay in via {
            let relay = self.named(relay);
            self.way_home.push(relay);
        }
        self.at.peer = self.named(peer);
        self.way_home.push(self.at.peer);
        self.block(body);
        self.at.peer = before;
        self.way_home.truncate(length);
    }

    /// The number of a peer by how it is written.
    fn named(&mut self, peer: &Value) -> usize {
        self.peers.insert_full(self.sources.text(peer.span)).0
    }

    fn body(&mut self, body: &Body, results: &[Type]) {
        self.block(&body.block);
        for (at, value) in body.returns.iter().enumerate() {
            self.given(value, results.get(at));
        }
    }

    fn closure(&mut self, id: ClosureId) {
        let function = self.function;
        let closure = function.closure(id);
        let before = self.at;
        self.at.in_closure = true;
        self.body(&closure.body, &closure.arrow.results);
        self.at = before;
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
                            self.push(What::Make(*local), span);
                        }
                        Target::Push(stream) => self.fill(stream, call.span),
                    }
                }
            }
            StatementKind::CallIntoMap { call, map } => {
                self.call(call);
                self.fill(map, call.span);
            }
            StatementKind::Declare(_) => {}
            StatementKind::Push { stream, value } => {
                self.taken(value);
                self.fill(stream, span);
            }
            StatementKind::PushEntry { map, key, value } => {
                self.value(key);
                self.taken(value);
                self.fill(map, span);
            }
            StatementKind::Closure(id) => self.closure(*id),
            StatementKind::On { peer, via, body } => self.on(peer, via, body),
            StatementKind::Par { branches } => {
                let par = self.pars.len();
                let way_home = self.way_home.clone();
                self.pars.push(Par { end: 0, way_home });
                for branch in branches {
                    self.within(BranchKind::OfPar(par), |events| events.block(branch));
                }
                self.pars[par].end = self.list.len();
            }
            StatementKind::Detached { body } => self.within(BranchKind::Detached, |events| events.block(body)),
            StatementKind::For {
                iterable,
                iteration,
                body,
                ..
            } => match iteration {
                Iteration::Recursive => {
                    self.value(iterable);
                    self.within(BranchKind::Round, |events| events.block(body));
                }
                Iteration::Parallel => {
                    self.taken(iterable);
                    self.within(BranchKind::Round, |events| events.block(body));
                }
                Iteration::Sequential | Iteration::Try => {
                    self.taken(iterable);
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
                self.taken(iterable);
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
        if self.list[before..].iter().any(|event| event.what == What::Run) {
            self.push(What::Make(local), value.span);
        } else if let Some(root) = root(value) {
            self.roots[local.index()] = Some(self.roots[root.index()].unwrap_or(root));
        }
    }

    fn fill(&mut self, stream: &Value, span: Span) {
        match root(stream) {
            Some(local) => {
                let local = self.roots[local.index()].unwrap_or(local);
                self.push(What::Fill(local), span);
            }
            None => self.value(stream),
        }
    }

    fn values(&mut self, values: &[Value]) {
        for value in values {
            self.value(value);
        }
    }

    /// A value where one of the type is wanted, which may be a stream.
    fn given(&mut self, value: &Value, wanted: Option<&Type>) {
        match wanted {
            Some(Type::Stream(_) | Type::StreamMap(_)) => self.value(value),
            _ => self.taken(value),
        }
    }

    /// A value of which a stream is taken as it is now.
    fn taken(&mut self, value: &Value) {
        match value.kind {
            ValueKind::Local(local) if matches!(value.ty, Type::Stream(_)) => {
                self.used(local, What::Take, value.span);
                self.push(What::Run, value.span);
            }
            _ => self.value(value),
        }
    }

    fn used(&mut self, local: LocalId, what: fn(LocalId) -> What, span: Span) {
        self.push(what(local), span);
        if let Some(root) = self.roots[local.index()] {
            self.push(what(root), span);
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
            ValueKind::Local(local) => self.used(*local, What::Use, span),
            ValueKind::Service { id, .. } => self.value(id),
            ValueKind::Method(method) => self.value(&method.id),
            ValueKind::Collection { elements, .. } => {
                elements.iter().for_each(|element| self.taken(element));
                self.push(What::Run, span);
            }
            ValueKind::Data(fields) => {
                fields.iter().for_each(|field| self.taken(&field.value));
                self.push(What::Run, span);
            }
            ValueKind::Ability(fields) => fields.iter().for_each(|field| self.value(&field.value)),
            ValueKind::Copy { of, fields } => {
                self.value(of);
                fields.iter().for_each(|field| self.taken(&field.value));
                self.push(What::Run, span);
            }
            ValueKind::Field { of, .. } => self.value(of),
            ValueKind::Length(of) => self.taken(of),
            ValueKind::Index { of, index } => {
                self.value(of);
                self.value(index);
            }
            ValueKind::Gate { of, index } => {
                self.value(index);
                match of.kind {
                    ValueKind::Local(local) => self.used(local, What::Await, span),
                    _ => self.value(of),
                }
                self.push(What::Run, span);
            }
            ValueKind::Call(call) => self.call(call),
            ValueKind::MapQuery { of, query } => {
                match query {
                    MapQuery::Get(key) | MapQuery::GetStream(key) | MapQuery::Contains(key) => self.value(key),
                    MapQuery::Keys | MapQuery::KeysStream => {}
                }
                self.value(of);
                self.push(What::Run, span);
            }
            ValueKind::Binary { operator, left, right } => {
                self.taken(left);
                self.taken(right);
                let tested = matches!(
                    operator,
                    Operator::Equal | Operator::NotEqual | Operator::And | Operator::Or
                );
                if !tested {
                    self.push(What::Run, span);
                }
            }
            ValueKind::Not(of) => self.value(of),
        }
    }

    fn call(&mut self, call: &Call) {
        match &call.callee {
            Callee::Function(_) => {}
            Callee::Method(method) => self.value(&method.id),
            Callee::Arrow(value) => self.value(value),
        }
        for (at, argument) in call.arguments.iter().enumerate() {
            self.given(argument, call.arrow.parameters.get(at).map(|parameter| &parameter.ty));
        }
        self.push(What::Run, call.span);
    }
}

/// The local that a value is, or is a part of.
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
