//! The params of the protocol's methods.

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
pub struct OpenStorage {
    pub redis_url: Option<String>,
    pub namespace: Option<String>,
}

#[derive(Deserialize)]
pub struct Storage {
    pub storage: String,
}

#[derive(Deserialize)]
pub struct Handle {
    pub store: String,
}

#[derive(Deserialize)]
pub struct Create<'a> {
    pub store: String,
    #[serde(borrow)]
    pub ctx: &'a RawValue,
    #[serde(borrow)]
    pub data: &'a RawValue,
    pub key: Option<String>,
}

#[derive(Deserialize)]
pub struct ByKey {
    pub store: String,
    pub key: String,
}

#[derive(Deserialize)]
pub struct Update<'a> {
    pub store: String,
    pub key: String,
    #[serde(borrow)]
    pub data: &'a RawValue,
}

#[derive(Deserialize)]
pub struct Find<'a> {
    pub store: String,
    #[serde(borrow)]
    pub ctx: &'a RawValue,
    pub user: String,
}

#[derive(Deserialize)]
pub struct Decode {
    pub text: String,
}

#[derive(Deserialize)]
pub struct Derive {
    pub function: Function,
    pub parts: [String; 3],
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    Telegram,
    Webhook,
}
