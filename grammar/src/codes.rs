//! The codes of syntax messages. Each has a page under `docs/errors`.

use aqua_diagnostics::Code;

/// Every code of this room, in order.
pub const ALL: &[Code] = &[];
