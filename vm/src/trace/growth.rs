//! A trace that grows where calls waited.
//!
//! A run that takes up a former one meets no states: it only adds some, in the middle of the trace. [`Tree`] keeps the
//! trace as the run of the script made it: a `par` has two sides, a fold its generations, and what is added moves nothing
//! else. States have numbers that last: those of the former trace their positions in it, new ones follow. Only
//! [`flatten`](Tree::flatten) counts positions and sizes.

use super::lore_in_making::LoreInMaking;
use super::{Event, FoldId};
use crate::data::{ApResult, CallState, FoldResult, ParResult, TraceState, ValueRef};
use crate::execution::Array;
use smallvec::smallvec;

/// The trace in the making.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    nodes: Array<Node>,
    count: usize,
    segments: Array<Segment>,
    segment_count: usize,
    /// Where the next state goes.
    cursor: Cursor,
    /// The state that comes next takes the place of this one.
    replaced: Option<usize>,
    /// Whether something was found in another place than a run of the script puts it.
    astray: bool,
}

#[derive(Debug, Clone)]
struct Node {
    content: Content,
    segment: usize,
    next: Option<usize>,
}

#[derive(Debug, Clone)]
enum Content {
    State(TraceState),
    Par { left: usize, right: usize },
    Fold { segment: usize },
    Event(Event),
}

/// A side of a `par`, the generations of a fold, or the whole.
#[derive(Debug, Clone, Copy, Default)]
struct Segment {
    first: Option<usize>,
    last: Option<usize>,
}

/// After a node of a segment, or at its beginning.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    segment: usize,
    after: Option<usize>,
}

impl Tree {
    /// The trace of a run as it happened.
    pub(crate) fn new(trace: &[TraceState], events: &[(usize, Event)]) -> Self {
        let mut tree = Self {
            nodes: Array::default(),
            count: trace.len(),
            segments: Array::default(),
            segment_count: 0,
            cursor: Cursor {
                segment: 0,
                after: None,
            },
            replaced: None,
            astray: false,
        };
        tree.segment();
        let mut position = 0;
        for (until, event) in events
            .iter()
            .map(|(until, event)| (*until, Some(*event)))
            .chain([(trace.len(), None)])
        {
            for (position, state) in trace.iter().enumerate().take(until).skip(position) {
                tree.insert(position, state.clone());
            }
            position = until;
            match event {
                Some(Event::LeftEnd(par)) => tree.par_left_end(par),
                Some(Event::RightEnd(par)) => tree.leave(par),
                Some(Event::FoldEnd(fold)) => tree.leave(fold.0),
                Some(event) => tree.note(event),
                None => {}
            }
        }
        tree
    }

    /// Whether something was found in another place than a run of the script puts it, so that the trace is worthless.
    pub(crate) fn is_astray(&self) -> bool {
        self.astray
    }

    /// Goes to a state that is to be replaced and goes on behind it.
    pub(crate) fn take_up(&mut self, number: usize) {
        self.leave(number);
        self.replaced = Some(number);
    }

    /// Goes behind a `par`, a fold or another state.
    pub(crate) fn leave(&mut self, number: usize) {
        match self.nodes.get(number) {
            Some(node) => {
                self.cursor = Cursor {
                    segment: node.segment,
                    after: Some(number),
                };
            }
            None => self.astray = true,
        }
    }

    /// Goes to the end of a fold's generations.
    pub(crate) fn extend(&mut self, fold: usize) {
        match self.nodes.get(fold).map(|node| &node.content) {
            Some(Content::Fold { segment }) => {
                self.cursor = Cursor {
                    segment: *segment,
                    after: self.segments.get(*segment).and_then(|segment| segment.last),
                };
            }
            _ => self.astray = true,
        }
    }

    /// The number that the next state takes.
    pub(crate) fn position(&self) -> usize {
        self.replaced.unwrap_or(self.count)
    }

    pub(crate) fn push(&mut self, state: TraceState) {
        if let Some(node) = self.replaced.take().and_then(|number| self.nodes.get_mut(number)) {
            node.content = Content::State(state);
            return;
        }
        let number = self.take_number();
        self.insert(number, state);
    }

    pub(crate) fn set_generation(&mut self, number: usize, generation: u32) {
        match self.nodes.get_mut(number).map(|node| &mut node.content) {
            Some(Content::State(TraceState::Ap(ApResult { res_generations }))) => {
                *res_generations = smallvec![generation]
            }
            Some(Content::State(TraceState::Call(CallState::Executed(ValueRef::Stream {
                generation: stored,
                ..
            })))) => {
                *stored = generation;
            }
            _ => self.astray = true,
        }
    }

    pub(crate) fn par_left_end(&mut self, par: usize) {
        match self.nodes.get(par).map(|node| &node.content) {
            Some(Content::Par { right, .. }) => {
                self.cursor = Cursor {
                    segment: *right,
                    after: None,
                };
            }
            _ => self.astray = true,
        }
    }

    /// Adds what happens between states.
    pub(crate) fn note(&mut self, event: Event) {
        let number = self.take_number();
        self.link(number, Content::Event(event));
    }

