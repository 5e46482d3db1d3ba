//! The declarations of generated modules: their texts, and texts that use them.

use fastrand::Rng;

/// The kind of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Function,
    Constant,
    Data,
    Service,
    Alias,
    Ability,
}

impl Kind {
    pub(super) const ALL: [Self; 6] = [
        Self::Function,
        Self::Constant,
        Self::Data,
        Self::Service,
        Self::Alias,
        Self::Ability,
    ];

    /// The names of declarations of this kind. Types share their names.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Function => &["f", "g", "h", "k"],
            Self::Constant => &["LIMIT", "LABEL"],
            Self::Data | Self::Service | Self::Alias | Self::Ability => &["Data", "Store", "Thing", "Part"],
        }
    }

    /// Whether declarations of this kind can be exported.
    pub(super) fn is_exportable(self) -> bool {
        matches!(self, Self::Function | Self::Service)
    }
}

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Symbol {
    pub(super) kind: Kind,
    /// The module that declares it.
    pub(super) module: usize,
    /// The declared name.
    pub(super) name: String,
    /// Whether it is the same in all modules.
    pub(super) is_common: bool,
}

impl Symbol {
    /// The text of its declaration. `body` is that of a function.
    pub(super) fn declaration(&self, body: &[String]) -> String {
        let (name, module) = (&self.name, self.module);
        let own = |text: String| if self.is_common { String::new() } else { text };
        match self.kind {
            Kind::Function => format!("func {name}() -> string:\n  {}\n", body.join("\n  ")),
            Kind::Constant => format!("const {name} = \"constant{}\"\n", own(module.to_string())),
            Kind::Data => format!(
                "data {name}:\n  text: string\n{}",
                own(format!("  only{module}: string\n"))
            ),
            Kind::Service => format!(
                "service {name}(\"service{}\"):\n  get() -> string\n{}",
                own(module.to_string()),
                own(format!("  only{module}() -> string\n"))
            ),
            Kind::Alias => format!("alias {name}: {}\n", if self.is_common { "string" } else { "u32" }),
            Kind::Ability => format!(
                "ability {name}:\n  get() -> string\n{}",
                own(format!("  only{module}() -> string\n"))
            ),
        }
    }

    /// Statements that use the symbol under a visible name, and a string that depends on it. `number` makes names unique. `alone`:
    /// it has no other visible name.
    pub(super) fn usage(
        &self,
        visible: &str,
        alone: bool,
        number: usize,
        choices: &mut Rng,
    ) -> (Vec<String>, Option<String>) {
        let module = self.module;
        let only = !self.is_common && choices.bool();
        match self.kind {
            Kind::Function => (vec![format!("x{number} <- {visible}()")], Some(format!("x{number}"))),
            Kind::Constant => (Vec::new(), Some(visible.to_owned())),
            Kind::Data => {
                let own = match self.is_common {
                    true => String::new(),
                    false => format!(", only{module} = \"b\""),
                };
                let field = if only {
                    format!("only{module}")
                } else {
                    "text".to_owned()
                };
                let line = format!("x{number} = {visible}(text = \"a\"{own})");
                (vec![line], Some(format!("x{number}.{field}")))
            }
            Kind::Service => {
                let method = if only {
                    format!("only{module}")
                } else {
                    "get".to_owned()
                };
                let id = (alone && choices.u8(..4) == 0).then(|| format!("{visible} \"other{number}\""));
                let call = format!("x{number} <- {visible}.{method}()");
                (id.into_iter().chain([call]).collect(), Some(format!("x{number}")))
            }
            Kind::Alias => (vec![format!("x{number}: *{visible}")], None),
            Kind::Ability => {
                let own = match self.is_common {
                    true => String::new(),
                    false => format!(", only{module} = c{number}"),
                };
                let lines = [
                    format!("c{number} = () -> string:"),
                    "  <- \"closure\"".to_owned(),
                    format!("x{number} = {visible}(get = c{number}{own})"),
                    format!("y{number} <- x{number}.get()"),
                ];
                (lines.to_vec(), Some(format!("y{number}")))
            }
        }
    }
}
