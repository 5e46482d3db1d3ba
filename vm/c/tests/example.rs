//! The example of two peers.

use crate::{Linked, run};

#[test]
fn two_peers_run_one_particle() {
    let expected = "\
Ada: words.choose([])
Bob: letters.count([\"particle\"])
Ada: console.print([\"particle\",8])
";
    for linked in [Linked::Statically, Linked::Dynamically, Linked::Checked] {
        assert_eq!(run("example/two_peers.c", linked), expected, "{linked:?}");
    }
}
