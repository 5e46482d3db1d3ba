//! Streams: pushes, and reads whose result does not depend on the order of deliveries.

use super::constructs::Construct;
use super::declarations::Method;
use super::generator::{Generator, Here};
use super::kinds::{Kind, Number};
use super::scope::{Access, Order, Scope, Stream};

/// The state of the streams before a block.
pub(super) struct Before(Vec<Stream>);

/// The number of times a block runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    Exactly(usize),
    Unknown,
}

impl Generator {
    pub(super) fn stream(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) {
        let (name, kind) = (self.name("stream"), self.streamed());
        out.push(here.line(&format!("{name}: *{}", kind.text(&self.records))));
        scope.streams.push(Stream {
            name: name.clone(),
            kind,
            count: Some(0),
            pushes: 0,
            order: Order::Known,
            access: Access::Full,
        });
        self.push(scope, &name, here, out);
    }

    /// The kind of the elements of a stream, mostly one of few, so that streams can be passed where streams are expected.
    pub(super) fn streamed(&mut self) -> Kind {
        match self.choices.u8(..10) {
            0..=3 => Kind::Text,
            4..=6 => Kind::Number(Number::U32),
            _ => self.kind(1),
        }
    }

    /// Pushes to a stream. Returns whether there is one.
    pub(super) fn push_to_any(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) -> bool {
        let names: Vec<String> = scope
            .streams
            .iter()
            .filter(|stream| !matches!(stream.access, Access::Read | Access::None))
            .map(|stream| stream.name.clone())
            .collect();
        let Some(name) = self.pick(&names) else {
            return false;
        };
        self.push(scope, &name, here, out);
        true
    }

    fn push(&mut self, scope: &mut Scope, name: &str, here: Here, out: &mut Vec<String>) {
        self.fresh();
        let kind = scope.stream(name).expect("it is in scope").kind.clone();
        let arrow = if self.chance(50) {
            self.arrow_giving(scope, &kind)
        } else {
            None
        };
        let call = arrow.and_then(|arrow| self.call(scope, &arrow, 1));
        let line = match call {
            Some(call) => {
                self.used(Construct::PushResult);
                format!("{name} <- {call}")
            }
            None => {
                let value = self.value(scope, &kind, 2);
                if self.closures > 0 && name.starts_with("into") {
                    // See the list of programs that are not generated.
                    self.used(Construct::PushResult);
                    format!("{name} <- {}({value})", self.method(Method::Echo, &kind).call)
                } else {
                    self.used(Construct::Push);
                    format!("{name} <<- {value}")
                }
            }
        };
        out.push(here.line(&line));
        pushed(scope, name, Some(1));
    }

    /// An expression that reads the stream, after the statements that make this safe; `None` if it is not safe.
    pub(super) fn readable(
        &mut self,
        scope: &mut Scope,
        name: &str,
        here: Here,
        out: &mut Vec<String>,
    ) -> Option<String> {
        let stream = scope.stream(name)?.clone();
        if matches!(stream.access, Access::Push | Access::None) {
            return None;
        }
        if stream.order == Order::Known || (self.races && self.chance(40)) {
            self.used(Construct::StreamRead);
            return Some(stream.name);
        }
        if stream.order == Order::Incomplete {
            let count = stream.count.filter(|count| *count > 0)?;
            if stream.access != Access::Full {
                return None;
            }
            self.used(Construct::Join);
            let index = if self.races {
                self.choices.usize(..count)
            } else {
                count - 1
            };
            out.push(here.line(&format!("join {name}[{index}]")));
            scope.stream(name)?.order = Order::Any;
            if self.races {
                return Some(stream.name);
            }
        }
        if !matches!(stream.access, Access::Full | Access::Read) {
            return None;
        }
        self.used(Construct::StreamRead);
        let sorted = self.name("sorted");
        let method = self.method(Method::Sorted, &stream.kind).call;
        out.push(here.line(&format!("{sorted} <- {method}({name})")));
        scope.add(&sorted, Kind::array_of(&stream.kind), stream.count);
        Some(sorted)
    }

    /// A stream that may be read, as returned by [`Self::readable`], and the kind of its elements.
    pub(super) fn any_readable(
        &mut self,
        scope: &mut Scope,
        here: Here,
        out: &mut Vec<String>,
    ) -> Option<(String, Kind, Option<usize>)> {
        let streams = scope.streams.clone();
        let stream = self.pick(&streams)?;
        let text = self.readable(scope, &stream.name, here, out)?;
        Some((text, stream.kind, stream.count))
    }

