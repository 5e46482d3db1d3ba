//! Reports about texts that are no scripts.
//!
//! The official reader goes on after a word that it doesn't expect, and may find fault with more; ours reports the first
//! such word alone. It also has words of its own for a lens that stops or goes on where it shouldn't.

use super::Case;
use super::input::run;

pub(super) fn cases() -> Vec<Case> {
    let cases = [
        ("report expected", "(unknown)"),
        ("report nothing", "(null) (null)"),
        ("report variable", "(ap x y)"),
        (
            "report variable",
            "(seq (null)\n     (call @A (\"s\" \"f\") [x.$.a] y))",
        ),
        ("report iterable", "(seq (null) (next i))"),
        ("report next", "(fold [] i (par (next i) (next i)))"),
        ("report new", "(fold [] i (new i (next i)))"),
        ("report iterator", "(fold [] i (fold [] i (null)))"),
        ("report fail", "(fail 0 \"zero\")"),
        ("report after next", "(seq (ap 1 $s) (fold $s i (seq (next i) (null))))"),
        ("report quote", "(call @A (\"s\" \"f) [])"),
        ("report name", "(ap 1 x+y)"),
        ("report tag", "(ap 1 $)"),
        ("report canon name", "(seq (canon @A $s #s) (ap #s.length x))"),
        ("report canon name", "(canon @A $s #$)"),
        ("report lambda", "(seq (ap 1 x) (ap x.$.a+b y))"),
        ("report digit", "(ap 1.5x y)"),
        ("report integer", "(ap 9223372036854775808 x)"),
        ("report float", "(ap 1234567890.5 x)"),
        ("report dot", "(ap .5 x)"),
        ("report accessor", "(seq (ap 1 x) (ap x.$ y))"),
        ("report lens", "(seq (ap 1 x) (ap x.$.[99999999999] y))"),
        ("report lens", "(seq (ap 1 x) (ap x.len y))"),
    ];
    cases.into_iter().map(|(row, air)| (row, run(air))).collect()
}
