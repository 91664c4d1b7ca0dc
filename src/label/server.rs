//! A server for one browser on this machine. Whoever asks must know the token in the address and must ask under this
//! machine's own name, and writing must come from the page itself: so neither other sites (forged requests) nor names
//! that are bent to this machine (DNS rebinding) get at pages or labels.

use std::io::Read;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use tiny_http::{Header, Method, Request, Response, Server};

use super::{Session, training};
use crate::error::{Error, Result};
use crate::page::Label;

/// Bytes of a request at most.
const REQUEST: usize = 1 << 16;

/// Serves a session until the program ends; `ready` is told the address.
///
/// # Errors
/// If the port cannot be had.
pub(crate) fn serve(session: &Arc<Session>, port: u16, ready: impl FnOnce(&str)) -> Result<()> {
    let server = Server::http(("127.0.0.1", port))
        .map_err(|error| Error::option(format!("cannot listen on 127.0.0.1:{port}: {error}")))?;
    let port = server.server_addr().to_ip().map_or(port, |address| address.port());
    let token = token()?;
    ready(&format!("http://127.0.0.1:{port}/{token}/"));
    let guard = Guard { port, token };
    for request in server.incoming_requests() {
        answer(session, &guard, request);
    }
    Ok(())
}

fn token() -> Result<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::option(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Who may ask.
struct Guard {
    port: u16,
    token: String,
}

impl Guard {
    /// What is asked for, behind the token; or why nothing is given.
    fn check<'r>(&self, request: &'r Request) -> std::result::Result<&'r str, (u16, &'static str)> {
        let all = |name: &'static str| {
            let headers = request.headers().iter().filter(move |header| header.field.equiv(name));
            headers.map(|header| header.value.as_str())
        };
        let hosts = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let is_own = |host: &str| hosts.iter().any(|own| own == host);
        if all("Host").count() != 1 || !all("Host").all(is_own) {
            return Err((403, "this server answers to 127.0.0.1 and localhost only"));
        }
        let origin_is_own = |origin: &str| origin.strip_prefix("http://").is_some_and(is_own);
        let writes = *request.method() != Method::Get;
        if !all("Origin").all(origin_is_own) || (writes && all("Origin").count() != 1) {
            return Err((403, "another site asks"));
        }
        if !all("Sec-Fetch-Site").all(|site| site == "same-origin" || site == "none") {
            return Err((403, "another site asks"));
        }
        if writes && !all("Content-Type").any(|kind| kind == "application/json") {
            return Err((415, "this is no JSON"));
        }
        let path = request.url().split('?').next().unwrap_or_default();
        let (token, rest) = path.strip_prefix('/').and_then(|path| path.split_once('/')).unwrap_or_default();
        // All of the token is looked at, whatever it is.
        let differs = token.bytes().zip(self.token.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        if differs != 0 || token.len() != self.token.len() {
            return Err((404, "there is nothing here; the address that tamis printed has a token in it"));
        }
        Ok(rest)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labeling {
    page: String,
    block: usize,
    label: Option<Label>,
}

fn answer(session: &Arc<Session>, guard: &Guard, mut request: Request) {
    let asked = guard.check(&request).map(|path| (request.method().clone(), path.to_owned()));
    let (status, kind, body) = match asked {
        Err((status, why)) => (status, "text/plain; charset=utf-8", why.as_bytes().to_vec()),
        Ok((method, path)) => match route(session, &method, &path, &mut request) {
            Ok(Some((kind, body))) => (200, kind, body),
            Ok(None) => (404, "text/plain; charset=utf-8", b"there is no such page".to_vec()),
            Err(error) => (400, "text/plain; charset=utf-8", error.to_string().into_bytes()),
        },
    };
    let headers = [
        ("Content-Type", kind),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "frame-ancestors 'none'"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ];
    let mut response = Response::from_data(body).with_status_code(status);
    for header in headers.iter().filter_map(|(name, value)| Header::from_bytes(*name, *value).ok()) {
        response.add_header(header);
    }
    // A browser that went away misses nothing: labels are saved before it is told.
    let _ = request.respond(response);
}

type Answer = Option<(&'static str, Vec<u8>)>;

fn route(session: &Arc<Session>, method: &Method, path: &str, request: &mut Request) -> Result<Answer> {
    const JSON: &str = "application/json";
    Ok(match (method, path) {
        (Method::Get, "") => Some(("text/html; charset=utf-8", session.page(true)?)),
        (Method::Get, "data") => Some((JSON, session.page(false)?)),
        (Method::Get, "train") => {
            Some((JSON, serde_json::to_vec(&session.work().state).map_err(std::io::Error::from)?))
        }
        (Method::Post, "train") => {
            training::start(session);
            Some((JSON, b"{}".to_vec()))
        }
        (Method::Post, "labels") => {
            let mut body = Vec::new();
            request.as_reader().take(REQUEST as u64 + 1).read_to_end(&mut body)?;
            if body.len() > REQUEST {
                return Err(Error::record("the request is too long"));
            }
            let Labeling { page, block, label } =
                serde_json::from_slice(&body).map_err(|error| Error::record(error.to_string()))?;
            session.label(&page, block, label)?;
            Some((JSON, json!({ "saved": true }).to_string().into_bytes()))
        }
        _ => None,
    })
}
