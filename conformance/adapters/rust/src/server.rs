//! Requests in, responses out.

use std::io::{self, BufRead, Write};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::adapter::Adapter;
use crate::failure::Failure;

/// How long requests that are in flight are waited for once the input has ended: one may never be answered.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct Request<'a> {
    id: u64,
    method: String,
    #[serde(borrow)]
    params: &'a RawValue,
}

#[derive(Serialize)]
struct Response<'a> {
    jsonrpc: &'static str,
    id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Failure>,
}

/// Answers one request after another, until one is `shutdown` or there are no more.
///
/// A request that may have to wait is answered on a thread of its own: one that never returns (an operation of 0.4.4
/// in memory may hang) keeps nobody else from being answered.
pub fn serve(adapter: &Arc<Adapter>, mut input: impl BufRead) {
    let in_flight = Arc::new(InFlight::default());
    let mut line = Vec::new();
    while matches!(input.read_until(b'\n', &mut line), Ok(1..)) {
        match serde_json::from_slice::<Request>(&line) {
            Ok(request) if Adapter::waits(&request.method) => {
                answer_aside(adapter, &request, &in_flight);
            }
            Ok(request) => {
                answer(adapter, request.id, &request.method, request.params);
                if request.method == "shutdown" {
                    return;
                }
            }
            Err(error) => respond(None, &Err(Failure::no_request(error))),
        }
        line.clear();
    }
    in_flight.wait(LAST_ANSWERS);
}

fn answer_aside(adapter: &Arc<Adapter>, request: &Request, in_flight: &Arc<InFlight>) {
    let (adapter, in_flight) = (Arc::clone(adapter), Arc::clone(in_flight));
    let (id, method) = (request.id, request.method.clone());
    let params = request.params.to_owned();
    in_flight.begin();
    thread::spawn(move || {
        answer(&adapter, id, &method, &params);
        in_flight.end();
    });
}

fn answer(adapter: &Adapter, id: u64, method: &str, params: &RawValue) {
    let done = panic::catch_unwind(AssertUnwindSafe(|| adapter.answer(method, params)));
    let answer = done.unwrap_or_else(|_| Err(Failure::failed(format!("{method} panicked"))));
    respond(Some(id), &answer);
}

/// Writes a line. Where nobody reads any more, the input ends, too, and with it the process.
fn respond(id: Option<u64>, answer: &Result<Box<RawValue>, Failure>) {
    let response = Response {
        jsonrpc: "2.0",
        id,
        result: answer.as_deref().ok(),
        error: answer.as_ref().err(),
    };
    let written = serde_json::to_vec(&response).map_err(io::Error::from);
    let written = written.and_then(|mut line| {
        line.push(b'\n');
        let mut output = io::stdout().lock();
        output.write_all(&line)?;
        output.flush()
    });
    if let Err(error) = written {
        eprintln!("a response could not be written: {error}");
    }
}

/// The requests that are being answered aside.
#[derive(Default)]
struct InFlight {
    count: Mutex<usize>,
    ended: Condvar,
}

impl InFlight {
    fn begin(&self) {
        *self.count() += 1;
    }

    fn end(&self) {
        *self.count() -= 1;
        self.ended.notify_all();
    }

    /// Waits until there are none, but no longer than a limit.
    fn wait(&self, limit: Duration) {
        let _ = self
            .ended
            .wait_timeout_while(self.count(), limit, |count| *count > 0);
    }

    fn count(&self) -> MutexGuard<'_, usize> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
