//! Suites across rooms.

mod official_machine;
mod published_library;
