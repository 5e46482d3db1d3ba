//! Help texts and invalid command lines.

use crate::transcript::Folder;

/// Takes a snapshot of `aqua COMMAND --help` for `command` and all its subcommands, as clap lists them.
fn snapshot_help(folder: &Folder, command: &[&str]) {
    let transcript = folder.run(&[command, &["--help"]].concat());
    let name = if command.is_empty() {
        "aqua".to_owned()
    } else {
        command.join("_")
    };
    let subcommands = subcommands(&transcript);
    assert!(
        transcript.contains("\nout| Examples:\n") || !subcommands.is_empty(),
        "`{name}` has no example"
    );
    insta::assert_snapshot!(name, transcript);
    for subcommand in subcommands {
        snapshot_help(folder, &[command, &[subcommand]].concat());
    }
}

/// The names in the section `Commands:` of a help text.
fn subcommands(transcript: &str) -> Vec<&str> {
    let section = transcript.split("\nout| Commands:\n").nth(1).unwrap_or_default();
    let lines = section.lines().take_while(|line| *line != "out|");
    // Continuation lines are indented further than names.
    let entries = lines.filter_map(|line| line.strip_prefix("out|   ").filter(|rest| !rest.starts_with(' ')));
    entries.filter_map(|entry| entry.split(' ').next()).collect()
}

#[test]
fn all_commands_have_help_with_examples() {
    snapshot_help(&Folder::new(&[]), &[]);
}

#[test]
fn subcommands_are_found() {
    let folder = Folder::new(&[]);
    assert_eq!(
        subcommands(&folder.run(&["data", "--help"])),
        ["show", "verify", "diff"]
    );
    assert!(subcommands(&folder.run(&["check", "--help"])).is_empty());
}

#[test]
fn invalid_command_lines_exit_with_2() {
    let lines: &[&[&str]] = &[
        &[],
        &["chekc"],
        &["run"],
        &["run", "main.aqua", "--peers", "0"],
        &["run", "main.aqua", "--peers", "3", "--relay", "/ip4/127.0.0.1/tcp/1"],
        &["node", "run", "--service", "greeter"],
        &["compile", "main.aqua", "--target", "wasm"],
    ];
    let folder = Folder::new(&[]);
    let transcripts: Vec<String> = lines.iter().map(|arguments| folder.run(arguments)).collect();
    insta::assert_snapshot!(transcripts.join("\n"));
}
