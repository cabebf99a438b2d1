//! The command line.

use crate::adapter::Kind;
use crate::original::Original;
use crate::versions;

pub const USAGE: &str = "greentic-session-adapter --original 0.4.4|1.2.0 --store memory|redis";

/// What the command line asks for.
pub struct Arguments {
    pub original: &'static Original,
    pub store: Kind,
}

impl Arguments {
    /// Reads the command line's words, or says what is wrong with them.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut original, mut store) = (None, None);
        while let Some(word) = words.next() {
            let value = words
                .next()
                .ok_or_else(|| format!("{word} needs a value"))?;
            match word.as_str() {
                "--original" => original = Some(read_original(&value)?),
                "--store" => store = Some(read_store(&value)?),
                _ => return Err(format!("there is no option {word}")),
            }
        }
        Ok(Self {
            original: original.ok_or("--original is missing")?,
            store: store.ok_or("--store is missing")?,
        })
    }
}

fn read_original(value: &str) -> Result<&'static Original, String> {
    [&versions::V0_4_4, &versions::V1_2_0]
        .into_iter()
        .find(|original| original.version == value)
        .ok_or_else(|| format!("--original {value}: must be 0.4.4 or 1.2.0"))
}

fn read_store(value: &str) -> Result<Kind, String> {
    match value {
        "memory" => Ok(Kind::Memory),
        "redis" => Ok(Kind::Redis),
        _ => Err(format!("--store {value}: must be memory or redis")),
    }
}
