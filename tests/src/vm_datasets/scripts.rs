//! Sets that measure the reader of scripts.

use super::play::{Play, id};
use super::{DataSet, PARTICLE_ID, Sizes};
use serde_json::Value;
use std::fmt::Write as _;

/// How many instructions the long scripts have.
const INSTRUCTIONS: usize = 10_000;

pub(super) fn null(name: &'static str, official: Sizes) -> DataSet {
    let play = Play::new("(null)", PARTICLE_ID, &["init"], |_, _| Value::Null);
    DataSet::of(name, Some(official), &play, "init", Vec::new(), Vec::new())
}

/// A random tree of `seq` with `ap` of long names.
pub(super) fn parser(name: &'static str, official: Sizes) -> DataSet {
    let mut choices = fastrand::Rng::with_seed(1);
    let mut tree = String::new();
    aps(INSTRUCTIONS, &mut choices, &mut tree);
    let air = format!(
        r#"(seq (call "{}" ("" "") [] list) (fold list i (seq {tree}(next i))))"#,
        id("other")
    );
    let play = Play::new(air, PARTICLE_ID, &["init", "other"], |_, _| Value::Null);
    DataSet::of(name, Some(official), &play, "init", Vec::new(), Vec::new())
}

/// `count` instructions, an `ap` at each inner node.
fn aps(count: usize, choices: &mut fastrand::Rng, out: &mut String) {
    let Some(rest) = count.checked_sub(1) else {
        out.push_str("(null)");
        return;
    };
    // A random insertion order gives trees of about this shape and depth.
    let left = choices.usize(..=rest);
    let letters = choices.usize(1..100);
    out.push_str("(seq (ap i ");
    // A capital letter, so that no word is a keyword.
    out.push(choices.uppercase());
    out.extend((0..letters).map(|_| choices.alphabetic()));
    out.push_str(")(seq ");
    aps(left, choices, out);
    aps(rest - left, choices, out);
    out.push_str("))");
}

/// A balanced tree of `seq` over calls.
pub(super) fn parser_calls(name: &'static str, official: Sizes) -> DataSet {
    let mut tree = String::new();
    calls(0, INSTRUCTIONS - 1, &mut tree);
    let air = format!(r#"(seq (call "{}" ("" "") [] var0) {tree})"#, id("other"));
    let play = Play::new(air, PARTICLE_ID, &["init", "other"], |_, _| Value::Null);
    DataSet::of(name, Some(official), &play, "init", Vec::new(), Vec::new())
}

/// Calls from the first up to, not including, the last.
pub(super) fn calls(first: usize, last: usize, out: &mut String) {
    if last - first == 1 {
        let (peer, output) = (first % 100, (first + 1) % 100);
        let _ = write!(out, r#"(call var{peer} ("service" "func") [] var{output})"#);
        return;
    }
    let middle = first.midpoint(last);
    out.push_str("(seq ");
    calls(first, middle, out);
    calls(middle, last, out);
    out.push(')');
}
