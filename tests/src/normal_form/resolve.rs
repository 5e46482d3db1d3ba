//! A script as a tree with resolved variables.

use aqua_air::{Accessor, FailOperand, Instruction, InstructionId, Lens, Operand, Script, Variable, VariableKind};
use std::collections::BTreeMap;

/// A variable: a name in its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(usize, VariableKind);

impl Name {
    pub(super) fn index(self) -> usize {
        self.0
    }

    pub(super) fn is_scalar(self) -> bool {
        self.1 == VariableKind::Scalar
    }

    pub(super) fn tag(self) -> &'static str {
        match self.1 {
            VariableKind::Scalar => "x",
            VariableKind::Stream => "$",
            VariableKind::StreamMap => "%",
            VariableKind::CanonStream => "#",
            VariableKind::CanonMap => "#%",
        }
    }
}

/// An operand.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    Constant(String),
    Error(Vec<Step>),
    Variable(Name, Vec<Step>),
}

/// An accessor of an operand.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Field(String),
    Index(u32),
    By(Box<Term>),
    Length,
}

impl Term {
    /// Replaces variables with the values that they are copies of.
    pub(super) fn replace(&mut self, by: &BTreeMap<Name, Self>) {
        if let Self::Error(steps) | Self::Variable(_, steps) = self {
            for step in steps {
                if let Step::By(term) = step {
                    term.replace(by);
                }
            }
        }
        if let Self::Variable(name, steps) = self
            && let Some(source) = by.get(name)
        {
            let further = std::mem::take(steps);
            *self = source.clone();
            if let Self::Error(steps) | Self::Variable(_, steps) = self {
                steps.extend(further);
            }
        }
    }
}

/// An instruction with its children.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Call {
        peer: Term,
        names: [Term; 2],
        arguments: Vec<Term>,
        output: Option<Name>,
    },
    Canon(Term, Name, Name),
    Ap(Term, Name),
    ApMap(Term, Term, Name),
    Seq(Vec<Self>),
    Par(Vec<Self>),
    Xor(Vec<Self>),
    Null,
    Never,
    /// A removed copy, which does not count as a branch.
    Gone,
    Hop(Term),
    New(Vec<Name>, Box<Self>),
    Fail(Term),
    Fold {
        iterable: Term,
        iterator: Name,
        body: Box<Self>,
        last: Box<Self>,
    },
    Next(Name),
    Match(bool, Term, Term, Box<Self>),
}

impl Tree {
    pub(super) fn visit(&self, see: &mut impl FnMut(&Self)) {
        see(self);
        match self {
            Self::Seq(list) | Self::Par(list) | Self::Xor(list) => list.iter().for_each(|part| part.visit(see)),
            Self::New(_, body) | Self::Match(_, _, _, body) => body.visit(see),
            Self::Fold { body, last, .. } => {
                body.visit(see);
                last.visit(see);
            }
            _ => {}
        }
    }

    pub(super) fn visit_mut(&mut self, change: &mut impl FnMut(&mut Self)) {
        change(self);
        match self {
            Self::Seq(list) | Self::Par(list) | Self::Xor(list) => {
                list.iter_mut().for_each(|part| part.visit_mut(change));
            }
            Self::New(_, body) | Self::Match(_, _, _, body) => body.visit_mut(change),
            Self::Fold { body, last, .. } => {
                body.visit_mut(change);
                last.visit_mut(change);
            }
            _ => {}
        }
    }

    pub(super) fn terms(&mut self, change: &mut impl FnMut(&mut Term)) {
        match self {
            Self::Call {
                peer, names, arguments, ..
            } => {
                change(peer);
                names.iter_mut().for_each(&mut *change);
                arguments.iter_mut().for_each(change);
            }
            Self::Canon(term, ..) | Self::Ap(term, _) | Self::Fail(term) | Self::Hop(term) => change(term),
            Self::Fold { iterable, .. } => change(iterable),
            Self::ApMap(left, right, _) | Self::Match(_, left, right, _) => {
                change(left);
                change(right);
            }
            _ => {}
        }
    }
}

/// The tree of a script, and the number of its variables.
pub(super) fn resolve(script: &Script) -> (Tree, usize) {
    let mut resolver = Resolver {
        script,
        known: BTreeMap::new(),
        count: 0,
    };
    let tree = script.root().map_or(Tree::Null, |root| resolver.tree(root));
    (tree, resolver.count)
}

