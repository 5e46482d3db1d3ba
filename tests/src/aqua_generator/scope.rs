//! What a statement may use: variables, streams, arrows, abilities and peers that are in scope.

use super::kinds::Kind;

/// Everything in scope, the newest last.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) variables: Vec<Variable>,
    pub(super) streams: Vec<Stream>,
    pub(super) arrows: Vec<Arrow>,
    pub(super) abilities: Vec<AbilityValue>,
    /// Expressions that are ids of peers.
    pub(super) peers: Vec<String>,
}

/// How much was in scope; what is newer can be dropped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark([usize; 5]);

/// A name of a plain value.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// How long the collection is, where that is known.
    pub(super) length: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct Stream {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// How many elements it gets, where that is known.
    pub(super) count: Option<usize>,
    /// How many statements pushed to it so far.
    pub(super) pushes: usize,
    pub(super) order: Order,
    pub(super) access: Access,
}

/// What is known about the elements of a stream at this place of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// They are all there, in the order of the program.
    Known,
    /// They are all there, in any order.
    Any,
    /// Some of them may come later.
    Incomplete,
}

/// What may be done with a stream without making results depend on what happens first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Anything.
    Full,
    /// Reading and pushing, but not from branches that run at once: a loop comes back to what reads it.
    InSequence,
    /// Pushing only, since others push at the same time.
    Push,
    /// Reading only: nobody pushes to it any more.
    Read,
    /// Nothing.
    None,
}

/// Something that can be called.
#[derive(Debug, Clone)]
pub(super) struct Arrow {
    pub(super) call: String,
    /// In braces, before the parameters.
    pub(super) braces: Vec<usize>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) results: Vec<Outcome>,
    /// Whether it can fail.
    pub(super) fails: bool,
    /// A stream in scope that it pushes to.
    pub(super) pushes: Option<String>,
    /// Whether it can be named without being called.
    pub(super) is_value: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Parameter {
    Value(Kind),
    Peer,
    Arrow(Vec<Kind>, Option<Kind>),
    /// With the number of elements that the function pushes, where it is known, and whether some may come later.
    Stream(Kind, Option<usize>, Order),
    Ability(usize),
}

/// What a call gives.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    Value(Kind, Option<usize>),
    Stream(Kind),
    Arrow(Vec<Kind>, Option<Kind>),
    Ability(usize),
}

#[derive(Debug, Clone)]
pub(super) struct AbilityValue {
    pub(super) text: String,
    pub(super) ability: usize,
}

/// `ability` of the program.
#[derive(Debug, Clone)]
pub(super) struct Ability {
    pub(super) name: String,
    pub(super) fields: Vec<(String, Member)>,
}

#[derive(Debug, Clone)]
pub(super) enum Member {
    Value(Kind),
    Arrow(Vec<Kind>, Option<Kind>),
    Ability(usize),
}

impl Scope {
    pub(super) fn mark(&self) -> Mark {
        Mark([
            self.variables.len(),
            self.streams.len(),
            self.arrows.len(),
            self.abilities.len(),
            self.peers.len(),
        ])
    }

    /// Drops what is newer than the mark; the variables among it.
    pub(super) fn rewind(&mut self, mark: Mark) -> Vec<Variable> {
        let [variables, streams, arrows, abilities, peers] = mark.0;
        self.streams.truncate(streams);
        self.arrows.truncate(arrows);
        self.abilities.truncate(abilities);
        self.peers.truncate(peers);
        self.variables.split_off(variables)
    }

    pub(super) fn stream(&mut self, name: &str) -> Option<&mut Stream> {
        self.streams.iter_mut().find(|stream| stream.name == name)
    }

    pub(super) fn add(&mut self, name: &str, kind: Kind, length: Option<usize>) {
        self.variables.push(Variable {
            name: name.to_owned(),
            kind,
            length,
        });
    }
}

impl Arrow {
    pub(super) fn plain(call: impl Into<String>, parameters: &[Kind], result: Option<&Kind>) -> Self {
        Self {
            call: call.into(),
            braces: Vec::new(),
            parameters: parameters.iter().cloned().map(Parameter::Value).collect(),
            results: result
                .map(|kind| Outcome::Value(kind.clone(), None))
                .into_iter()
                .collect(),
            fails: false,
            pushes: None,
            is_value: true,
        }
    }

    /// Kinds of its parameters and its result, if it is an arrow over plain values with at most one result.
    pub(super) fn signature(&self) -> Option<(Vec<Kind>, Option<Kind>)> {
        let parameters = self.parameters.iter().map(|parameter| match parameter {
            Parameter::Value(kind) => Some(kind.clone()),
            _ => None,
        });
        let parameters = parameters.collect::<Option<Vec<_>>>()?;
        if !self.braces.is_empty() {
            return None;
        }
        match &self.results[..] {
            [] => Some((parameters, None)),
            [Outcome::Value(kind, _)] => Some((parameters, Some(kind.clone()))),
            _ => None,
        }
    }
}
