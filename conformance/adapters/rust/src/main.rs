//! Puts the published `greentic-session` crate under the conformance suite for session stores: it speaks the
//! adapter protocol over standard input and output, for one version of the crate and one of its stores.

#![forbid(unsafe_code)]

mod adapter;
mod arguments;
mod failure;
mod original;
mod params;
mod place;
mod server;
mod versions;

use std::process::ExitCode;
use std::sync::Arc;

use adapter::Adapter;
use arguments::Arguments;

fn main() -> ExitCode {
    match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => {
            let adapter = Adapter::new(arguments.original, arguments.store);
            server::serve(&Arc::new(adapter), std::io::stdin().lock());
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{fault}\nusage: {}", arguments::USAGE);
            ExitCode::from(2)
        }
    }
}
