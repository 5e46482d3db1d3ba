//! Transcripts of `aqua`: help texts, results, messages and exit codes.

mod transcript;
mod watch;

mod air;
mod check;
mod compile;
mod data;
mod deploy;
mod explain;
mod help;
mod nodes;
mod reported;
mod run;
mod run_ends;
mod serve;
mod served_corpus;
mod service;
mod service_build;
mod service_requests;
