//! The scope of a statement: variables, streams, arrows, abilities and peers.

use super::kinds::Kind;

/// The names in scope, the newest last.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) variables: Vec<Variable>,
    pub(super) streams: Vec<Stream>,
    pub(super) arrows: Vec<Arrow>,
    pub(super) abilities: Vec<AbilityValue>,
    /// Expressions for peer ids.
    pub(super) peers: Vec<String>,
}

/// A mark of a scope: names that were added later can be dropped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark([usize; 5]);

/// A variable that holds data.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The length of the collection, if known.
    pub(super) length: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct Stream {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The number of its elements, if known.
    pub(super) count: Option<usize>,
    /// The number of statements that pushed to it so far.
    pub(super) pushes: usize,
    pub(super) order: Order,
    pub(super) access: Access,
}

/// What is known about the elements of a stream at this point of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// All have arrived, in the order of the program.
    Known,
    /// All have arrived, in any order.
    Any,
    /// Some may arrive later.
    Incomplete,
}

/// The accesses to a stream that do not make results depend on timing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// All accesses.
    Full,
    /// Reads and pushes, but not in parallel branches: a loop repeats the reads.
    InSequence,
    /// Pushes only, since other branches push at the same time.
    Push,
    /// Reads only: there are no further pushes.
    Read,
    /// No access.
    None,
}

/// A callable.
#[derive(Debug, Clone)]
pub(super) struct Arrow {
    pub(super) call: String,
    /// Abilities in braces, before the parameters.
    pub(super) braces: Vec<usize>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) results: Vec<Outcome>,
    /// Whether a call can fail.
    pub(super) fails: bool,
    /// A stream in scope that a call pushes to.
    pub(super) pushes: Option<String>,
    /// Whether it can be used as a value.
    pub(super) is_value: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Parameter {
    Value(Kind),
    Peer,
    Arrow(Vec<Kind>, Option<Kind>),
    /// A stream, with the number of elements that the function pushes, if known, and whether some may arrive later.
    Stream(Kind, Option<usize>, Order),
    Ability(usize),
}

/// The result of a call.
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

/// An `ability` declaration of the program.
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

    /// Drops the names that are newer than the mark. Returns the variables among them.
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

    /// The kinds of its parameters and its result, if it is an arrow over data with at most one result.
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
