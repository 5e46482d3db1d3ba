//! `op`: operations on values that need nothing of the peer.

use super::{Failure, Table, nothing};

pub(super) fn enter(table: &mut Table) {
    table.insert("op", "noop", |_| async { Ok(nothing()) });
    table.insert("op", "identity", |mut call: super::Call| async move {
        match call.arguments.len() {
            0 => Ok(nothing()),
            1 => Ok(call.arguments.remove(0)),
            count => Err(Failure::text(format!(
                "identity accepts up to 1 arguments, received {count} arguments"
            ))),
        }
    });
}
