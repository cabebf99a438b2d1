//! The methods of the protocol, for one version of the crate and one of its stores.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use serde::de::Deserialize;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use crate::failure::Failure;
use crate::original::{Found, Original, Store};
use crate::params::{
    ByKey, Create, Decode, Derive, Find, Function, Handle, OpenStorage, Storage, Update,
};
use crate::place::Place;

/// The version of the adapter protocol that is spoken.
const PROTOCOL_VERSION: &str = "1.0";

/// Which of the crate's stores.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Memory,
    Redis,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Memory => "greentic-session (Rust), in memory",
            Self::Redis => "greentic-session (Rust), on Redis",
        }
    }

    fn profiles(self) -> &'static [&'static str] {
        match self {
            Self::Memory => &["core", "concurrent", "codec", "mapping"],
            Self::Redis => &[
                "core",
                "concurrent",
                "durable",
                "redis-layout",
                "codec",
                "mapping",
            ],
        }
    }
}

/// The open storages and handles, and what is done with them.
pub struct Adapter {
    original: &'static Original,
    kind: Kind,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    count: u64,
    /// The storages in memory: each is one store, which all its handles share.
    storages: HashMap<String, Arc<dyn Store>>,
    handles: HashMap<String, Arc<dyn Store>>,
}

impl Open {
    fn next_name(&mut self) -> String {
        self.count += 1;
        self.count.to_string()
    }
}

impl Adapter {
    pub fn new(original: &'static Original, kind: Kind) -> Self {
        Self {
            original,
            kind,
            open: Mutex::default(),
        }
    }

    /// Whether a method may have to wait for a lock or a server, and so must not keep others from being answered.
    pub fn waits(method: &str) -> bool {
        matches!(
            method,
            "create_session"
                | "get_session"
                | "update_session"
                | "remove_session"
                | "find_by_user"
                | "close_storage"
        )
    }

    /// Does what a request asks for.
    pub fn answer(&self, method: &str, params: &RawValue) -> Result<Box<RawValue>, Failure> {
        match method {
            "initialize" => self.initialize(),
            "open_storage" => self.open_storage(&read(params)?),
            "open_store" => self.open_store(&read(params)?),
            "create_session" => self.create_session(&read(params)?),
            "get_session" => self.get_session(&read(params)?),
            "update_session" => self.update_session(&read(params)?),
            "remove_session" => self.remove_session(&read(params)?),
            "find_by_user" => self.find_by_user(&read(params)?),
            "close_store" => self.close_store(&read(params)?),
            "close_storage" => self.close_storage(&read(params)?),
            "decode" => self.decode(&read(params)?),
            "derive" => self.derive(&read(params)?),
            "shutdown" => nothing(),
            _ => Err(Failure::no_method(method)),
        }
    }

    fn initialize(&self) -> Result<Box<RawValue>, Failure> {
        written(&json!({
            "protocol_version": PROTOCOL_VERSION,
            "name": self.kind.name(),
            "version": self.original.version,
            "language": "Rust",
            "profiles": self.kind.profiles(),
            "options": {"thread_safe": true},
        }))
    }

    fn open_storage(&self, params: &OpenStorage) -> Result<Box<RawValue>, Failure> {
        let storage = match self.kind {
            Kind::Memory => {
                let store = (self.original.in_memory)()?;
                let mut open = self.open();
                let name = open.next_name();
                open.storages.insert(name.clone(), store.into());
                name
            }
            Kind::Redis => {
                let missing = || Failure::params("redis_url and namespace are needed");
                let url = params.redis_url.clone().ok_or_else(missing)?;
                let namespace = params.namespace.clone().ok_or_else(missing)?;
                Place { url, namespace }.text()
            }
        };
        written(&json!({ "storage": storage }))
    }