struct Resolver<'a> {
    script: &'a Script,
    known: BTreeMap<String, Name>,
    count: usize,
}

impl Resolver<'_> {
    fn fresh(&mut self, kind: VariableKind) -> Name {
        self.count += 1;
        Name(self.count - 1, kind)
    }

    fn name(&mut self, variable: &Variable) -> Name {
        if let Some(name) = self.known.get(variable.name.as_str()) {
            return *name;
        }
        let name = self.fresh(variable.kind);
        self.known.insert(variable.name.to_string(), name);
        name
    }

    fn scalar(&mut self, name: &str) -> Name {
        self.name(&Variable::scalar(name))
    }

    fn term(&mut self, value: &Operand) -> Term {
        match value {
            Operand::Variable(variable, lens) => Term::Variable(self.name(variable), self.steps(lens.as_ref())),
            Operand::Error(lens) => Term::Error(self.steps(lens.as_ref())),
            other => Term::Constant(other.to_string()),
        }
    }

    fn steps(&mut self, lens: Option<&Lens>) -> Vec<Step> {
        match lens {
            None => Vec::new(),
            Some(Lens::Length) => vec![Step::Length],
            Some(Lens::Path(accessors)) => accessors
                .iter()
                .map(|accessor| match accessor {
                    Accessor::Index(index) => Step::Index(*index),
                    Accessor::Field(field) => Step::Field(field.to_string()),
                    Accessor::Scalar(name) => Step::By(Box::new(Term::Variable(self.scalar(name), Vec::new()))),
                })
                .collect(),
        }
    }

    /// Resolves a part of the script in the scope of a new binding.
    fn scoped(&mut self, variable: &Variable, body: InstructionId) -> (Name, Tree) {
        let name = self.fresh(variable.kind);
        let outside = self.known.insert(variable.name.to_string(), name);
        let tree = self.tree(body);
        match outside {
            Some(outside) => self.known.insert(variable.name.to_string(), outside),
            None => self.known.remove(variable.name.as_str()),
        };
        (name, tree)
    }

    fn tree(&mut self, id: InstructionId) -> Tree {
        match &self.script[id] {
            Instruction::Call {
                peer,
                service,
                function,
                arguments,
                output,
            } => Tree::Call {
                peer: self.term(peer),
                names: [self.term(service), self.term(function)],
                arguments: arguments.iter().map(|argument| self.term(argument)).collect(),
                output: output.as_ref().map(|output| self.name(output)),
            },
            Instruction::Canon { peer, source, target } => {
                Tree::Canon(self.term(peer), self.name(source), self.name(target))
            }
            Instruction::Ap { source, target } => Tree::Ap(self.term(source), self.name(target)),
            Instruction::ApMap { key, value, target } => {
                Tree::ApMap(self.term(key), self.term(value), self.name(target))
            }
            Instruction::Seq(left, right) => Tree::Seq(vec![self.tree(*left), self.tree(*right)]),
            Instruction::Par(left, right) => Tree::Par(vec![self.tree(*left), self.tree(*right)]),
            Instruction::Xor(left, right) => Tree::Xor(vec![self.tree(*left), self.tree(*right)]),
            Instruction::Null => Tree::Null,
            Instruction::Never => Tree::Never,
            Instruction::New { variable, body } => {
                let (name, body) = self.scoped(variable, *body);
                Tree::New(vec![name], Box::new(body))
            }
            Instruction::Fail(FailOperand::Operand(value)) => Tree::Fail(self.term(value)),
            Instruction::Fail(FailOperand::Code(code, text)) => Tree::Fail(Term::Constant(format!("{code} {text}"))),
            Instruction::Fold {
                iterable,
                iterator,
                body,
                last,
            } => {
                let iterable = self.term(iterable);
                let (iterator, body) = self.scoped(&Variable::scalar(iterator.clone()), *body);
                let last = last.map_or(Tree::Null, |last| self.tree(last));
                let (body, last) = (Box::new(body), Box::new(last));
                Tree::Fold {
                    iterable,
                    iterator,
                    body,
                    last,
                }
            }
            Instruction::Next { iterator } => Tree::Next(self.scalar(iterator)),
            Instruction::Match { left, right, body } => {
                Tree::Match(true, self.term(left), self.term(right), Box::new(self.tree(*body)))
            }
            Instruction::Mismatch { left, right, body } => {
                Tree::Match(false, self.term(left), self.term(right), Box::new(self.tree(*body)))
            }
        }
    }
}
