//! The trace of a resumed run.
//!
//! A trace is a sequence of tokens: states, and events between them. A resumed run meets no states and adds tokens in the
//! middle of the recorded trace. [`SplicedTrace`] leaves the recorded trace as it is and keeps the difference: states that
//! replace recorded ones, and chains of new tokens, each after a recorded token. So what a resumed run costs does not depend
//! on the length of the trace. Positions, sizes and the lore of folds are computed by [`flatten`](SplicedTrace::flatten).
//!
//! States have stable numbers: those of the recorded trace their positions in it, new ones follow.

use super::Event;
use super::lore_builder::LoreBuilder;
use crate::data::{ApResult, CallState, FoldResult, ParResult, TraceState, ValueRef};
use crate::execution::Array;
use crate::memory::footprints;
use smallvec::smallvec;
use std::sync::Arc;

/// A recorded trace with the changes of resumed runs.
#[derive(Debug, Clone)]
pub(crate) struct SplicedTrace {
    /// Number of recorded states.
    states: usize,
    /// The recorded events, each with the number of states before it.
    events: Arc<[(usize, Event)]>,
    /// Changes at recorded states, by position.
    at_states: Array<Splice>,
    /// Changes at recorded events, by index.
    at_events: Array<Splice>,
    links: Array<Link>,
    count: u32,
    /// Where the next token is inserted.
    cursor: Cursor,
    /// The state that the next one replaces.
    replaced: Option<usize>,
    /// Whether a token was not where a full run puts it.
    inconsistent: bool,
    /// Memory of the changes in bytes.
    size: usize,
}

/// A token of a spliced trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TraceToken {
    /// A recorded state, by position.
    State(u32),
    /// A recorded event, by index.
    Event(u32),
    /// A new token, by its number among them.
    New(u32),
}

/// The changes at a recorded token.
#[derive(Debug, Clone, Copy, Default)]
struct Splice {
    /// The new state in place of a recorded one.
    replacement: Option<u32>,
    /// The first and the last new token after it.
    chain: Option<(u32, u32)>,
}

/// A new token.
#[derive(Debug, Clone)]
struct Link {
    content: Content,
    /// The recorded token that it follows.
    anchor: TraceToken,
    /// The new tokens around it.
    before: Option<u32>,
    next: Option<u32>,
}

#[derive(Debug, Clone)]
enum Content {
    State(TraceState),
    Event(Event),
}

footprints! {
    Splice = 20;
    Link = 96;
}

/// Behind a recorded token, or a new one of the chain there.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    anchor: TraceToken,
    after: Option<u32>,
}

impl SplicedTrace {
    /// The trace of a recorded run with so many states.
    pub(crate) fn new(states: usize, events: Arc<[(usize, Event)]>) -> Self {
        Self {
            states,
            events,
            at_states: Array::default(),
            at_events: Array::default(),
            links: Array::default(),
            count: 0,
            cursor: Cursor {
                anchor: TraceToken::State(0),
                after: None,
            },
            replaced: None,
            inconsistent: false,
            size: 0,
        }
    }

    /// Approximate memory in bytes, without the recorded trace.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Whether a token was not where a full run puts it, so that the trace can't be used.
    pub(crate) fn is_inconsistent(&self) -> bool {
        self.inconsistent
    }

    /// The number of the next state.
    pub(crate) fn position(&self) -> usize {
        self.replaced.unwrap_or(self.states + self.count as usize)
    }

    /// The token that was passed last.
    pub(crate) fn last_token(&self) -> TraceToken {
        self.cursor.after.map_or(self.cursor.anchor, TraceToken::New)
    }

    /// Moves to a state, which the next one replaces.
    pub(crate) fn resume(&mut self, number: usize) {
        self.move_after(self.token(number));
        self.replaced = Some(number);
    }

    /// Moves after a token.
    pub(crate) fn move_after(&mut self, token: TraceToken) {
        let exists = match token {
            TraceToken::State(position) => (position as usize) < self.states,
            TraceToken::Event(index) => (index as usize) < self.events.len(),
            TraceToken::New(_) => true,
        };
        let anchor = match token {
            TraceToken::New(link) => self.links.get(link as usize).map(|link| (link.anchor, Some(token))),
            recorded => exists.then_some((recorded, None)),
        };
        match anchor {
            Some((anchor, Some(TraceToken::New(link)))) => {
                self.cursor = Cursor {
                    anchor,
                    after: Some(link),
                }
            }
            Some((anchor, _)) => self.cursor = Cursor { anchor, after: None },
            None => self.inconsistent = true,
        }
    }

    /// Moves before an event.
    pub(crate) fn move_before(&mut self, token: TraceToken) {
        match token {
            TraceToken::New(link) => match self.links.get(link as usize) {
                Some(link) => {
                    self.cursor = Cursor {
                        anchor: link.anchor,
                        after: link.before,
                    };
                }
                None => self.inconsistent = true,
            },
            TraceToken::Event(index) => match self.before_event(index as usize) {
                Some(anchor) => {
                    self.cursor = Cursor {
                        anchor,
                        after: self
                            .splice(anchor)
                            .and_then(|splice| splice.chain)
                            .map(|(_, last)| last),
                    };
                }
                None => self.inconsistent = true,
            },
            TraceToken::State(_) => self.inconsistent = true,
        }
    }

