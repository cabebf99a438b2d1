//! The published versions. Their interfaces read alike, but no type of one is a type of the other, so each
//! gets the same code with its own names.

use crate::original::Original;

/// Makes a module whose `ORIGINAL` is one version of the crate.
macro_rules! original {
    ($module:ident, $version:literal, $session:ident, $types:ident) => {
        mod $module {
            use std::fmt::Display;

            use serde::Serialize;
            use serde::de::DeserializeOwned;
            use serde_json::value::{RawValue, to_raw_value};
            use $session::{
                ErrorCode, GreenticError, SessionBackendConfig, SessionData, SessionKey,
                SessionStore, create_session_store, mapping,
            };
            use $types::{TenantCtx, UserId};

            use crate::failure::Failure;
            use crate::original::{Found, Original, Store};

            pub const ORIGINAL: Original = Original {
                version: $version,
                in_memory: || open(SessionBackendConfig::InMemory),
                on_redis: |url, namespace| {
                    open(SessionBackendConfig::RedisUrlWithNamespace { url, namespace })
                },
                decode,
                telegram: |bot, chat, user| {
                    mapping::telegram_update_to_session_key(bot, chat, user).0
                },
                webhook: |source, subject, hint| {
                    mapping::webhook_to_session_key(source, subject, hint).0
                },
            };

            /// As the crate's Redis store reads a record: it has to be UTF-8 as a whole, also where a
            /// member is passed over that the crate doesn't know.
            fn decode(text: &[u8]) -> Result<Vec<u8>, Failure> {
                let text = std::str::from_utf8(text).map_err(invalid)?;
                let data: SessionData = serde_json::from_str(text).map_err(invalid)?;
                serde_json::to_vec(&data).map_err(Failure::failed)
            }

            fn open(config: SessionBackendConfig) -> Result<Box<dyn Store>, Failure> {
                let store = create_session_store(config).map_err(refused)?;
                Ok(Box::new(Sessions(store)))
            }

            struct Sessions(Box<dyn SessionStore>);

            impl Store for Sessions {
                fn create_session(
                    &self,
                    ctx: &RawValue,
                    data: &RawValue,
                ) -> Result<String, Failure> {
                    let (ctx, data) = (read::<TenantCtx>(ctx)?, read::<SessionData>(data)?);
                    let key = self.0.create_session(&ctx, data).map_err(refused)?;
                    Ok(key.0)
                }

                fn get_session(&self, key: &str) -> Result<Option<Box<RawValue>>, Failure> {
                    let data = self.0.get_session(&SessionKey::new(key)).map_err(refused)?;
                    data.map(written).transpose()
                }

                fn update_session(&self, key: &str, data: &RawValue) -> Result<(), Failure> {
                    let data = read::<SessionData>(data)?;
                    self.0
                        .update_session(&SessionKey::new(key), data)
                        .map_err(refused)
                }

                fn remove_session(&self, key: &str) -> Result<(), Failure> {
                    self.0
                        .remove_session(&SessionKey::new(key))
                        .map_err(refused)
                }

                // The later version has deprecated it in favour of its waits; it is one of the five operations.
                #[allow(deprecated)]
                fn find_by_user(
                    &self,
                    ctx: &RawValue,
                    user: &str,
                ) -> Result<Option<Found>, Failure> {
                    let ctx = read::<TenantCtx>(ctx)?;
                    let user = UserId::try_from(user).map_err(refused)?;
                    let found = self.0.find_by_user(&ctx, &user).map_err(refused)?;
                    found
                        .map(|(key, data)| {
                            let data = written(data)?;
                            Ok(Found { key: key.0, data })
                        })
                        .transpose()
                }
            }

            /// A value of the crate's, read by its own decoder.
            fn read<T: DeserializeOwned>(text: &RawValue) -> Result<T, Failure> {
                serde_json::from_str(text.get()).map_err(invalid)
            }

            fn written<T: Serialize>(value: T) -> Result<Box<RawValue>, Failure> {
                to_raw_value(&value).map_err(Failure::failed)
            }

            /// What can't be read is no value that the crate's types can hold.
            fn invalid(error: impl Display) -> Failure {
                Failure::refused(name(ErrorCode::InvalidInput), error.to_string())
            }

            fn refused(error: GreenticError) -> Failure {
                Failure::refused(name(error.code), error.message)
            }

            /// The name of a code on the wire, as the crate writes it.
            fn name(code: ErrorCode) -> String {
                match serde_json::to_value(code) {
                    Ok(serde_json::Value::String(name)) => name,
                    other => unreachable!("an ErrorCode is written as a string, not as {other:?}"),
                }
            }
        }
    };
}

original!(v0_4_4, "0.4.4", session_0_4, types_0_4);
original!(v1_2_0, "1.2.0", session_1_2, types_1_2);

/// The behaviour that the source documents describe.
pub static V0_4_4: Original = v0_4_4::ORIGINAL;
/// The newest stable version, in which users are routed to waits alone.
pub static V1_2_0: Original = v1_2_0::ORIGINAL;
