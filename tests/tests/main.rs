//! Suites across rooms.

mod aqua_programs;
mod callers;
mod codes;
mod examples;
mod js_client;
mod official_machine;
mod published_library;
mod wrong_programs;
