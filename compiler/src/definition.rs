//! Definitions: the arguments and results of exported functions and services as plain data.
//!
//! Serialised to JSON, this is the definition that client libraries read: tagged objects, `struct` for data, `array` for
//! streams.

use crate::checked::Literal;
use crate::checked::{Function, Service, ValueKind};
use crate::typing::{Arrow, ScalarSet, Type};
use ecow::EcoString;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The definition of an exported function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionDefinition {
    /// The exported name.
    #[serde(rename = "functionName")]
    pub name: String,
    /// Its arguments and results.
    pub arrow: ArrowDefinition,
    /// The services and functions of the initiator that the script calls.
    pub names: InitiatorNames,
}

/// The definition of an exported service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDefinition {
    /// The service id that programs use unless they assign another one.
    #[serde(rename = "defaultServiceId", default, skip_serializing_if = "Option::is_none")]
    pub default_id: Option<String>,
    /// Its methods by name.
    pub functions: ProductDefinition,
}

/// The names of the services and functions of the initiator that scripts call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InitiatorNames {
    /// The variable that holds the peer id of the relay.
    pub relay: String,
    /// The service that returns arguments; the function is the name of the argument.
    pub get_data_srv: String,
    /// The service that calls callbacks; the function is the name of the argument.
    pub callback_srv: String,
    /// The service that receives results.
    pub response_srv: String,
    /// The function of `response_srv`.
    pub response_fn_name: String,
    /// The service that receives errors.
    pub error_handling_srv: String,
    /// The function of `error_handling_srv`.
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

/// The type of an argument or a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tag", rename_all = "camelCase")]
pub enum TypeDefinition {
    /// A number, `bool` or `string`.
    Scalar {
        /// The name in the language.
        name: String,
    },
    /// An array or a stream.
    Array {
        /// The type of its elements.
        #[serde(rename = "type")]
        element: Box<Self>,
    },
    /// An optional value.
    Option {
        /// The type of the value.
        #[serde(rename = "type")]
        element: Box<Self>,
    },
    /// A `data` type, an ability or a service.
    Struct {
        /// The declared name.
        name: String,
        /// The fields, sorted by name.
        fields: IndexMap<String, Self>,
    },
    /// `⊤`: any value.
    TopType,
    /// `⊥`: no value.
    BottomType,
    /// A callback.
    Arrow(ArrowDefinition),
}

/// The arguments and results of a function, method or callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tag", rename = "arrow")]
pub struct ArrowDefinition {
    /// The arguments.
    pub domain: ProductDefinition,
    /// The results.
    pub codomain: ProductDefinition,
}

/// A list of types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tag", rename_all = "camelCase")]
pub enum ProductDefinition {
    /// Types with names.
    LabeledProduct {
        /// Arguments in order of declaration, methods sorted by name.
        fields: IndexMap<String, TypeDefinition>,
    },
    /// Types without names.
    UnlabeledProduct {
        /// The types in order.
        items: Vec<TypeDefinition>,
    },
    /// The empty list.
    Nil,
}

impl FunctionDefinition {
    /// The definition of a function with this exported name.
    pub(crate) fn new(name: &str, function: &Function) -> Self {
        let mut arrow = ArrowDefinition::new(&function.arrow);
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
    /// The definition of a service.
    pub(crate) fn new(service: &Service) -> Self {
        let default_id = service.default_id.as_ref().and_then(|id| match &id.kind {
            ValueKind::Literal(Literal::String(text)) => Some(text.to_string()),
            ValueKind::Builtin(builtin) => Some(builtin.name().to_owned()),
            _ => None,
        });
        let methods = service.methods.iter();
        let mut fields: IndexMap<String, TypeDefinition> = methods
            .map(|(name, arrow)| (name.to_string(), TypeDefinition::Arrow(ArrowDefinition::new(arrow))))
            .collect();
        fields.sort_keys();
        Self {
            default_id,
            functions: ProductDefinition::LabeledProduct { fields },
        }
    }
}

impl ArrowDefinition {
    fn new(arrow: &Arrow) -> Self {
        let parameters = || arrow.parameters.iter();
        let domain = if arrow.parameters.is_empty() {
            ProductDefinition::Nil
        } else if parameters().all(|parameter| parameter.name.is_some()) {
            let name = |name: &Option<EcoString>| name.as_ref().map(EcoString::to_string).unwrap_or_default();
            let fields = parameters().map(|parameter| (name(&parameter.name), TypeDefinition::new(&parameter.ty)));
            ProductDefinition::LabeledProduct {
                fields: fields.collect(),
            }
        } else {
            let items = parameters()
                .map(|parameter| TypeDefinition::new(&parameter.ty))
                .collect();
            ProductDefinition::UnlabeledProduct { items }
        };
        let codomain = match arrow.results.as_slice() {
            [] => ProductDefinition::Nil,
            results => ProductDefinition::UnlabeledProduct {
                items: results.iter().map(TypeDefinition::new).collect(),
            },
        };
        Self { domain, codomain }
    }
}

impl TypeDefinition {
    fn new(ty: &Type) -> Self {
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
                element: Box::new(Self::new(element)),
            },
            Type::Option(element) => Self::Option {
                element: Box::new(Self::new(element)),
            },
            Type::Data(named) | Type::Ability(named) | Type::Service(named) => {
                let fields = named.fields.iter().map(|(name, ty)| (name.to_string(), Self::new(ty)));
                let mut fields: IndexMap<String, Self> = fields.collect();
                fields.sort_keys();
                Self::Struct {
                    name: named.name.to_string(),
                    fields,
                }
            }
            Type::Arrow(arrow) => Self::Arrow(ArrowDefinition::new(arrow)),
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
    fn definitions_serialise_to_the_form_that_clients_read() {
        let parameter = Parameter {
            name: Some("x".into()),
            ty: Type::Scalar(Scalar::U32),
        };
        let arrow = Arrow {
            parameters: vec![parameter],
            results: vec![Type::stream(Type::STRING)],
        };
        let json = serde_json::to_value(ArrowDefinition::new(&arrow)).expect("plain data");
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
        assert_eq!(back, ArrowDefinition::new(&arrow));
    }
}