    pub(crate) fn push(&mut self, state: TraceState) {
        let Some(number) = self.replaced.take() else {
            self.insert(Content::State(state));
            return;
        };
        match self.token(number) {
            TraceToken::New(link) => match self.links.get_mut(link as usize) {
                Some(link) => link.content = Content::State(state),
                None => self.inconsistent = true,
            },
            anchor => {
                let link = self.add(Link {
                    content: Content::State(state),
                    anchor,
                    before: None,
                    next: None,
                });
                self.change(anchor, |splice| splice.replacement = Some(link));
            }
        }
    }

    pub(crate) fn push_event(&mut self, event: Event) {
        self.insert(Content::Event(event));
    }

    /// Moves after the recorded return from a nested iteration.
    pub(crate) fn skip_back(&mut self, fold: super::FoldId) {
        let next = self.next_token();
        let event = match next {
            Some(TraceToken::Event(index)) => self.events.get(index as usize).map(|(_, event)| *event),
            Some(TraceToken::New(link)) => match self.links.get(link as usize).map(|link| &link.content) {
                Some(Content::Event(event)) => Some(*event),
                _ => None,
            },
            _ => None,
        };
        match (next, event) {
            (Some(next), Some(Event::Back(passed))) if passed == fold => self.move_after(next),
            _ => self.inconsistent = true,
        }
    }

    /// Sets the generation of a value that a new state made.
    pub(crate) fn set_generation(&mut self, number: usize, generation: u32) {
        let link = match self.token(number) {
            TraceToken::New(link) => Some(link),
            recorded => self.splice(recorded).and_then(|splice| splice.replacement),
        };
        let link = link.and_then(|link| self.links.get_mut(link as usize));
        match link.map(|link| &mut link.content) {
            Some(Content::State(TraceState::Ap(ApResult { res_generations }))) => {
                *res_generations = smallvec![generation];
            }
            Some(Content::State(TraceState::Call(CallState::Executed(ValueRef::Stream {
                generation: stored,
                ..
            })))) => {
                *stored = generation;
            }
            _ => self.inconsistent = true,
        }
    }

    // Tokens.

    /// The token of a state.
    fn token(&self, number: usize) -> TraceToken {
        let short = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        match number.checked_sub(self.states) {
            None => TraceToken::State(short(number)),
            Some(link) => TraceToken::New(short(link)),
        }
    }

    fn splice(&self, recorded: TraceToken) -> Option<&Splice> {
        match recorded {
            TraceToken::State(position) => self.at_states.get(position as usize),
            TraceToken::Event(index) => self.at_events.get(index as usize),
            TraceToken::New(_) => None,
        }
    }

    fn change(&mut self, recorded: TraceToken, change: impl FnOnce(&mut Splice)) {
        let mut splice = self.splice(recorded).copied().unwrap_or_default();
        change(&mut splice);
        self.size += match recorded {
            TraceToken::State(position) => self.at_states.set(position as usize, splice),
            TraceToken::Event(index) => self.at_events.set(index as usize, splice),
            TraceToken::New(_) => 0,
        };
    }

    /// The recorded token before a recorded event.
    fn before_event(&self, index: usize) -> Option<TraceToken> {
        let (states, _) = *self.events.get(index)?;
        let before = index.checked_sub(1).filter(|before| self.events[*before].0 == states);
        match before {
            Some(before) => u32::try_from(before).ok().map(TraceToken::Event),
            None => u32::try_from(states.checked_sub(1)?).ok().map(TraceToken::State),
        }
    }

    /// The token after the cursor.
    fn next_token(&self) -> Option<TraceToken> {
        let Cursor { anchor, after } = self.cursor;
        let next = match after {
            Some(link) => self.links.get(link as usize)?.next,
            None => self
                .splice(anchor)
                .and_then(|splice| splice.chain)
                .map(|(first, _)| first),
        };
        if let Some(next) = next {
            return Some(TraceToken::New(next));
        }
        let (states, event) = match anchor {
            TraceToken::Event(index) => (self.events.get(index as usize)?.0, index as usize + 1),
            TraceToken::State(position) => {
                let states = position as usize + 1;
                (states, self.events.partition_point(|(before, _)| *before < states))
            }
            TraceToken::New(_) => return None,
        };
        match self.events.get(event) {
            Some((before, _)) if *before == states => u32::try_from(event).ok().map(TraceToken::Event),
            _ => (states < self.states).then(|| self.token(states)),
        }
    }

