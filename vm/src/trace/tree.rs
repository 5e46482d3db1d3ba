//! The trace of a resumed run.
//!
//! A resumed run meets no states. It inserts new ones in the middle of the trace. [`TraceTree`] has the structure of the
//! run: a `par` has two sides, a fold has generations, and an insertion moves nothing else. Each state has a stable number:
//! states of the recorded trace have their position in it, new states follow. Positions and sizes are computed by
//! [`flatten`](TraceTree::flatten).

use super::lore_builder::LoreBuilder;
use super::{Event, FoldId};
use crate::data::{ApResult, CallState, FoldResult, ParResult, TraceState, ValueRef};
use crate::execution::Array;
use crate::memory::footprints;
use smallvec::smallvec;

/// A trace into which states can be inserted.
#[derive(Debug, Clone)]
pub(crate) struct TraceTree {
    nodes: Array<Node>,
    count: usize,
    segments: Array<Segment>,
    segment_count: usize,
    /// Where the next state is inserted.
    cursor: Cursor,
    /// The state that the next one replaces.
    replaced: Option<usize>,
    /// Whether a state was not where a full run puts it.
    inconsistent: bool,
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

/// A side of a `par`, the generations of a fold, or the whole trace.
#[derive(Debug, Clone, Copy, Default)]
struct Segment {
    first: Option<usize>,
    last: Option<usize>,
}

/// Memory of a node and a segment, with their part of the inner nodes of the array.
const NODE: usize = 96 * 17 / 16;
const SEGMENT: usize = 32 * 17 / 16;
footprints! {
    Node = 96;
    Segment = 32;
}

/// After a node of a segment, or at its beginning.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    segment: usize,
    after: Option<usize>,
}

impl TraceTree {
    /// The trace of a recorded run.
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
            inconsistent: false,
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
                Some(Event::RightEnd(par)) => tree.move_after(par),
                Some(Event::FoldEnd(fold)) => tree.move_after(fold.0),
                Some(event) => tree.push_event(event),
                None => {}
            }
        }
        tree
    }

    /// Approximate memory in bytes.
    pub(crate) fn size(&self) -> usize {
        self.count * NODE + self.segment_count * SEGMENT
    }

    /// Whether a state was not where a full run puts it, so that the trace can't be used.
    pub(crate) fn is_inconsistent(&self) -> bool {
        self.inconsistent
    }

    /// Moves to a state, which the next one replaces.
    pub(crate) fn resume(&mut self, number: usize) {
        self.move_after(number);
        self.replaced = Some(number);
    }

    /// Moves after a `par`, a fold or another state.
    pub(crate) fn move_after(&mut self, number: usize) {
        match self.nodes.get(number) {
            Some(node) => {
                self.cursor = Cursor {
                    segment: node.segment,
                    after: Some(number),
                };
            }
            None => self.inconsistent = true,
        }
    }

    /// Moves to the end of a fold's generations.
    pub(crate) fn move_to_fold_end(&mut self, fold: usize) {
        match self.nodes.get(fold).map(|node| &node.content) {
            Some(Content::Fold { segment }) => {
                self.cursor = Cursor {
                    segment: *segment,
                    after: self.segments.get(*segment).and_then(|segment| segment.last),
                };
            }
            _ => self.inconsistent = true,
        }
    }

    /// The number of the next state.
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
            _ => self.inconsistent = true,
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
            _ => self.inconsistent = true,
        }
    }

    /// Inserts an event.
    pub(crate) fn push_event(&mut self, event: Event) {
        let number = self.take_number();
        self.link(number, Content::Event(event));
    }

    /// Moves after the recorded return from a nested iteration.
    pub(crate) fn skip_back(&mut self, fold: FoldId) {
        let next = match self.cursor.after {
            Some(node) => self.nodes.get(node).and_then(|node| node.next),
            None => self.segments.get(self.cursor.segment).and_then(|segment| segment.first),
        };
        match next.and_then(|next| self.nodes.get(next)).map(|node| &node.content) {
            Some(Content::Event(Event::Back(passed))) if *passed == fold => self.cursor.after = next,
            _ => self.inconsistent = true,
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

    /// Inserts a state at the cursor and moves after it or, for a `par` or fold, into it.
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

    /// The trace as a sequence, with sizes and positions.
    pub(crate) fn flatten(&self) -> Vec<TraceState> {
        let mut flat = Flat {
            states: Vec::with_capacity(self.count),
            positions: vec![0; self.count],
        };
        let mut open = vec![Open::Whole];
        let mut next = self.segments.get(0).and_then(|segment| segment.first);
        loop {
            let Some(number) = next else {
                // The segment ends.
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
                    let lore = LoreBuilder::default();
                    open.push(Open::Fold {
                        position,
                        lore,
                        node: number,
                    });
                    self.segments.get(*segment).and_then(|segment| segment.first)
                }
                Content::Event(event) => {
                    flat.apply(*event, &mut open);
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

/// A sequential trace while it is built.
struct Flat {
    states: Vec<TraceState>,
    /// Positions by number.
    positions: Vec<usize>,
}

/// A segment that is being written.
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
        lore: LoreBuilder,
        node: usize,
    },
}

impl Flat {
    fn apply(&self, event: Event, open: &mut [Open]) {
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
