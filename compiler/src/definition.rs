//! What a function looks like from outside: its arguments and results as plain data.
//!
//! Serialised, this is the definition that client libraries read: tagged objects, `struct` for data, `array` for streams.

use crate::checked::Literal;
use crate::checked::{Function, Service, ValueKind};
use crate::typing::{Arrow, ScalarSet, Type};
use ecow::EcoString;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A function that can be called from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionDefinition {
    /// The exported name.
    #[serde(rename = "functionName")]
    pub name: String,
    /// Arguments by name and results.
    pub arrow: ArrowDefinition,
    /// The services and functions by which the script talks to its initiator.
    pub names: InitiatorNames,
}

/// A service that can be served from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDefinition {
    /// The id it is called at unless a program says otherwise.
    #[serde(rename = "defaultServiceId", default, skip_serializing_if = "Option::is_none")]
    pub default_id: Option<String>,
    /// Its methods by name.
    pub functions: ProductDefinition,
}

/// How a script talks to its initiator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InitiatorNames {
    /// The variable that holds the relay.
    pub relay: String,
    /// The service that gives arguments, by their names.
    pub get_data_srv: String,
    /// The service that answers callbacks, by their names.
    pub callback_srv: String,
    /// The service that takes results.
    pub response_srv: String,
    /// Its function.
    pub response_fn_name: String,
    /// The service that takes errors.
    pub error_handling_srv: String,
    /// Its function.
    pub error_fn_name: String,
}

impl Default for InitiatorNames {
    fn default() -> Self {
        Self {
            relay: "-relay-".into(),
            get_data_srv: "getDataSrv".into(),
            callback_srv: "callbackSrv".into(),
            response_srv: "callbackSrv".into(),
            response_fn_name: "response".into(),
            error_handling_srv: "errorHandlingSrv".into(),
            error_fn_name: "error".into(),
        }
    }
}

/// The kind of a value from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tag", rename_all = "camelCase")]
pub enum TypeDefinition {
    /// A number, `bool` or `string`.
    Scalar {
        /// The name in the language.
        name: String,
    },
    /// Values in order.
    Array {
        /// Of this kind.
        #[serde(rename = "type")]
        element: Box<Self>,
    },
    /// At most one value.
    Option {
        /// Of this kind.
        #[serde(rename = "type")]
        element: Box<Self>,
    },
    /// Named fields.
    Struct {
        /// The name of the data.
        name: String,
        /// The fields, sorted by name.
        fields: IndexMap<String, Self>,
    },
    /// Any value.
    TopType,
    /// No value.
    BottomType,
    /// A callback.
    Arrow(ArrowDefinition),
}

/// What an arrow takes and gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tag", rename = "arrow")]
pub struct ArrowDefinition {
    /// The arguments.
    pub domain: ProductDefinition,
    /// The results.
    pub codomain: ProductDefinition,
}

/// Several values side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tag", rename_all = "camelCase")]
pub enum ProductDefinition {
    /// With names.
    LabeledProduct {
        /// In order of declaration for arguments, sorted for methods.
        fields: IndexMap<String, TypeDefinition>,
    },
    /// Without names.
    UnlabeledProduct {
        /// In order.
        items: Vec<TypeDefinition>,
    },
    /// None at all.
    Nil,
}

impl FunctionDefinition {
    /// How a function looks under its exported name.
    pub(crate) fn of(name: &str, function: &Function) -> Self {
        let mut arrow = ArrowDefinition::of(&function.arrow);
        if arrow.domain == ProductDefinition::Nil {
            arrow.domain = ProductDefinition::LabeledProduct {
                fields: IndexMap::new(),
            };
        }
        Self {
            name: name.to_owned(),
            arrow,
            names: InitiatorNames::default(),
        }
    }

    /// The arguments in order.
    pub fn arguments(&self) -> impl Iterator<Item = (&str, &TypeDefinition)> {
        let fields = match &self.arrow.domain {
            ProductDefinition::LabeledProduct { fields } => Some(fields),
            _ => None,
        };
        fields.into_iter().flatten().map(|(name, ty)| (name.as_str(), ty))
    }

