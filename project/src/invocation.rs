//! Which function of a program is called, and with which values.

use crate::arguments::{self, ArgumentError, signature};
use crate::{Manifest, Program};
use aqua_compiler::typing::Arrow;
use aqua_diagnostics::suggestions::nearest;
use serde_json::Value;

/// One call of an exported function.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// The exported name.
    pub function: String,
    /// Each parameter's name with its value, in the form that peers exchange.
    pub arguments: Vec<(String, Value)>,
}

/// Why no function can be called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvocationError {
    /// Nothing is exported.
    #[error("the program exports no function: add `export NAME` below its header")]
    NothingExported,
    /// No function of that name is exported.
    #[error("the program exports no function `{function}`{hint}; it exports {exported}")]
    Unknown {
        /// The name.
        function: String,
        /// The name that was probably meant.
        hint: String,
        /// Every exported function as it is declared.
        exported: String,
    },
    /// Several functions are exported and none is named.
    #[error("which function? the program exports {exported}")]
    Several {
        /// Every exported function as it is declared.
        exported: String,
    },
    /// The values don't fit.
    #[error(transparent)]
    Arguments(#[from] ArgumentError),
}

impl Program {
    /// Decides what is called: the function named with the words given for it; otherwise what the manifest says, if this
    /// is its main file; otherwise the only exported function.
    ///
    /// `exported` are the functions of the compiled program. Without words, a function that the manifest names gets the
    /// manifest's arguments.
    ///
    /// # Errors
    /// When there is no such function or the values don't fit its parameters.
    pub fn invocation(
        &self,
        exported: &[(&str, &Arrow)],
        function: Option<&str>,
        words: &[String],
    ) -> Result<Invocation, InvocationError> {
        let manifest = self
            .project
            .as_ref()
            .filter(|_| self.is_main())
            .map(|project| &project.manifest);
        let usual = manifest.and_then(Manifest::function);
        let (name, arrow) = choose(exported, function.or(usual))?;
        let values = match manifest.and_then(|manifest| manifest.run.arguments.as_ref()) {
            Some(values) if words.is_empty() && usual == Some(name) => arguments::from_values(name, arrow, values)?,
            _ => arguments::from_words(name, arrow, words)?,
        };
        let names = arrow
            .parameters
            .iter()
            .map(|it| it.name.as_deref().unwrap_or_default().to_owned());
        Ok(Invocation {
            function: name.to_owned(),
            arguments: names.zip(values).collect(),
        })
    }
}

impl Manifest {
    fn function(&self) -> Option<&str> {
        self.run.function.as_ref().map(|function| function.value.as_str())
    }
}

fn choose<'a>(exported: &[(&'a str, &'a Arrow)], name: Option<&str>) -> Result<(&'a str, &'a Arrow), InvocationError> {
    let Some(name) = name else {
        return match exported {
            [] => Err(InvocationError::NothingExported),
            [only] => Ok(*only),
            _ => Err(InvocationError::Several {
                exported: list(exported),
            }),
        };
    };
    let found = exported.iter().find(|(function, _)| *function == name);
    found.copied().ok_or_else(|| match exported {
        [] => InvocationError::NothingExported,
        _ => {
            let names: Vec<&str> = exported.iter().map(|(name, _)| *name).collect();
            let hint = nearest(name, names)
                .map(|it| format!(" (did you mean `{it}`?)"))
                .unwrap_or_default();
            InvocationError::Unknown {
                function: name.to_owned(),
                hint,
                exported: list(exported),
            }
        }
    })
}

fn list(exported: &[(&str, &Arrow)]) -> String {
    let signatures = exported
        .iter()
        .map(|(name, arrow)| format!("`{}`", signature(name, arrow)));
    signatures.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::FILE_NAME;
    use aqua_compiler::typing::{Parameter, Type};
    use std::fs;

    fn arrow(names: &[&str]) -> Arrow {
        let parameters = names.iter().map(|name| Parameter {
            name: Some((*name).into()),
            ty: Type::STRING,
        });
        Arrow {
            parameters: parameters.collect(),
            results: vec![Type::STRING],
        }
    }

    fn program(manifest: &str, file: &str) -> (tempfile::TempDir, Program) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [("main.aqua", ""), ("other.aqua", ""), (FILE_NAME, manifest)] {
            fs::write(folder.path().join(name), text).expect("a new file");
        }
        let program = Program::locate(&folder.path().join(file)).expect("a program");
        (folder, program)
    }

    const MANIFEST: &str =
        "[package]\nname = \"p\"\nmain = \"main.aqua\"\n[run]\nfunction = \"greet\"\nargs = [\"Ada\"]\n";

    fn call(file: &str, function: Option<&str>, words: &[&str]) -> Result<String, String> {
        let (_folder, program) = program(MANIFEST, file);
        let (greet, part) = (arrow(&["name"]), arrow(&[]));
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let invocation = program.invocation(&[("greet", &greet), ("part", &part)], function, &words);
        invocation
            .map(|it| format!("{} {:?}", it.function, it.arguments))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_manifest_speaks_of_the_main_file_alone() {
        assert_eq!(
            call("main.aqua", None, &[]),
            Ok("greet [(\"name\", String(\"Ada\"))]".into())
        );
        assert_eq!(
            call("main.aqua", Some("greet"), &["Bob"]),
            Ok("greet [(\"name\", String(\"Bob\"))]".into())
        );
        assert_eq!(call("main.aqua", Some("part"), &[]), Ok("part []".into()));
        let told = "which function? the program exports `greet(name: string) -> string`, `part() -> string`";
        assert_eq!(call("other.aqua", None, &[]), Err(told.into()));
    }

    #[test]
    fn an_unknown_function_is_told_with_those_there_are() {
        let told = "the program exports no function `gret` (did you mean `greet`?); it exports `greet(name: string) -> \
                    string`, `part() -> string`";
        assert_eq!(call("main.aqua", Some("gret"), &[]), Err(told.into()));
    }

    #[test]
    fn the_only_function_needs_no_name() {
        let (_folder, program) = program("", "other.aqua");
        let greet = arrow(&[]);
        let invocation = program.invocation(&[("greet", &greet)], None, &[]).expect("a call");
        assert_eq!(invocation.function, "greet");
        assert_eq!(
            program.invocation(&[], None, &[]),
            Err(InvocationError::NothingExported)
        );
    }
}
