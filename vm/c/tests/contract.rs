//! The promises of the header.

use crate::{Linked, run};
use aqua_vm_c::{AquaVmBytes, AquaVmCallRequest, AquaVmCallResult, AquaVmParams};
use std::fmt::Write as _;

macro_rules! layout {
    ($($structure:ident { $($field:ident),* })*) => {{
        let mut layout = String::new();
        $(
            let _ = writeln!(layout, "{} {}", stringify!($structure), size_of::<$structure>());
            $(
                let offset = std::mem::offset_of!($structure, $field);
                let _ = writeln!(layout, "{}.{} {offset}", stringify!($structure), stringify!($field));
            )*
        )*
        layout
    }};
}

#[test]
fn promises_are_kept_and_structures_lie_alike() {
    let layout = layout! {
        AquaVmBytes { length }
        AquaVmParams {
            current_peer_id, particle_id, secret_key, timestamp, air_size_limit, particle_size_limit,
            call_result_size_limit, run_size_limit, run_length_limit, ttl, key_format, hard_limit_enabled, canon_map_fold, trust
        }
        AquaVmCallRequest { service_id, function_name, arguments, tetraplets }
        AquaVmCallResult { ret_code, result }
    };
    assert_eq!(
        run("tests/contract.c", Linked::Checked),
        layout,
        "C (left), Rust (right)"
    );
}