    /// Inserts a token at the cursor and moves after it.
    fn insert(&mut self, content: Content) {
        let Cursor { anchor, after } = self.cursor;
        let chain = self.splice(anchor).and_then(|splice| splice.chain);
        let next = match after {
            Some(link) => self.links.get(link as usize).and_then(|link| link.next),
            None => chain.map(|(first, _)| first),
        };
        let link = self.add(Link {
            content,
            anchor,
            before: after,
            next,
        });
        if let Some(before) = after.and_then(|before| self.links.get_mut(before as usize)) {
            before.next = Some(link);
        }
        if let Some(next) = next.and_then(|next| self.links.get_mut(next as usize)) {
            next.before = Some(link);
        }
        if after.is_none() || next.is_none() {
            let (first, last) = chain.unwrap_or((link, link));
            let first = if after.is_none() { link } else { first };
            let last = if next.is_none() { link } else { last };
            self.change(anchor, |splice| splice.chain = Some((first, last)));
        }
        self.cursor.after = Some(link);
    }

    fn add(&mut self, link: Link) -> u32 {
        let number = self.count;
        self.size += self.links.set(number as usize, link);
        self.count += 1;
        number
    }

    /// The trace as a sequence, with sizes and positions. `recorded` is the recorded trace.
    pub(crate) fn flatten(&self, recorded: &[TraceState]) -> Vec<TraceState> {
        let tokens = self.states + self.count as usize;
        let mut flat = Flat {
            states: Vec::with_capacity(tokens),
            positions: vec![0; tokens],
            open: Vec::new(),
        };
        let mut events = self.events.iter().enumerate().peekable();
        for position in 0..=self.states {
            while let Some((index, (_, event))) = events.next_if(|(_, (before, _))| *before == position) {
                flat.event(*event);
                self.flatten_chain(self.at_events.get(index), &mut flat);
            }
            let Some(state) = recorded.get(position) else { break };
            let splice = self.at_states.get(position);
            let replacement = splice.and_then(|splice| self.links.get(splice.replacement? as usize));
            match replacement.map(|link| &link.content) {
                Some(Content::State(new)) => flat.state(position, new),
                _ => flat.state(position, state),
            }
            self.flatten_chain(splice, &mut flat);
        }
        flat.states
    }

    fn flatten_chain(&self, splice: Option<&Splice>, flat: &mut Flat) {
        let mut next = splice.and_then(|splice| splice.chain).map(|(first, _)| first);
        while let Some(number) = next {
            let Some(link) = self.links.get(number as usize) else {
                return;
            };
            match &link.content {
                Content::State(state) => flat.state(self.states + number as usize, state),
                Content::Event(event) => flat.event(*event),
            }
            next = link.next;
        }
    }
}

/// A sequential trace while it is built.
struct Flat {
    states: Vec<TraceState>,
    /// Positions by number.
    positions: Vec<usize>,
    /// The `par`s and folds that have not ended, from the outermost.
    open: Vec<Open>,
}

/// A `par` or a fold that has not ended.
struct Open {
    position: usize,
    kind: OpenKind,
}

enum OpenKind {
    /// With the size of its left side, once that has ended.
    Par {
        left: usize,
    },
    Fold(LoreBuilder),
}

impl Flat {
    fn state(&mut self, number: usize, state: &TraceState) {
        let position = self.states.len();
        self.positions[number] = position;
        // Their content is known when they end.
        let (state, kind) = match state {
            TraceState::Par(_) => (TraceState::Par(ParResult::default()), OpenKind::Par { left: 0 }),
            TraceState::Fold(_) => (
                TraceState::Fold(FoldResult::default()),
                OpenKind::Fold(LoreBuilder::default()),
            ),
            state => return self.states.push(state.clone()),
        };
        self.states.push(state);
        self.open.push(Open { position, kind });
    }

    fn event(&mut self, event: Event) {
        let (Event::LeftEnd(number)
        | Event::RightEnd(number)
        | Event::FoldEnd(super::FoldId(number))
        | Event::Iteration {
            fold: super::FoldId(number),
            ..
        }
        | Event::Next(super::FoldId(number))
        | Event::Back(super::FoldId(number))
        | Event::GenerationEnd(super::FoldId(number))) = event;
        let end = self.states.len();
        let start = self.positions.get(number).copied().unwrap_or_default();
        let Ok(index) = self.open.binary_search_by_key(&start, |open| open.position) else {
            return;
        };
        if matches!(event, Event::RightEnd(_) | Event::FoldEnd(_)) {
            let Open { position, kind, .. } = self.open.remove(index);
            self.states[position] = match kind {
                OpenKind::Par { left } => TraceState::Par(ParResult {
                    left_size: size(left),
                    right_size: size(end - position - 1 - left),
                }),
                OpenKind::Fold(lore) => TraceState::Fold(FoldResult { lore: lore.finished }),
            };
            return;
        }
        let Open { position, kind, .. } = &mut self.open[index];
        match (kind, event) {
            (OpenKind::Par { left }, Event::LeftEnd(_)) => *left = end - *position - 1,
            (OpenKind::Fold(lore), Event::Iteration { value, .. }) => lore.begin(self.positions[value], end),
            (OpenKind::Fold(lore), Event::Next(_)) => lore.next(end),
            (OpenKind::Fold(lore), Event::Back(_)) => {
                lore.back(end);
            }
            (OpenKind::Fold(lore), Event::GenerationEnd(_)) => lore.end_generation(end),
            _ => {}
        }
    }
}

fn size(states: usize) -> u32 {
    u32::try_from(states).unwrap_or(u32::MAX)
}
