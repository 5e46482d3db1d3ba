//! Selects the function of a program to call, and its arguments.

use crate::arguments::{self, ArgumentError, signature};
use crate::{Manifest, Program};
use aqua_compiler::typing::Arrow;
use aqua_diagnostics::suggestions::most_similar;
use serde_json::Value;

/// A call of an exported function.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// The name of the exported function.
    pub function: String,
    /// The name and value of each parameter. Values have the form that peers exchange; see [`arguments`].
    pub arguments: Vec<(String, Value)>,
}

/// No function was selected, or its arguments are invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvocationError {
    /// The program exports no function.
    #[error("the program exports no functions: add `export NAME` below its header")]
    NoExports,
    /// The program does not export the function.
    #[error("unknown function `{function}`{hint}; exported functions: {exported}")]
    UnknownFunction {
        /// The given name.
        function: String,
        /// The nearest exported name, as ` (did you mean …?)`; or empty.
        hint: String,
        /// The signatures of all exported functions.
        exported: String,
    },
    /// No function was named and the program exports several.
    #[error("missing function name; exported functions: {exported}")]
    AmbiguousFunction {
        /// The signatures of all exported functions.
        exported: String,
    },
    /// The arguments don't match the parameters.
    #[error(transparent)]
    Arguments(#[from] ArgumentError),
}

impl Program {
    /// Selects a function of `exported`: `function` if given; otherwise the one in the manifest, if this is its main file;
    /// otherwise the only one.
    ///
    /// `words` are the arguments on the command line. If there are none, the function in the manifest is called with the
    /// arguments in the manifest.
    ///
    /// # Errors
    /// If there is no such function or the arguments don't match its parameters.
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
        let default = manifest.and_then(Manifest::function);
        let (name, arrow) = select(exported, function.or(default))?;
        let values = match manifest.and_then(|manifest| manifest.run.arguments.as_ref()) {
            Some(values) if words.is_empty() && default == Some(name) => arguments::from_values(name, arrow, values)?,
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

fn select<'a>(exported: &[(&'a str, &'a Arrow)], name: Option<&str>) -> Result<(&'a str, &'a Arrow), InvocationError> {
    let Some(name) = name else {
        return match exported {
            [] => Err(InvocationError::NoExports),
            [only] => Ok(*only),
            _ => Err(InvocationError::AmbiguousFunction {
                exported: list(exported),
            }),
        };
    };
    let found = exported.iter().find(|(function, _)| *function == name);
    found.copied().ok_or_else(|| match exported {
        [] => InvocationError::NoExports,
        _ => {
            let names: Vec<&str> = exported.iter().map(|(name, _)| *name).collect();
            let hint = most_similar(name, names)
                .map(|it| format!(" (did you mean `{it}`?)"))
                .unwrap_or_default();
            InvocationError::UnknownFunction {
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
    fn the_manifest_applies_to_the_main_file_only() {
        assert_eq!(
            call("main.aqua", None, &[]),
            Ok("greet [(\"name\", String(\"Ada\"))]".into())
        );
        assert_eq!(
            call("main.aqua", Some("greet"), &["Bob"]),
            Ok("greet [(\"name\", String(\"Bob\"))]".into())
        );
        assert_eq!(call("main.aqua", Some("part"), &[]), Ok("part []".into()));
        let message = "missing function name; exported functions: `greet(name: string) -> string`, `part() -> string`";
        assert_eq!(call("other.aqua", None, &[]), Err(message.into()));
    }

    #[test]
    fn an_unknown_function_is_reported_with_a_suggestion() {
        let message = "unknown function `gret` (did you mean `greet`?); exported functions: `greet(name: string) -> \
                       string`, `part() -> string`";
        assert_eq!(call("main.aqua", Some("gret"), &[]), Err(message.into()));
    }

    #[test]
    fn the_only_exported_function_is_selected() {
        let (_folder, program) = program("", "other.aqua");
        let greet = arrow(&[]);
        let invocation = program.invocation(&[("greet", &greet)], None, &[]).expect("a call");
        assert_eq!(invocation.function, "greet");
        assert_eq!(program.invocation(&[], None, &[]), Err(InvocationError::NoExports));
    }
}
