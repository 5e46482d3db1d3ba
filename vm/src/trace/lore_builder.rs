//! Builds the lore of a `fold` over a stream.
//!
//! At the start of each iteration, at each `next` and at each return from it, the builder records the positions of the
//! states before and after `next` in the resulting trace.

use crate::data::{FoldSubTraceLore, SubTraceDesc};

/// The lore of finished generations, and the current generation.
#[derive(Debug, Default)]
pub(super) struct LoreBuilder {
    /// Lore of finished generations.
    pub(super) finished: Vec<FoldSubTraceLore>,
    /// Iterations of the current generation, from the outermost.
    iterations: Vec<Iteration>,
    /// Number of iterations that have not ended.
    open: usize,
    /// Whether the run is returning from the innermost iteration.
    returning: bool,
}

#[derive(Debug)]
struct Iteration {
    value_pos: usize,
    before_start: usize,
    before_end: Option<usize>,
    after_start: Option<usize>,
    after_end: Option<usize>,
}

impl LoreBuilder {
    /// An iteration begins, for the value of the state at a position.
    pub(super) fn begin(&mut self, value_pos: usize, position: usize) {
        self.iterations.push(Iteration {
            value_pos,
            before_start: position,
            before_end: None,
            after_start: None,
            after_end: None,
        });
        self.open += 1;
    }

    /// At `next`.
    pub(super) fn next(&mut self, position: usize) {
        self.innermost().before_end = Some(position);
    }

    /// At the innermost `next`, which has no further value, and after each nested iteration. Returns the index of the iteration
    /// whose states after `next` follow.
    pub(super) fn back(&mut self, position: usize) -> usize {
        if self.returning {
            self.innermost().after_end = Some(position);
            self.open -= 1;
        }
        self.returning = true;
        let iteration = self.innermost();
        iteration.before_end.get_or_insert(position);
        iteration.after_start = Some(position);
        self.open - 1
    }

    /// After the last iteration of a generation.
    pub(super) fn end_generation(&mut self, position: usize) {
        self.open = 0;
        self.returning = false;
        self.finished
            .extend(self.iterations.drain(..).map(|iteration| iteration.into_lore(position)));
    }

    fn innermost(&mut self) -> &mut Iteration {
        &mut self.iterations[self.open - 1]
    }
}

impl Iteration {
    /// Ranges that were not reached are empty at this position.
    fn into_lore(self, position: usize) -> FoldSubTraceLore {
        let run = |start: usize, end: usize| SubTraceDesc {
            begin_pos: number(start),
            subtrace_len: number(end - start),
        };
        let before_end = self.before_end.unwrap_or(position);
        let after_start = self.after_start.unwrap_or(position);
        let after_end = self.after_end.unwrap_or(position);
        FoldSubTraceLore {
            value_pos: number(self.value_pos),
            subtraces_desc: vec![run(self.before_start, before_end), run(after_start, after_end)],
        }
    }
}

fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
