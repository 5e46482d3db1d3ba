//! Suites over generated inputs at their full count: `cargo xtask suite NAME`.

use crate::{print, succeed};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// A suite.
struct Suite {
    /// Its name on the command line.
    name: &'static str,
    /// What it compares.
    about: &'static str,
    /// The path of its test.
    test: &'static str,
}

const SUITES: &[Suite] = &[
    Suite {
        name: "air",
        about: "5,000 generated AIR programs in networks of our VM and the official ones",
        test: "official_machine::generated::generated_programs_run_alike",
    },
    Suite {
        name: "aqua",
        about: "2,000 generated Aqua programs, compiled by both compilers and run in the official VM",
        test: "published_compiler::generated::generated_programs_do_the_same",
    },
    Suite {
        name: "constants",
        about: "2,000 generated Aqua programs with constants behind functions: results, calls and visited peers",
        test: "published_compiler::constants::programs_with_constants_do_the_same_and_visit_no_more_peers",
    },
    Suite {
        name: "edits",
        about: "every single-character edit of the language's test programs is compiled",
        test: "edits::edits_of_one_character_give_few_messages",
    },
    Suite {
        name: "faults",
        about: "500 generated Aqua programs, each call failing in turn with each other peer offline in turn",
        test: "published_compiler::faults::errors_reach_the_initiator_over_no_more_peers",
    },
    Suite {
        name: "fixes",
        about: "all fixes of messages about the test programs and 5,000 programs with a changed word are applied",
        test: "fixes::an_applied_fix_leads_to_no_new_error_at_its_place",
    },
    Suite {
        name: "graphs",
        about: "2,000 generated graphs of modules, compiled by both compilers",
        test: "published_compiler::module_graphs::graphs_of_modules_have_the_same_verdicts_and_scripts",
    },
    Suite {
        name: "simulator",
        about: "200 generated Aqua programs in simulated networks, with faults, and on real peers",
        test: "simulated_programs::",
    },
    Suite {
        name: "storage",
        about: "stores in files: 2,000 disks with power cuts, 200 killed processes, 20,000 damaged files",
        test: "recovery::",
    },
];

/// Runs the named suites, or lists them.
pub(crate) fn run(root: &Path, names: &[&str]) -> Result<()> {
    if names.is_empty() {
        for suite in SUITES {
            print(&format!("{:<10} {}", suite.name, suite.about));
        }
    }
    for name in names {
        let suite = SUITES.iter().find(|suite| suite.name == *name);
        let suite = suite.with_context(|| format!("no suite {name}; `cargo xtask suite` lists them"))?;
        // The whole workspace, as in other test runs: with the features of one package, dependencies would be compiled again.
        succeed(
            Command::new(env!("CARGO"))
                .args(["test", "--workspace", "--test", "main", "--"])
                .args([suite.test, "--nocapture"])
                .env("AQUA_FULL", "1")
                .current_dir(root),
        )?;
    }
    Ok(())
}
