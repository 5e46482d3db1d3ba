//! Number 20000: two traces, or a trace and the script, don't fit.
//!
//! Signatures don't cover the script, so what one script leaves behind can honestly meet another.

use super::Case;
use super::input::{Input, changed, left_by, run};
use aqua_vm::{ApResult, FoldSubTraceLore, ParResult, ParticleData, SubTraceDesc, TraceState};

const PAR: &str = "(par (null) (null))";
const AP: &str = "(ap 1 $s)";
const CALL: &str = r#"(call @A ("s" "f") [] x)"#;
const CANON: &str = "(canon @A $s #s)";
const FOLD: &str = "(seq (ap 1 $s) (fold $s i (next i)))";

pub(super) fn cases() -> Vec<Case> {
    [merged(), pars(), folds(), value_states()].concat()
}

fn merged() -> Vec<Case> {
    let left = |air: &str| left_by(air, &[]);
    let two_canons = r#"(seq (seq (canon @A $s #s) (ap 1 $s)) (canon @A $s #t))"#;
    let unused = r#"(call @A ("s" "f") [])"#;
    vec![
        ("20000 states", run(PAR).knowing(left(PAR)).meeting(left(AP))),
        ("20000 expected call", run(CALL).knowing(left(AP))),
        ("20000 expected call", run(CALL).meeting(left(PAR))),
        ("20000 expected par", run(PAR).knowing(left(CALL))),
        ("20000 expected ap", run(AP).meeting(left(CANON))),
        ("20000 expected ap", run(AP).meeting(left_by(CALL, &["1"]))),
        ("20000 expected ap", run(AP).meeting(left_by(CALL, &["!1"]))),
        ("20000 expected canon", run(CANON).knowing(left(AP))),
        (
            "20000 expected canon",
            run(CANON).knowing(left(r#"(call @B ("s" "f") [])"#)),
        ),
        (
            "20000 expected fold",
            run(FOLD).meeting(left("(seq (ap 1 $s) (ap 1 $s))")),
        ),
        (
            "20000 expected par",
            run("(seq (ap 1 $s) (par (null) (null)))").knowing(left(FOLD)),
        ),
        (
            "20000 values",
            run(CALL)
                .knowing(left_by(CALL, &["1"]))
                .meeting(left_by(r#"(call @A ("s" "f") [] $x)"#, &["1"])),
        ),
        (
            "20000 call results",
            run(unused)
                .knowing(left_by(unused, &["1"]))
                .meeting(left_by(unused, &["!\"no\""])),
        ),
        (
            "20000 canon results",
            run(two_canons)
                .knowing(changed(left(two_canons), |data| {
                    drop(data.trace.drain(..2));
                }))
                .meeting(left(two_canons)),
        ),
        ("20000 generations", with_generations(&[0, 1])),
        ("20000 generations", with_generations(&[])),
    ]
}

fn with_generations(generations: &[u32]) -> Input {
    run(AP).knowing(changed(left_by(AP, &[]), |data| {
        let res_generations = generations.into();
        data.trace[0] = TraceState::Ap(ApResult { res_generations });
    }))
}

fn pars() -> Vec<Case> {
    let sized = |air: &str, left_size, right_size| {
        changed(left_by(air, &[]), |data| {
            data.trace[0] = TraceState::Par(ParResult { left_size, right_size });
        })
    };
    let one = "(par (ap 1 $s) (null))";
    vec![
        ("20000 par length", run(one).meeting(sized(one, 1, u32::MAX))),
        ("20000 par place", run(PAR).knowing(sized(PAR, 0, u32::MAX))),
        ("20000 par place", run(PAR).meeting(sized(PAR, 0, u32::MAX))),
        ("20000 par rest", run(PAR).knowing(sized(PAR, 0, 5))),
        ("20000 par rest", run(PAR).meeting(sized(PAR, 0, 5))),
    ]
}

/// What a fold leaves behind, with another lore.
fn with_lore(air: &str, at: usize, change: impl FnOnce(&mut Vec<FoldSubTraceLore>)) -> ParticleData {
    changed(left_by(air, &[]), |data| {
        let TraceState::Fold(fold) = &mut data.trace[at] else {
            panic!("no fold at {at}: {:?}", data.trace);
        };
        change(&mut fold.lore);
    })
}

fn folds() -> Vec<Case> {
    let lengths = |before, after| {
        with_lore(FOLD, 1, |lore| {
            lore[0].subtraces_desc[0].subtrace_len = before;
            lore[0].subtraces_desc[1].subtrace_len = after;
        })
    };
    let longer = "(seq (seq (ap 1 $s) (fold $s i (next i) (null))) (ap 2 $s))";
    let outside = with_lore(longer, 1, |lore| {
        lore[0].subtraces_desc[0] = SubTraceDesc {
            begin_pos: 50,
            subtrace_len: 1,
        };
    });
    vec![
        ("20000 fold lengths", run(FOLD).knowing(lengths(u32::MAX, u32::MAX))),
        (
            "20000 same value",
            run(FOLD).meeting(with_lore(FOLD, 1, |lore| lore.push(lore[0].clone()))),
        ),
        (
            "20000 descriptors",
            run(FOLD).knowing(with_lore(FOLD, 1, |lore| {
                lore[0].subtraces_desc.push(SubTraceDesc::default());
            })),
        ),
        ("20000 subtrace place", run(longer).knowing(outside)),
        (
            "20000 element",
            run(FOLD).knowing(with_lore(FOLD, 1, |lore| lore[0].value_pos = 50)),
        ),
        ("20000 fold place", run(FOLD).knowing(lengths(u32::MAX, 0))),
        ("20000 fold rest", run(FOLD).knowing(lengths(5, 0))),
        ("20000 fold rest", run(FOLD).meeting(lengths(0, 5))),
    ]
}

/// A lore that names states of all kinds as values.
fn value_states() -> Vec<Case> {
    let naming = |first: &str, answers: &[&str], value_pos: u32| {
        let air = format!("(seq {first} (seq (ap 1 $s) (fold $s i (next i))))");
        let data = changed(left_by(&air, answers), |data| {
            let Some(TraceState::Fold(fold)) = data.trace.last_mut() else {
                panic!("no fold: {:?}", data.trace);
            };
            fold.lore[0].value_pos = value_pos;
        });
        ("20000 value state", run(&air).knowing(data))
    };
    vec![
        naming(PAR, &[], 0),
        naming(CALL, &["1"], 0),
        naming(r#"(call @A ("s" "f") [])"#, &["1"], 0),
        naming(r#"(xor (call @A ("s" "f") []) (null))"#, &["!1"], 0),
        naming(r#"(par (call @B ("s" "f") []) (null))"#, &[], 1),
        naming(r#"(par (call @A ("s" "f") []) (null))"#, &[], 1),
        naming(CANON, &[], 0),
        naming("(null)", &[], 1),
    ]
}
