//! The interface of a module that was compiled, but not finished: from what the macros of the SDK leave in custom sections
//! (§1.6 of the Marine format).
//!
//! Each exported item has a section of its own, with a JSON object that describes the item: a function, a record, or functions
//! of another module. `aqua service build` makes an `interface-types` section of them.

use crate::core_module::CoreModule;
use crate::{
    FunctionType, HostNamespace, InterfaceSection, InterfaceType, Module, ModuleError, NamedType, RecordType,
    ScalarType, SectionBuilder,
};
use aqua_values::Value;
use semver::Version;
use std::collections::BTreeMap;

/// The prefixes of the sections; the second one is that of earlier SDKs.
const PREFIXES: [&str; 2] = ["__m_generated_section__", "__fce_generated_section__"];

/// Why no interface can be made of a compiled module.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GeneratedError {
    /// The file is no module.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// A section is not JSON, or not of the form of an item.
    #[error("section `{section}` does not describe an item: {problem}")]
    Malformed {
        /// The name of the section.
        section: String,
        /// What is wrong.
        problem: String,
    },
    /// A type refers to a record that no section describes.
    #[error("section `{section}` refers to the record `{record}`, which is not exported")]
    UnknownRecord {
        /// The name of the section.
        section: String,
        /// The name of the record.
        record: String,
    },
    /// Two records have the same name.
    #[error("there are two records `{0}`")]
    SeveralRecords(String),
}

impl Module {
    /// The interface of a compiled module, in this version of the format. Records come first, then functions, then the
    /// functions of other modules.
    ///
    /// # Errors
    /// The file is no module, or its sections are malformed.
    pub fn generate_interface(bytes: &[u8], version: Version) -> Result<InterfaceSection, GeneratedError> {
        let core = CoreModule::read(bytes)?;
        let mut items = Vec::new();
        for section in PREFIXES.iter().flat_map(|prefix| core.custom_with_prefix(prefix)) {
            let name = section.name;
            let text = std::str::from_utf8(section.content).map_err(|_| malformed(name, "it is not UTF-8"))?;
            let json = Value::parse(text).map_err(|error| malformed(name, &error.to_string()))?;
            items.push(Item { section: name, json });
        }
        let of_kind = |kind: &'static str| items.iter().filter(move |item| item.text("ast_type") == Ok(kind));
        for item in &items {
            if !matches!(item.text("ast_type")?, "Function" | "Record" | "ExternMod") {
                return Err(malformed(item.section, "unknown `ast_type`"));
            }
        }

        let mut builder = SectionBuilder::new(version);
        let mut records = BTreeMap::new();
        for (index, record) in (builder.next_type()..).zip(of_kind("Record")) {
            let name = record.text("name")?;
            if records.insert(name, index).is_some() {
                return Err(GeneratedError::SeveralRecords(name.to_owned()));
            }
        }
        for item in of_kind("Record") {
            let fields = &item.json["fields"]["Named"];
            let fields = item.named_types(fields, &records)?;
            if fields.is_empty() {
                return Err(malformed(item.section, "a record needs fields"));
            }
            let name = item.text("name")?.to_owned();
            builder.record(RecordType { name, fields });
        }
        for item in of_kind("Function") {
            let (name, ty) = item.function(&item.json["signature"], &records)?;
            builder.export(name, ty);
        }
        for item in of_kind("ExternMod") {
            let module = item.text("namespace")?;
            if HostNamespace::is_host(module) {
                continue;
            }
            for import in item.list(&item.json["imports"])? {
                let (name, ty) = item.function(&import["signature"], &records)?;
                builder.import(module, import["link_name"].as_str().unwrap_or(name), ty);
            }
        }
        Ok(builder.finish())
    }
}

/// What a section describes.
struct Item<'b> {
    section: &'b str,
    json: Value,
}

type Result<T, E = GeneratedError> = std::result::Result<T, E>;

impl Item<'_> {
    fn text(&self, key: &str) -> Result<&str> {
        let text = self.json[key].as_str();
        text.ok_or_else(|| malformed(self.section, &format!("`{key}` is not a string")))
    }

    fn list<'j>(&self, json: &'j Value) -> Result<&'j [Value]> {
        let items = json.as_array().map(|items| items.as_slice());
        items.ok_or_else(|| malformed(self.section, "a list is missing"))
    }

    fn function<'j>(&self, json: &'j Value, records: &BTreeMap<&str, u32>) -> Result<(&'j str, FunctionType)> {
        let name = json["name"]
            .as_str()
            .ok_or_else(|| malformed(self.section, "a function has no name"))?;
        let results = self.list(&json["output_types"])?.iter();
        let ty = FunctionType {
            parameters: self.named_types(&json["arguments"], records)?,
            results: results.map(|ty| self.convert(ty, records)).collect::<Result<_>>()?,
        };
        Ok((name, ty))
    }

    fn named_types(&self, json: &Value, records: &BTreeMap<&str, u32>) -> Result<Vec<NamedType>> {
        let named = self.list(json)?.iter().map(|named| {
            let name = named["name"]
                .as_str()
                .ok_or_else(|| malformed(self.section, "a name is missing"))?;
            Ok(NamedType {
                name: name.to_owned(),
                ty: self.convert(&named["ty"], records)?,
            })
        });
        named.collect()
    }

    /// A type: an object with one key. What says how Rust passes the value has no meaning here.
    fn convert(&self, json: &Value, records: &BTreeMap<&str, u32>) -> Result<InterfaceType> {
        let entry = json.as_object().and_then(|object| object.iter().next());
        let (kind, inner) = entry.ok_or_else(|| malformed(self.section, "a type is missing"))?;
        let scalar = match kind.as_str() {
            "Boolean" => ScalarType::Bool,
            "I8" => ScalarType::S8,
            "I16" => ScalarType::S16,
            "I32" => ScalarType::S32,
            "I64" => ScalarType::S64,
            "U8" => ScalarType::U8,
            "U16" => ScalarType::U16,
            "U32" => ScalarType::U32,
            "U64" => ScalarType::U64,
            "F32" => ScalarType::F32,
            "F64" => ScalarType::F64,
            "Utf8Str" | "Utf8String" => return Ok(InterfaceType::String),
            "Vector" => {
                let element = self.convert(&inner[0], records)?;
                return Ok(match element {
                    InterfaceType::Scalar(ScalarType::U8) => InterfaceType::ByteArray,
                    element => element.array(),
                });
            }
            "Record" => {
                let name = inner[0]
                    .as_str()
                    .ok_or_else(|| malformed(self.section, "a record has no name"))?;
                let index = records.get(name).ok_or_else(|| GeneratedError::UnknownRecord {
                    section: self.section.to_owned(),
                    record: name.to_owned(),
                })?;
                return Ok(InterfaceType::Record(*index));
            }
            other => return Err(malformed(self.section, &format!("unknown type `{other}`"))),
        };
        Ok(InterfaceType::Scalar(scalar))
    }
}

fn malformed(section: &str, problem: &str) -> GeneratedError {
    GeneratedError::Malformed {
        section: section.to_owned(),
        problem: problem.to_owned(),
    }
}
