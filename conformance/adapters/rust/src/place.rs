//! Where a storage on Redis lies.

use redis::{Commands, Iter, RedisResult};

use crate::failure::Failure;

/// A namespace on a server. Its text is what another process opens it by.
pub struct Place {
    pub url: String,
    pub namespace: String,
}

impl Place {
    /// The URL holds no space, so the first one ends it.
    pub fn text(&self) -> String {
        format!("{} {}", self.url, self.namespace)
    }

    pub fn from_text(text: &str) -> Result<Self, Failure> {
        let (url, namespace) = text
            .split_once(' ')
            .ok_or_else(|| Failure::params(format!("there is no storage {text:?}")))?;
        Ok(Self {
            url: url.to_owned(),
            namespace: namespace.to_owned(),
        })
    }

    /// Deletes the namespace's keys one by one: the server may be anybody's.
    pub fn clear(&self) -> Result<(), Failure> {
        self.delete_keys().map_err(Failure::failed)
    }

    fn delete_keys(&self) -> RedisResult<()> {
        let client = redis::Client::open(self.url.as_str())?;
        let mut connection = client.get_connection()?;
        let pattern = format!("{}:*", literally(&self.namespace));
        let found: Iter<Vec<u8>> = connection.scan_match(pattern)?;
        let keys = found.collect::<RedisResult<Vec<_>>>()?;
        for key in keys {
            let _: () = connection.del(key)?;
        }
        Ok(())
    }
}

/// The pattern that matches a text alone.
fn literally(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}
