//! What a user sees of `aqua`: help, results, messages and exit codes, as transcripts.

mod transcript;
mod watch;

mod air;
mod check;
mod compile;
mod data;
mod explain;
mod help;
mod nodes;
mod run;
mod serve;
mod served_corpus;