    fn open_store(&self, params: &Storage) -> Result<Box<RawValue>, Failure> {
        let store: Arc<dyn Store> = match self.kind {
            Kind::Memory => {
                let open = self.open();
                let store = open.storages.get(&params.storage);
                store.ok_or_else(|| no_storage(&params.storage))?.clone()
            }
            Kind::Redis => {
                let place = Place::from_text(&params.storage)?;
                (self.original.on_redis)(place.url, place.namespace)?.into()
            }
        };
        let mut open = self.open();
        let name = open.next_name();
        open.handles.insert(name.clone(), store);
        written(&json!({ "store": name }))
    }

    fn create_session(&self, params: &Create) -> Result<Box<RawValue>, Failure> {
        if params.key.is_some() {
            return Err(Failure::params("this store issues its keys itself"));
        }
        let store = self.handle(&params.store)?;
        let key = store.create_session(params.ctx, params.data)?;
        written(&json!({ "key": key }))
    }

    fn get_session(&self, params: &ByKey) -> Result<Box<RawValue>, Failure> {
        let data = self.handle(&params.store)?.get_session(&params.key)?;
        written(&Got { data })
    }

    fn update_session(&self, params: &Update) -> Result<Box<RawValue>, Failure> {
        let store = self.handle(&params.store)?;
        store.update_session(&params.key, params.data)?;
        nothing()
    }

    fn remove_session(&self, params: &ByKey) -> Result<Box<RawValue>, Failure> {
        self.handle(&params.store)?.remove_session(&params.key)?;
        nothing()
    }

    fn find_by_user(&self, params: &Find) -> Result<Box<RawValue>, Failure> {
        let store = self.handle(&params.store)?;
        let found = store.find_by_user(params.ctx, &params.user)?;
        written(&Searched { found })
    }

    fn close_store(&self, params: &Handle) -> Result<Box<RawValue>, Failure> {
        let closed = self.open().handles.remove(&params.store);
        closed.ok_or_else(|| no_store(&params.store))?;
        nothing()
    }

    fn close_storage(&self, params: &Storage) -> Result<Box<RawValue>, Failure> {
        match self.kind {
            Kind::Memory => {
                let closed = self.open().storages.remove(&params.storage);
                closed.ok_or_else(|| no_storage(&params.storage))?;
            }
            Kind::Redis => Place::from_text(&params.storage)?.clear()?,
        }
        nothing()
    }

    fn decode(&self, params: &Decode) -> Result<Box<RawValue>, Failure> {
        let text = BASE64.decode(&params.text).map_err(Failure::params)?;
        let canonical = (self.original.decode)(&text)?;
        written(&json!({ "text": BASE64.encode(canonical) }))
    }

    fn derive(&self, params: &Derive) -> Result<Box<RawValue>, Failure> {
        let derivation = match params.function {
            Function::Telegram => self.original.telegram,
            Function::Webhook => self.original.webhook,
        };
        let [a, b, c] = &params.parts;
        written(&json!({ "key": derivation(a, b, c) }))
    }

    fn handle(&self, name: &str) -> Result<Arc<dyn Store>, Failure> {
        let store = self.open().handles.get(name).cloned();
        store.ok_or_else(|| no_store(name))
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// `serde_json::Value` would round the numbers beyond 64 bits, so sessions are written as the text that they are.

/// The result of `get_session`.
#[derive(Serialize)]
struct Got {
    data: Option<Box<RawValue>>,
}

/// The result of `find_by_user`.
#[derive(Serialize)]
struct Searched {
    found: Option<Found>,
}

fn no_store(name: &str) -> Failure {
    Failure::params(format!("there is no store {name:?}"))
}

fn no_storage(name: &str) -> Failure {
    Failure::params(format!("there is no storage {name:?}"))
}

fn read<'a, T: Deserialize<'a>>(params: &'a RawValue) -> Result<T, Failure> {
    serde_json::from_str(params.get()).map_err(Failure::params)
}

fn written(result: &impl Serialize) -> Result<Box<RawValue>, Failure> {
    to_raw_value(result).map_err(Failure::failed)
}

fn nothing() -> Result<Box<RawValue>, Failure> {
    written(&json!({}))
}
