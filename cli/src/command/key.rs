//! `aqua key`: files with secret keys.

use crate::failure::Failure;
use crate::terminal::Terminal;
use anyhow::Context as _;
use aqua_config::{create_key, random_seed, read_key};
use aqua_keys::KeyPair;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::{Args, Subcommand};
use serde_json::json;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The longest text that is read as a key, in bytes.
const LONGEST: u64 = 1024;

/// Create and show keys
///
/// A key file has a secret key of 32 bytes in base58, and only its owner can read it. Clients and nodes are known by the peer id of
/// their key.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Create a key file and print its peer id
    #[command(after_help = "\
Examples:
  aqua key new me.key
  aqua run main.aqua --relay MULTIADDR --key me.key

Exit codes: 1 if the file exists or can't be created.")]
    New(KeyFile),
    /// Print the peer id of a key file
    #[command(after_help = "\
Examples:
  aqua key show me.key
  aqua node run --data-dir data --manager $(aqua key show me.key)

Exit codes: 1 if the file can't be read or has no key.")]
    Show(KeyFile),
    /// Print the secret key of a file in base64, as the official client takes it
    #[command(after_help = "\
Examples:
  aqua key export me.key

In JavaScript:
  Fluence.connect(relay, { keyPair: { type: \"Ed25519\", source: Buffer.from(KEY, \"base64\") } })

Exit codes: 1 if the file can't be read or has no key.")]
    Export(KeyFile),
    /// Read a secret key in base64 from standard input, write it to a file and print its peer id
    #[command(after_help = "\
Examples:
  aqua key import me.key < secret.txt

Exit codes: 1 if the file exists or can't be created, 2 if the input is no key.")]
    Import(KeyFile),
}

/// The file of a key.
#[derive(Debug, Args)]
pub(crate) struct KeyFile {
    /// The key file
    #[arg(value_name = "FILE")]
    path: PathBuf,
}

/// Runs the subcommand.
pub(crate) fn key(command: &KeyCommand, terminal: Terminal) -> Result<(), Failure> {
    match command {
        KeyCommand::New(file) => {
            let seed = random_seed().context("can't generate a key")?;
            create(&file.path, seed, terminal)
        }
        KeyCommand::Show(file) => {
            print_peer(read(&file.path)?, terminal);
            Ok(())
        }
        KeyCommand::Export(file) => {
            let secret = BASE64_STANDARD.encode(read(&file.path)?);
            match terminal.is_json() {
                true => terminal.object(&json!({"kind": "secret key", "base64": secret})),
                false => terminal.result(&secret),
            }
            Ok(())
        }
        KeyCommand::Import(file) => {
            let mut text = String::new();
            let mut input = std::io::stdin().lock().take(LONGEST);
            input.read_to_string(&mut text).context("can't read standard input")?;
            let bytes = BASE64_STANDARD.decode(text.trim()).ok();
            let seed = bytes.and_then(|bytes| bytes.try_into().ok());
            let invalid = || Failure::Usage("standard input has no key: expected 32 bytes in base64".to_owned());
            create(&file.path, seed.ok_or_else(invalid)?, terminal)
        }
    }
}

fn create(path: &Path, seed: [u8; 32], terminal: Terminal) -> Result<(), Failure> {
    create_key(path, seed).map_err(|error| Failure::System(error.into()))?;
    print_peer(seed, terminal);
    Ok(())
}

fn read(path: &Path) -> Result<[u8; 32], Failure> {
    read_key(path).map_err(|error| Failure::System(error.into()))
}

fn print_peer(seed: [u8; 32], terminal: Terminal) {
    let peer = KeyPair::from_seed(seed).peer_id().to_string();
    match terminal.is_json() {
        true => terminal.object(&json!({"kind": "key", "peer": peer})),
        false => terminal.result(&peer),
    }
}