    /// The results in order.
    pub fn results(&self) -> &[TypeDefinition] {
        match &self.arrow.codomain {
            ProductDefinition::UnlabeledProduct { items } => items,
            _ => &[],
        }
    }
}

impl ServiceDefinition {
    /// How a service looks.
    pub(crate) fn of(service: &Service) -> Self {
        let default_id = service.default_id.as_ref().and_then(|id| match &id.kind {
            ValueKind::Literal(Literal::String(text)) => Some(text.to_string()),
            ValueKind::Builtin(builtin) => Some(builtin.name().to_owned()),
            _ => None,
        });
        let methods = service.methods.iter();
        let mut fields: IndexMap<String, TypeDefinition> = methods
            .map(|(name, arrow)| (name.to_string(), TypeDefinition::Arrow(ArrowDefinition::of(arrow))))
            .collect();
        fields.sort_keys();
        Self {
            default_id,
            functions: ProductDefinition::LabeledProduct { fields },
        }
    }
}

impl ArrowDefinition {
    fn of(arrow: &Arrow) -> Self {
        let parameters = || arrow.parameters.iter();
        let domain = if arrow.parameters.is_empty() {
            ProductDefinition::Nil
        } else if parameters().all(|parameter| parameter.name.is_some()) {
            let name = |name: &Option<EcoString>| name.as_ref().map(EcoString::to_string).unwrap_or_default();
            let fields = parameters().map(|parameter| (name(&parameter.name), TypeDefinition::of(&parameter.ty)));
            ProductDefinition::LabeledProduct {
                fields: fields.collect(),
            }
        } else {
            let items = parameters()
                .map(|parameter| TypeDefinition::of(&parameter.ty))
                .collect();
            ProductDefinition::UnlabeledProduct { items }
        };
        let codomain = match arrow.results.as_slice() {
            [] => ProductDefinition::Nil,
            results => ProductDefinition::UnlabeledProduct {
                items: results.iter().map(TypeDefinition::of).collect(),
            },
        };
        Self { domain, codomain }
    }
}

impl TypeDefinition {
    fn of(ty: &Type) -> Self {
        match ty {
            Type::Scalar(scalar) => Self::Scalar {
                name: scalar.name().into(),
            },
            Type::Literal(ScalarSet::INTEGER) => Self::Scalar { name: "u64".into() },
            Type::Literal(set) => {
                let last = set.iter().last();
                last.map_or(Self::BottomType, |scalar| Self::Scalar {
                    name: scalar.name().into(),
                })
            }
            Type::Array(element) | Type::Stream(element) => Self::Array {
                element: Box::new(Self::of(element)),
            },
            Type::Option(element) => Self::Option {
                element: Box::new(Self::of(element)),
            },
            Type::Data(named) | Type::Ability(named) | Type::Service(named) => {
                let fields = named.fields.iter().map(|(name, ty)| (name.to_string(), Self::of(ty)));
                let mut fields: IndexMap<String, Self> = fields.collect();
                fields.sort_keys();
                Self::Struct {
                    name: named.name.to_string(),
                    fields,
                }
            }
            Type::Arrow(arrow) => Self::Arrow(ArrowDefinition::of(arrow)),
            Type::Top => Self::TopType,
            Type::Bottom | Type::Error | Type::StreamMap(_) => Self::BottomType,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typing::{Parameter, Scalar};

    #[test]
    fn definitions_have_the_shape_that_clients_read() {
        let parameter = Parameter {
            name: Some("x".into()),
            ty: Type::Scalar(Scalar::U32),
        };
        let arrow = Arrow {
            parameters: vec![parameter],
            results: vec![Type::stream(Type::STRING)],
        };
        let json = serde_json::to_value(ArrowDefinition::of(&arrow)).expect("plain data");
        assert_eq!(
            json,
            serde_json::json!({
                "tag": "arrow",
                "domain": {"tag": "labeledProduct", "fields": {"x": {"tag": "scalar", "name": "u32"}}},
                "codomain": {"tag": "unlabeledProduct", "items": [
                    {"tag": "array", "type": {"tag": "scalar", "name": "string"}}
                ]}
            })
        );
        let back: ArrowDefinition = serde_json::from_value(json).expect("the same shape");
        assert_eq!(back, ArrowDefinition::of(&arrow));
    }
}
