//! `aqua air serve`: the machine as a process.

use crate::failure::Failure;
use anyhow::Context;
use aqua_vm::flat::json;
use clap::Args;
use std::io::{self, BufRead, ErrorKind, Read, Write};

/// Run scripts for another program, which sends requests line by line
///
/// Each line of standard input is a JSON object that asks for one run: a script, what the peer knows about the particle,
/// what arrived, parameters, results of services. The answer is a line on standard output, in the same order. A line that
/// is no request is answered with the reason. The process keeps nothing between two lines and ends with its input.
#[derive(Debug, Args)]
#[command(after_help = "\
A request, bytes in base64, results as JSON texts, and its answer:
  {\"air\": \"(null)\", \"prev_data\": \"\", \"data\": \"\",
   \"params\": {\"init_peer_id\": \"12D3...\", \"current_peer_id\": \"12D3...\", \"timestamp\": 0, \"ttl\": 7000,
              \"key_format\": 0, \"secret_key\": \"32 bytes\", \"particle_id\": \"p\"},
   \"call_results\": {\"1\": {\"ret_code\": 0, \"result\": \"\\\"text\\\"\"}}}
  {\"ret_code\": 0, \"error_message\": \"\", \"data\": \"g6d2...\", \"next_peers\": [\"12D3...\"],
   \"call_requests\": {\"1\": {\"service_id\": \"s\", \"function_name\": \"f\", \"arguments\": [1], ...}},
   \"soft_limits\": {...}}
All fields: docs/command-line.md")]
pub(crate) struct ServeOptions {
    /// Refuse requests of more bytes than this
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    longest_line: u64,
}

/// Answers until the input ends or nobody reads any more.
pub(crate) fn serve(options: &ServeOptions) -> Result<(), Failure> {
    let (mut requests, mut replies) = (io::stdin().lock(), io::stdout().lock());
    let mut line = Vec::new();
    while let Some(length) = next(&mut requests, &mut line, options.longest_line).context("can't read requests")? {
        let reply = match length {
            Length::Within if line.trim_ascii_end().is_empty() => continue,
            Length::Within => json::answer(line.trim_ascii_end()),
            Length::Beyond => json::refusal(&format!(
                "this is no request: the line has more than {} bytes",
                options.longest_line
            )),
        };
        match writeln!(replies, "{reply}").and_then(|()| replies.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            written => written.context("can't write replies")?,
        }
    }
    Ok(())
}

/// Whether a line is as long as lines may be.
enum Length {
    Within,
    Beyond,
}

/// Reads the next line, or passes over it when it is too long; `None` at the end.
fn next(input: &mut impl BufRead, line: &mut Vec<u8>, longest: u64) -> io::Result<Option<Length>> {
    line.clear();
    let read = input.by_ref().take(longest.saturating_add(1)).read_until(b'\n', line)?;
    Ok(match line.last() {
        None => None,
        Some(b'\n') => Some(Length::Within),
        Some(_) if read as u64 <= longest => Some(Length::Within),
        Some(_) => {
            *line = Vec::new();
            input.skip_until(b'\n')?;
            Some(Length::Beyond)
        }
    })
}
