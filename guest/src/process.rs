//! Programs of the peer's machine that the configuration of the service mounts and the peer allows.

use crate::peer;

/// What a program leaves when it ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// The exit code, or 100000 and above if the program didn't end by itself.
    pub ret_code: i32,
    /// Why it didn't.
    pub error: String,
    /// What it wrote to its output.
    pub stdout: Vec<u8>,
    /// What it wrote to its error output.
    pub stderr: Vec<u8>,
}

/// Runs a program to its end.
///
/// ```
/// let output = aqua_guest::process::run("curl", ["--silent", "example.com"]);
/// # assert_ne!(output.ret_code, 0);
/// ```
pub fn run<A: Into<String>>(binary: &str, arguments: impl IntoIterator<Item = A>) -> Output {
    let arguments: Vec<String> = arguments.into_iter().map(A::into).collect();
    peer::run(binary, &arguments)
}