    /// Goes behind the way back from a deeper iteration that happened before.
    pub(crate) fn pass_back(&mut self, fold: FoldId) {
        let next = match self.cursor.after {
            Some(node) => self.nodes.get(node).and_then(|node| node.next),
            None => self.segments.get(self.cursor.segment).and_then(|segment| segment.first),
        };
        match next.and_then(|next| self.nodes.get(next)).map(|node| &node.content) {
            Some(Content::Event(Event::Back(passed))) if *passed == fold => self.cursor.after = next,
            _ => self.astray = true,
        }
    }

    fn take_number(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }

    fn segment(&mut self) -> usize {
        self.segments.set(self.segment_count, Segment::default());
        self.segment_count += 1;
        self.segment_count - 1
    }

    /// Puts a state where the cursor is, and goes behind it or, if others belong to it, into it.
    fn insert(&mut self, number: usize, state: TraceState) {
        match state {
            TraceState::Par(_) => {
                let [left, right] = [(); 2].map(|()| self.segment());
                self.link(number, Content::Par { left, right });
                self.cursor = Cursor {
                    segment: left,
                    after: None,
                };
            }
            TraceState::Fold(_) => {
                let segment = self.segment();
                self.link(number, Content::Fold { segment });
                self.cursor = Cursor { segment, after: None };
            }
            state => self.link(number, Content::State(state)),
        }
    }

    fn link(&mut self, number: usize, content: Content) {
        let Cursor { segment, after } = self.cursor;
        let bounds = self.segments.entry(segment).get_or_insert_default();
        let next = match after.and_then(|after| self.nodes.get_mut(after)) {
            Some(before) => before.next.replace(number),
            None => bounds.first.replace(number),
        };
        if next.is_none() {
            bounds.last = Some(number);
        }
        self.nodes.set(number, Node { content, segment, next });
        self.cursor.after = Some(number);
    }

    /// The trace with sizes and positions.
    pub(crate) fn flatten(&self) -> Vec<TraceState> {
        let mut flat = Flat {
            states: Vec::with_capacity(self.count),
            positions: vec![0; self.count],
        };
        let mut open = vec![Open::Whole];
        let mut next = self.segments.get(0).and_then(|segment| segment.first);
        loop {
            let Some(number) = next else {
                // A segment ends.
                next = match open.pop() {
                    None | Some(Open::Whole) => return flat.states,
                    Some(Open::Left { position, node }) => self.right_side(position, node, &mut open, &flat),
                    Some(Open::Right { position, left, node }) => {
                        let states = flat.states.len() - position - 1;
                        flat.states[position] = TraceState::Par(ParResult {
                            left_size: size(left),
                            right_size: size(states - left),
                        });
                        self.nodes.get(node).and_then(|node| node.next)
                    }
                    Some(Open::Fold { position, lore, node }) => {
                        flat.states[position] = TraceState::Fold(FoldResult { lore: lore.finished });
                        self.nodes.get(node).and_then(|node| node.next)
                    }
                };
                continue;
            };
            let Some(node) = self.nodes.get(number) else {
                return flat.states;
            };
            let position = flat.states.len();
            flat.positions[number] = position;
            next = match &node.content {
                Content::State(state) => {
                    flat.states.push(state.clone());
                    node.next
                }
                Content::Par { left, .. } => {
                    flat.states.push(TraceState::Par(ParResult::default()));
                    open.push(Open::Left { position, node: number });
                    self.segments.get(*left).and_then(|segment| segment.first)
                }
                Content::Fold { segment } => {
                    flat.states.push(TraceState::Fold(FoldResult::default()));
                    let lore = LoreInMaking::default();
                    open.push(Open::Fold {
                        position,
                        lore,
                        node: number,
                    });
                    self.segments.get(*segment).and_then(|segment| segment.first)
                }
                Content::Event(event) => {
                    flat.happen(*event, &mut open);
                    node.next
                }
            };
        }
    }

    fn right_side(&self, position: usize, number: usize, open: &mut Vec<Open>, flat: &Flat) -> Option<usize> {
        let Some(Content::Par { right, .. }) = self.nodes.get(number).map(|node| &node.content) else {
            return None;
        };
        open.push(Open::Right {
            position,
            left: flat.states.len() - position - 1,
            node: number,
        });
        self.segments.get(*right).and_then(|segment| segment.first)
    }
}

/// A flat trace in the making.
struct Flat {
    states: Vec<TraceState>,
    /// By number.
    positions: Vec<usize>,
}

/// What is not finished yet.
enum Open {
    Whole,
    Left {
        position: usize,
        node: usize,
    },
    Right {
        position: usize,
        left: usize,
        node: usize,
    },
    Fold {
        position: usize,
        lore: LoreInMaking,
        node: usize,
    },
}

impl Flat {
    fn happen(&self, event: Event, open: &mut [Open]) {
        let (Event::Iteration { fold, .. } | Event::Next(fold) | Event::Back(fold) | Event::GenerationEnd(fold)) =
            event
        else {
            return;
        };
        let lore = open.iter_mut().rev().find_map(|open| match open {
            Open::Fold { lore, node, .. } if *node == fold.0 => Some(lore),
            _ => None,
        });
        let Some(lore) = lore else { return };
        let position = self.states.len();
        match event {
            Event::Iteration { value, .. } => lore.begin(self.positions[value], position),
            Event::Next(_) => lore.next(position),
            Event::Back(_) => {
                lore.back(position);
            }
            _ => lore.end_generation(position),
        }
    }
}

fn size(states: usize) -> u32 {
    u32::try_from(states).unwrap_or(u32::MAX)
}
