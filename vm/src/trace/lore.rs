//! Resolves the lore of a stored `fold`.

use super::slider::Slider;
use crate::data::{CallState, FoldResult, FoldSubTraceLore, SubTraceDesc, TraceState, ValueRef};
use crate::failure::{ResolvedFold, ResolvedSubTraceDescs, TraceError};
use std::collections::btree_map::Entry;

/// Resolves a stored fold for lookups by the position of a value.
pub(super) fn resolve(fold: &FoldResult, slider: &Slider<'_>) -> Result<ResolvedFold, TraceError> {
    let mut resolved = ResolvedFold {
        fold_states_count: states_count(fold)?,
        ..ResolvedFold::default()
    };
    let lens = convolute(fold, slider)?;
    for (entry, descriptors) in fold.lore.iter().zip(lens) {
        let position = entry.value_pos as usize;
        match resolved.lore.entry(position) {
            Entry::Vacant(free) => free.insert(descriptors),
            Entry::Occupied(_) => {
                return Err(TraceError::SeveralRecords {
                    fold: fold.clone(),
                    position,
                });
            }
        };
    }
    Ok(resolved)
}

fn states_count(fold: &FoldResult) -> Result<usize, TraceError> {
    let mut sum = 0_u32;
    for (count, entry) in fold.lore.iter().enumerate() {
        let [before, after] = descriptors(entry)?;
        sum = [before.subtrace_len, after.subtrace_len]
            .into_iter()
            .try_fold(sum, u32::checked_add)
            .ok_or_else(|| TraceError::FoldLengthOverflow {
                count,
                fold: fold.clone(),
            })?;
    }
    Ok(sum as usize)
}

fn descriptors(entry: &FoldSubTraceLore) -> Result<[SubTraceDesc; 2], TraceError> {
    <[SubTraceDesc; 2]>::try_from(&entry.subtraces_desc[..])
        .map_err(|_| TraceError::DescriptorCount(entry.subtraces_desc.len()))
}

/// The iterations of a generation nest: those after one follow its states before `next` and precede its states after
/// `next`. So the ranges of each iteration are extended over the nested ones.
fn convolute(fold: &FoldResult, slider: &Slider<'_>) -> Result<Vec<ResolvedSubTraceDescs>, TraceError> {
    let mut resolved = Vec::with_capacity(fold.lore.len());
    let mut generation = 0;
    let mut first = 0;
    let mut after_len = 0;
    for (index, entry) in fold.lore.iter().enumerate() {
        let [before, after] = descriptors(entry)?;
        let met = generation_at(entry.value_pos as usize, slider)?;
        if met != generation {
            extend_before(&mut resolved[first..]);
            generation = met;
            first = index;
            after_len = 0;
        }
        after_len += after.subtrace_len;
        resolved.push(ResolvedSubTraceDescs {
            before_subtrace: before,
            after_subtrace: SubTraceDesc {
                begin_pos: after.begin_pos,
                subtrace_len: after_len,
            },
        });
    }
    extend_before(&mut resolved[first..]);
    Ok(resolved)
}

fn extend_before(generation: &mut [ResolvedSubTraceDescs]) {
    let Some(last) = generation.last() else { return };
    let mut before_len = last.after_subtrace.subtrace_len;
    for descriptors in generation.iter_mut().rev() {
        before_len += descriptors.before_subtrace.subtrace_len;
        descriptors.before_subtrace.subtrace_len = before_len;
    }
}

fn generation_at(position: usize, slider: &Slider<'_>) -> Result<u32, TraceError> {
    let trace = slider.trace();
    match trace.get(position).ok_or(TraceError::NoElement {
        position,
        len: trace.len(),
    })? {
        TraceState::Call(CallState::Executed(ValueRef::Stream { generation, .. })) => Ok(*generation),
        TraceState::Ap(ap) => match ap.res_generations[..] {
            [generation] => Ok(generation),
            _ => Err(TraceError::GenerationCount(ap.clone())),
        },
        state => Err(TraceError::NoStreamState(Box::new(state.clone()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ApResult;

    #[test]
    fn runs_extend_over_deeper_iterations_of_a_generation() {
        let trace = [0, 0, 0, 1].map(|generation| {
            TraceState::Ap(ApResult {
                res_generations: [generation].into_iter().collect(),
            })
        });
        let entry = |value_pos, len| FoldSubTraceLore {
            value_pos,
            subtraces_desc: vec![
                SubTraceDesc {
                    begin_pos: 0,
                    subtrace_len: len
                };
                2
            ],
        };
        let fold = FoldResult {
            lore: vec![entry(0, 1), entry(1, 2), entry(2, 3), entry(3, 5)],
        };
        let resolved = resolve(&fold, &Slider::new(&trace)).expect("well-formed");
        let lens: Vec<_> = resolved
            .lore
            .values()
            .map(|lore| (lore.before_subtrace.subtrace_len, lore.after_subtrace.subtrace_len))
            .collect();
        assert_eq!(lens, [(12, 1), (11, 3), (9, 6), (10, 5)]);
        assert_eq!(resolved.fold_states_count, 22);
    }
}
