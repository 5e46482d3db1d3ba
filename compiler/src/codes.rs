//! The codes of messages about names, types and lowering. Each has a page under `docs/errors`.

use aqua_diagnostics::Code;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code::new($code);)*

        /// Every code of this room, in order.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    /// A name that means nothing here.
    UNKNOWN_NAME = "E1001";
    /// A type that does not exist.
    UNKNOWN_TYPE = "E1002";
    /// A name that is declared further down, or is being declared.
    USED_BEFORE_DECLARATION = "E1003";
    /// A name that means something already.
    ALREADY_DEFINED = "E1004";
    /// A service, ability or map without that function.
    UNKNOWN_METHOD = "E1005";
    /// A value without that field.
    UNKNOWN_FIELD = "E1006";
    /// A service is called and nobody said at which id.
    NO_SERVICE_ID = "E1007";

    /// An import that names no file.
    UNKNOWN_IMPORT = "E1010";
    /// A file that is there but can't be read.
    UNREADABLE = "E1011";
    /// Modules that import one another.
    IMPORT_CYCLE = "E1012";
    /// A module does not show that name to importers.
    NOT_DECLARED = "E1013";
    /// `declares` names something that is not there.
    DECLARES_NOTHING = "E1014";
    /// `export` names something that is not there.
    EXPORTS_NOTHING = "E1015";
    /// A function is asked for that the module does not export.
    NOT_EXPORTED = "E1016";

    /// A value of another type than its place wants.
    WRONG_TYPE = "E2001";
    /// More or fewer arguments than the callee takes.
    WRONG_ARITY = "E2002";
    /// Results are declared and nothing is returned.
    MISSING_RETURN = "E2003";
    /// More or fewer values are returned than are declared.
    WRONG_RETURN_COUNT = "E2004";
    /// A value is returned and no result is declared.
    UNDECLARED_RETURN = "E2005";
    /// A function that returns twice.
    SECOND_RETURN = "E2006";
    /// A call stands here in every right program.
    NOT_A_CALL = "E2007";
    /// More results are wanted than a call gives.
    TOO_FEW_RESULTS = "E2008";
    /// Something is called that can't be.
    NOT_CALLABLE = "E2009";
    /// Something is gone through that has no elements.
    NOT_ITERABLE = "E2010";
    /// Something is indexed that can't be, or by something that is no index.
    NOT_INDEXABLE = "E2011";
    /// An operator that does not work on these types.
    WRONG_OPERAND = "E2012";
    /// Values are compared that can't be equal.
    NOT_COMPARABLE = "E2013";
    /// Something is pushed into what is no stream.
    NOT_A_STREAM = "E2014";
    /// A field is not given.
    MISSING_FIELD = "E2015";
    /// A field is given or declared twice.
    DUPLICATE_FIELD = "E2016";
    /// A literal of something that is neither data nor an ability, or a copy of what is not data.
    NOT_A_RECORD = "E2017";
    /// A type or value in a place that takes only data.
    NOT_DATA = "E2018";
    /// A service method with several results.
    MULTIPLE_RESULTS = "E2019";
    /// A function that can't be exported.
    NOT_EXPORTABLE = "E2020";
    /// A type that is too large to work with.
    TYPE_TOO_LARGE = "E2021";
    /// A function of a stream map called with `<-`.
    MAP_FUNCTION_ARROW = "E2022";

    /// A constant that is defined again, which has no effect.
    CONSTANT_AGAIN = "W1001";
    /// A program that exports nothing.
    NOTHING_EXPORTED = "W1002";
    /// A result that nobody uses.
    UNUSED_RESULT = "W2001";
    /// A field that the type does not have.
    UNEXPECTED_FIELD = "W2002";
    /// Arithmetic on integers that no integer type holds.
    UNKNOWN_RESULT_TYPE = "W2003";
    /// A literal outside the range of its type.
    OUT_OF_RANGE = "W2004";
    /// A callback that promises more results than can come back.
    CALLBACK_RESULTS = "W2005";
    /// A name that nothing uses.
    UNUSED_NAME = "W2006";
    /// A value that nothing reads.
    UNUSED_VALUE = "W2007";
    /// A piece that never runs.
    UNREACHABLE = "W2008";
    /// The result of a call bound with `=`.
    CALL_BY_EQUALS = "W2009";

    /// `on` in which nothing runs.
    IDLE_VISIT = "W3001";
    /// A stream is read while branches may still fill it.
    STREAM_NOT_JOINED = "W3002";
    /// A result of a branch that nobody waits for is used.
    DETACHED_VALUE = "W3003";
    /// A value of one branch is used on a peer that it may never reach.
    VALUE_ELSEWHERE = "W3004";

    /// A number that AIR can't write down.
    NUMBER_OUT_OF_RANGE = "E4001";
    /// A result of a callback after its first is used.
    SECOND_CALLBACK_RESULT = "E4002";
    /// A function that becomes too large when everything it calls is put in its place.
    SCRIPT_TOO_LARGE = "E4003";
    /// A function or an ability that is given to a service or a callback.
    ONLY_DATA_LEAVES = "E4004";
}
