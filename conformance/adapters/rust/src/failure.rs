//! Why a request wasn't done.

use serde::Serialize;

/// Why a request wasn't done, as JSON-RPC tells it.
#[derive(Debug, Serialize)]
pub struct Failure {
    code: i32,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Refusal>,
}

/// The `ErrorCode` of a store's refusal.
#[derive(Debug, Serialize)]
struct Refusal {
    code: String,
}

impl Failure {
    /// The store refused, with a code of its own.
    pub fn refused(code: String, message: String) -> Self {
        Self {
            code: -32000,
            message,
            data: Some(Refusal { code }),
        }
    }

    /// The line is no JSON-RPC request.
    pub fn no_request(message: impl ToString) -> Self {
        Self::plain(-32700, message)
    }

    /// There is no such method.
    pub fn no_method(method: &str) -> Self {
        Self::plain(-32601, format!("there is no method {method:?}"))
    }

    /// The method can't be called with these params.
    pub fn params(message: impl ToString) -> Self {
        Self::plain(-32602, message)
    }

    /// It went wrong, in a way that the store has no code for.
    pub fn failed(message: impl ToString) -> Self {
        Self::plain(-32603, message)
    }

    fn plain(code: i32, message: impl ToString) -> Self {
        Self {
            code,
            message: message.to_string(),
            data: None,
        }
    }
}
