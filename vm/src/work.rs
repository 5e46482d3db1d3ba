//! The cost of a step in machine-independent units.

use std::ops::AddAssign;

/// The cost of a step, in counts that depend only on its inputs: they are equal on every machine and pointer width.
///
/// Simulators use it as virtual time, nodes for accounting. An idle step costs nothing. A step that fails costs what it did
/// before it failed, and a resumption that is abandoned for a full run counts in addition to that run. Signing happens in
/// [`State::encode`](crate::State::encode) and is not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Instructions started. The instructions of a fold's body count once for each iteration.
    pub instructions: u64,
    /// Bytes of data read, written or hashed: incoming data, service results, values that instructions read or make, and,
    /// in a full run, the previous data, which it merges.
    pub bytes: u64,
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        self.instructions = self.instructions.saturating_add(other.instructions);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}
