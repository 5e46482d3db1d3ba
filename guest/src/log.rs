//! The log of the service.
//!
//! ```
//! use aqua_guest::log;
//!
//! let words = 3;
//! log::info!("counted {words} words");
//! log::trace!(target: 0b100, "counted {} words in detail", words);
//! ```
//!
//! A target is a set of bits, of which the configuration of the service selects some. A record without a target is always logged.

use crate::peer;

/// How important a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something may be wrong.
    Warn,
    /// What an operator wants to know.
    Info,
    /// What an author wants to know.
    Debug,
    /// Every step.
    Trace,
}

/// Writes a record; 0 is the target that is always logged.
pub fn write(level: Level, target: u32, message: &str) {
    peer::log(level, target, message);
}

#[doc(hidden)]
#[macro_export]
macro_rules! __log {
    ($level:ident, target: $target:expr, $($message:tt)+) => {
        $crate::log::write($crate::log::Level::$level, $target, &::std::format!($($message)+))
    };
    ($level:ident, $($message:tt)+) => {
        $crate::log::write($crate::log::Level::$level, 0, &::std::format!($($message)+))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __log_error {
    ($($message:tt)+) => { $crate::__log!(Error, $($message)+) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __log_warn {
    ($($message:tt)+) => { $crate::__log!(Warn, $($message)+) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __log_info {
    ($($message:tt)+) => { $crate::__log!(Info, $($message)+) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __log_debug {
    ($($message:tt)+) => { $crate::__log!(Debug, $($message)+) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __log_trace {
    ($($message:tt)+) => { $crate::__log!(Trace, $($message)+) };
}

#[doc(inline)]
pub use {
    crate::__log_debug as debug, crate::__log_error as error, crate::__log_info as info, crate::__log_trace as trace,
    crate::__log_warn as warn,
};
