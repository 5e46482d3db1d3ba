//! Suites across rooms.

mod published_library;
