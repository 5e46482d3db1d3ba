//! Which states of a trace belong to which side of a `par` and which iteration of a `fold`.
//!
//! The trace is flat: a `par` says how long its sides are, a `fold` where the states of its iterations stand. What
//! iterations say wins over what a `par` inside of them says, since the right side of `(par … (next i))` goes on over all
//! further iterations. Lengths that can't be true are cut.

use crate::{FoldResult, ParResult, ParticleData, TraceState};
use serde::Serialize;

/// Where a state stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The `par` or `fold` that it belongs to, by its position.
    pub parent: u32,
    /// Where in it.
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
    /// Of an iteration, what runs before `next`; with the position of the state that made its value.
    Before(u32),
    /// Of an iteration, what runs after `next`; with the position of the state that made its value.
    After(u32),
}

/// A run of states that belong together.
#[derive(Clone, Copy)]
struct Section {
    start: usize,
    end: usize,
    place: Place,
}

/// For each state of the trace, how many sections it is nested in, and the innermost one.
pub(super) fn places(data: &ParticleData) -> Vec<(u32, Option<Place>)> {
    let mut places = Vec::with_capacity(data.trace.len());
    // Sections that have started, outermost first; sections that will begin, the next one last.
    let (mut open, mut coming): (Vec<Section>, Vec<Section>) = (Vec::new(), Vec::new());
    for (position, state) in data.trace.iter().enumerate() {
        while open.pop_if(|section| section.end <= position).is_some() {}
        while let Some(section) = coming.pop_if(|section| section.start <= position) {
            let end = section.end.min(open.last().map_or(usize::MAX, |outer| outer.end));
            // One whose start was passed is out of order: its states belong to what they are in already.
            if section.start == position && end > position {
                open.push(Section { end, ..section });
            }
        }
        let depth = u32::try_from(open.len()).unwrap_or(u32::MAX);
        places.push((depth, open.last().map(|section| section.place)));
        let before = coming.len();
        coming.extend(sections(position, state));
        coming[before..].sort_by_key(|section| std::cmp::Reverse(section.start));
    }
    places
}

/// The sections that a state announces.
fn sections(position: usize, state: &TraceState) -> Vec<Section> {
    let parent = u32::try_from(position).unwrap_or(u32::MAX);
    let section = |start: usize, len: u32, branch| Section {
        start,
        end: start.saturating_add(len as usize),
        place: Place { parent, branch },
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
