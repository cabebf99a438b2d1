//! What the adapter asks of each published version of the crate, whose types aren't one another's.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::failure::Failure;

/// A published version of the crate.
pub struct Original {
    pub version: &'static str,
    /// Opens an empty store in memory.
    pub in_memory: fn() -> Result<Box<dyn Store>, Failure>,
    /// Opens a store on the server of a URL, in a namespace.
    pub on_redis: fn(url: String, namespace: String) -> Result<Box<dyn Store>, Failure>,
    /// Reads a SessionData with the crate's own decoder and writes it with its own encoder.
    pub decode: fn(text: &[u8]) -> Result<Vec<u8>, Failure>,
    pub telegram: Derivation,
    pub webhook: Derivation,
}

/// Derives a session key from three parts.
pub type Derivation = fn(&str, &str, &str) -> String;

/// A store of a published version. Contexts and sessions pass as JSON text, so that only the crate's own `serde`
/// reads and writes them: no other type comes between that could round a number.
pub trait Store: Send + Sync {
    fn create_session(&self, ctx: &RawValue, data: &RawValue) -> Result<String, Failure>;
    fn get_session(&self, key: &str) -> Result<Option<Box<RawValue>>, Failure>;
    fn update_session(&self, key: &str, data: &RawValue) -> Result<(), Failure>;
    fn remove_session(&self, key: &str) -> Result<(), Failure>;
    fn find_by_user(&self, ctx: &RawValue, user: &str) -> Result<Option<Found>, Failure>;
}

/// The session that a user was routed to.
#[derive(Serialize)]
pub struct Found {
    pub key: String,
    pub data: Box<RawValue>,
}
