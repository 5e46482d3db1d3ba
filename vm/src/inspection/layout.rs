//! Assigns the states of a trace to sides of `par` and iterations of `fold`.
//!
//! The trace is flat: a `par` has the lengths of its sides, a `fold` the ranges of its iterations. Iterations take
//! precedence over a `par` inside them, since the right side of `(par … (next i))` contains all further iterations.
//! Impossible lengths are cut.

use crate::{FoldResult, ParResult, ParticleData, TraceState};
use serde::Serialize;

/// The location of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Position of the enclosing `par` or `fold`.
    pub parent: u32,
    /// The part of it.
    pub branch: Branch,
}

/// A part of a `par` or `fold`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Branch {
    /// The left side of a `par`.
    Left,
    /// The right side of a `par`.
    Right,
    /// The part of an iteration before `next`, with the position of the state of its value.
    Before(u32),
    /// The part of an iteration after `next`, with the position of the state of its value.
    After(u32),
}

/// A range of states of one side or iteration.
#[derive(Clone, Copy)]
struct Section {
    start: usize,
    end: usize,
    location: Location,
}

/// For each state of the trace, the number of enclosing sections and the innermost one.
pub(super) fn locations(data: &ParticleData) -> Vec<(u32, Option<Location>)> {
    let mut locations = Vec::with_capacity(data.trace.len());
    // Open sections, outermost first, and sections that begin later, the next one last.
    let (mut open, mut coming): (Vec<Section>, Vec<Section>) = (Vec::new(), Vec::new());
    for (position, state) in data.trace.iter().enumerate() {
        while open.pop_if(|section| section.end <= position).is_some() {}
        while let Some(section) = coming.pop_if(|section| section.start <= position) {
            let end = section.end.min(open.last().map_or(usize::MAX, |outer| outer.end));
            // A section whose start has been passed is out of order: its states stay in their sections.
            if section.start == position && end > position {
                open.push(Section { end, ..section });
            }
        }
        let depth = u32::try_from(open.len()).unwrap_or(u32::MAX);
        locations.push((depth, open.last().map(|section| section.location)));
        let before = coming.len();
        coming.extend(sections(position, state));
        coming[before..].sort_by_key(|section| std::cmp::Reverse(section.start));
    }
    locations
}

/// The sections that a state defines.
fn sections(position: usize, state: &TraceState) -> Vec<Section> {
    let parent = u32::try_from(position).unwrap_or(u32::MAX);
    let section = |start: usize, len: u32, branch| Section {
        start,
        end: start.saturating_add(len as usize),
        location: Location { parent, branch },
    };
    match state {
        TraceState::Par(ParResult { left_size, right_size }) => {
            let left = section(position + 1, *left_size, Branch::Left);
            vec![left, section(left.end, *right_size, Branch::Right)]
        }
        TraceState::Fold(FoldResult { lore }) => lore
            .iter()
            .flat_map(|iteration| {
                let branches = [Branch::Before(iteration.value_pos), Branch::After(iteration.value_pos)];
                iteration.subtraces_desc.iter().zip(branches)
            })
            .map(|(run, branch)| section(run.begin_pos as usize, run.subtrace_len, branch))
            .filter(|section| section.start > position)
            .collect(),
        _ => Vec::new(),
    }
}