    /// Reads a stream.
    pub(super) fn read(&mut self, scope: &mut Scope, here: Here, out: &mut Vec<String>) -> bool {
        let Some((text, kind, count)) = self.any_readable(scope, here, out) else {
            return false;
        };
        let name = self.name("read");
        match self.choices.u8(..5) {
            0..=1 => {
                let method = self.method(Method::Count, &kind).call;
                out.push(here.line(&format!("{name} <- {method}({text})")));
                scope.add(&name, Kind::Number(Number::U32), None);
            }
            2 => {
                out.push(here.line(&format!("{name} = {text}.length")));
                scope.add(&name, Kind::Number(Number::U32), None);
            }
            3 if count.is_some_and(|count| count > 0) => {
                self.used(Construct::Index);
                let method = self.method(Method::Echo, &kind).call;
                out.push(here.line(&format!("{name} <- {method}({text}!)")));
                scope.add(&name, kind, None);
            }
            _ => {
                let arrays = Kind::array_of(&kind);
                let method = self.method(Method::Echo, &arrays).call;
                out.push(here.line(&format!("{name} <- {method}({text})")));
                scope.add(&name, arrays, count);
            }
        }
        true
    }

    /// Called before a parallel branch: it may push to streams, and read those to which
    /// there are no further pushes.
    pub(super) fn enter_branch(&mut self, scope: &mut Scope) -> Before {
        for stream in &mut scope.streams {
            if stream.access == Access::Full && stream.order == Order::Known && self.choices.u8(..4) == 0 {
                stream.access = Access::Read;
            }
        }
        let before = Before::of(scope);
        for stream in &mut scope.streams {
            stream.access = match stream.access {
                Access::Full | Access::Push => Access::Push,
                Access::Read => Access::Read,
                Access::InSequence | Access::None => Access::None,
            };
        }
        before
    }

    /// Called before a sequential loop.
    pub(super) fn enter_loop(&mut self, scope: &mut Scope) -> Before {
        let before = Before::of(scope);
        for stream in &mut scope.streams {
            if stream.access == Access::Full {
                stream.access = if self.choices.u8(..3) == 0 {
                    Access::Push
                } else {
                    Access::InSequence
                };
            }
        }
        before
    }

    /// Called before a closure, which may push to one enclosing stream.
    pub(super) fn enter_closure(&mut self, scope: &mut Scope) -> Before {
        let before = Before::of(scope);
        let captured = self.choices.usize(..scope.streams.len() * 2 + 1);
        for (at, stream) in scope.streams.iter_mut().enumerate() {
            stream.access = match stream.access {
                Access::Full | Access::InSequence | Access::Push if at == captured => Access::Push,
                _ => Access::None,
            };
        }
        before
    }
}

impl Before {
    pub(super) fn of(scope: &Scope) -> Self {
        Self(scope.streams.clone())
    }

    /// Called after a block, with the number of times it ran.
    pub(super) fn leave(self, scope: &mut Scope, times: Times) {
        for (stream, before) in scope.streams.iter_mut().zip(self.0) {
            stream.access = before.access;
            if stream.pushes != before.pushes {
                stream.count = match (stream.count, before.count, times) {
                    (Some(after), Some(before), Times::Exactly(times)) => Some(before + (after - before) * times),
                    _ => None,
                };
            }
        }
    }

    /// Called after the body of a closure, which has not run yet. Returns the stream that it pushes to.
    pub(super) fn leave_closure(self, scope: &mut Scope) -> Option<String> {
        let mut pushes = None;
        for (stream, before) in scope.streams.iter_mut().zip(self.0) {
            if stream.pushes != before.pushes {
                pushes = Some(stream.name.clone());
            }
            *stream = before;
        }
        pushes
    }
}

/// Records a push to a stream.
pub(super) fn pushed(scope: &mut Scope, name: &str, count: Option<usize>) {
    if let Some(stream) = scope.stream(name) {
        stream.pushes += 1;
        stream.count = match (stream.count, count) {
            (Some(before), Some(more)) => Some(before + more),
            _ => None,
        };
        if stream.access == Access::Push {
            stream.order = Order::Incomplete;
        }
    }
}
