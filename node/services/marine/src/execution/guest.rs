//! Running an [`Execution`] on an engine that answers at once.

use super::{Execution, ExecutionError, Lifted, Reply, Request};
use crate::{CoreValue, GuestValue};

/// A running instance of a module, as its adapters need it.
pub trait Guest {
    /// Why a call ends without a result, such as a trap.
    type Error;

    /// The exported memory. Read again after each call, since calls can let it grow.
    fn memory(&mut self) -> &mut [u8];

    /// Calls the function at this index of [`Module::core_functions`](crate::Module::core_functions).
    ///
    /// # Errors
    /// The call ends without a result.
    fn call(&mut self, function: u32, arguments: &[CoreValue]) -> Result<Option<CoreValue>, Self::Error>;

    /// Calls a function of another module: the one for this index of
    /// [`Module::foreign_imports`](crate::Module::foreign_imports).
    ///
    /// # Errors
    /// The call ends without a result.
    fn call_foreign(&mut self, import: u32, arguments: Vec<GuestValue>) -> Result<Option<GuestValue>, Self::Error>;
}

/// Why an execution ends without a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuestError<E> {
    /// A value can't be converted.
    #[error(transparent)]
    Conversion(#[from] ExecutionError),
    /// A call of the guest failed.
    #[error("{0}")]
    Call(E),
}

impl<R: Lifted> Execution<'_, R> {
    /// Runs to the end on a guest whose calls return at once.
    ///
    /// # Errors
    /// A value can't be converted, or a call fails.
    pub fn run<G: Guest>(mut self, guest: &mut G) -> Result<Option<R>, GuestError<G::Error>> {
        let mut reply = Reply::Start;
        loop {
            reply = match self.resume(reply, guest.memory())? {
                Request::Call { function, arguments } => {
                    Reply::Core(guest.call(function, arguments).map_err(GuestError::Call)?)
                }
                Request::CallForeign { import, arguments } => {
                    Reply::Foreign(guest.call_foreign(import, arguments).map_err(GuestError::Call)?)
                }
                Request::Return(result) => return Ok(result),
            };
        }
    }
}
