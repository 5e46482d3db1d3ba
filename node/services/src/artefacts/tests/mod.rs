//! Services whose compiled code is kept in a directory: what is kept, and what happens to it.

mod entries;
mod guest;
mod interruption;
mod invalid_files;
mod log;
mod processes;
mod space;
