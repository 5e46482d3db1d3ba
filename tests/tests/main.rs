//! Suites across rooms.

mod aqua_programs;
mod official_machine;
mod published_library;
