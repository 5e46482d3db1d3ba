//! Which modules may run programs of the host.

use aqua_modules::{ContentId, ModuleDescription};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The modules that may run programs, by content id, each with the programs by the name of the function that runs them (§4.1 of the
/// node). The operator of a peer decides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effectors {
    by_id: BTreeMap<ContentId, BTreeMap<String, PathBuf>>,
}

impl Effectors {
    /// Allows a module to run programs.
    pub fn allow(&mut self, module: ContentId, programs: BTreeMap<String, PathBuf>) {
        self.by_id.entry(module).or_default().extend(programs);
    }

    /// The programs of a module that imports these functions.
    ///
    /// # Errors
    /// It imports some, and may not run all of their programs.
    pub(super) fn programs(
        &self,
        module: &ContentId,
        name: &str,
        functions: impl IntoIterator<Item = String>,
    ) -> Result<BTreeMap<String, PathBuf>, String> {
        let functions = functions.into_iter().map(|function| {
            let programs = self.by_id.get(module);
            let programs = programs.ok_or_else(|| {
                format!("requested module effector {name} with CID {module} is forbidden on this host")
            })?;
            match programs.get(&function) {
                Some(program) => Ok((function, program.clone())),
                None => Err(format!(
                    "requested a binary `{function}` which isn't in the configured list of binaries"
                )),
            }
        });
        functions.collect()
    }

    /// The programs of a stored module, if it may still run them.
    pub(super) fn allowed(
        &self,
        module: &ContentId,
        description: &ModuleDescription,
    ) -> Result<Vec<(String, PathBuf)>, String> {
        let functions = description.mounted_binaries.keys().cloned();
        let programs = self.programs(module, &description.name, functions)?;
        Ok(programs.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_run_the_programs_that_they_are_allowed() {
        let (curl, other) = (ContentId::of(b"curl"), ContentId::of(b"other"));
        let mut effectors = Effectors::default();
        effectors.allow(curl, [("curl".to_owned(), "/usr/bin/curl".into())].into());

        let programs = |module, functions: &[&str]| {
            let functions = functions.iter().map(|&name| name.to_owned());
            effectors
                .programs(module, "m", functions)
                .map(|programs| programs.into_keys().collect::<Vec<_>>())
        };
        assert_eq!(programs(&curl, &["curl"]), Ok(vec!["curl".to_owned()]));
        assert_eq!(programs(&other, &[]), Ok(vec![]), "it runs none");
        let forbidden = format!("requested module effector m with CID {other} is forbidden on this host");
        assert_eq!(programs(&other, &["curl"]), Err(forbidden));
        let unlisted = "requested a binary `sh` which isn't in the configured list of binaries";
        assert_eq!(programs(&curl, &["curl", "sh"]), Err(unlisted.to_owned()));
    }
}
