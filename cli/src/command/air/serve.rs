//! `aqua air serve`: runs scripts for another process.

use crate::failure::Failure;
use anyhow::Context;
use aqua_vm::flat::json;
use clap::Args;
use std::io::{self, BufRead, ErrorKind, Read, Write};

/// Run scripts for another process, over standard input and output
///
/// Each line of standard input is a request as a JSON object: a script, the previous data of the particle, the incoming
/// data, parameters and call results. Each reply is a line on standard output, in the order of the requests. An invalid
/// request gets a reply with an error. Requests are independent of each other. The process ends at the end of its input.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aqua air serve < requests.jsonl > replies.jsonl

A request and its reply (bytes in base64, results as JSON text):
  {\"air\": \"(null)\", \"prev_data\": \"\", \"data\": \"\",
   \"params\": {\"init_peer_id\": \"12D3...\", \"current_peer_id\": \"12D3...\", \"timestamp\": 0, \"ttl\": 7000,
              \"key_format\": 0, \"secret_key\": \"32 bytes\", \"particle_id\": \"p\"},
   \"call_results\": {\"1\": {\"ret_code\": 0, \"result\": \"\\\"text\\\"\"}}}
  {\"ret_code\": 0, \"error_message\": \"\", \"data\": \"g6d2...\", \"next_peers\": [\"12D3...\"],
   \"call_requests\": {\"1\": {\"service_id\": \"s\", \"function_name\": \"f\", \"arguments\": [1], ...}},
   \"soft_limits\": {...}}
docs/command-line.md describes all fields.")]
pub(crate) struct ServeOptions {
    /// The maximum size of a request; larger ones get a reply with an error
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20)]
    longest_line: u64,
}

/// Answers requests until the input ends or the output is closed.
pub(crate) fn serve(options: &ServeOptions) -> Result<(), Failure> {
    let (mut requests, mut replies) = (io::stdin().lock(), io::stdout().lock());
    let mut line = Vec::new();
    while let Some(length) = read_line(&mut requests, &mut line, options.longest_line).context("can't read requests")? {
        let reply = match length {
            Length::Allowed if line.trim_ascii_end().is_empty() => continue,
            Length::Allowed => json::answer(line.trim_ascii_end()),
            Length::TooLong => json::refusal(&format!(
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

/// Whether a line is within the size limit.
enum Length {
    Allowed,
    TooLong,
}

/// Reads the next line, or skips it if it is longer than `max` bytes. Returns `None` at the end of the input.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>, max: u64) -> io::Result<Option<Length>> {
    line.clear();
    let read = input.by_ref().take(max.saturating_add(1)).read_until(b'\n', line)?;
    Ok(match line.last() {
        None => None,
        Some(b'\n') => Some(Length::Allowed),
        Some(_) if read as u64 <= max => Some(Length::Allowed),
        Some(_) => {
            *line = Vec::new();
            input.skip_until(b'\n')?;
            Some(Length::TooLong)
        }
    })
}
