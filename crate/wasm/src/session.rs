//! One client of a panel as a JavaScript class, over a socket that the facade made alike.

use std::rc::Rc;

use js_sys::JsString;
use nexus_core::value::Path;
use nexus_kernel::Panel;
use nexus_kernel::api::socket::session::Session;
use nexus_kernel::api::socket::topic::{Topic, Topics};
use nexus_kernel::api::socket::{SessionOptions, Socket, SocketLimits};
use wasm_bindgen::prelude::*;

use crate::interop::value::string_from_js;
use crate::interop::{Failure, Fields};
use crate::promise::ensure_sound;

#[wasm_bindgen]
extern "C" {
    /// `ServedSocket` of `pkg-config/src/connection.ts`. None of its methods throws.
    pub type ServedSocket;
    #[wasm_bindgen(method)]
    fn send(this: &ServedSocket, text: &str);
    #[wasm_bindgen(method)]
    fn buffered(this: &ServedSocket) -> f64;
    #[wasm_bindgen(method)]
    fn close(this: &ServedSocket, code: u16, reason: &str);
}

impl Socket for ServedSocket {
    fn send(&self, text: &str) {
        self.send(text);
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of bytes; the cast saturates")]
    fn buffered(&self) -> usize {
        self.buffered() as usize
    }

    fn close(&self, code: u16, reason: &str) {
        self.close(code, reason);
    }
}

/// Reads `{ since?, instance?, topics?, readOnly? }`.
///
/// # Errors
/// `INVALID_ARGUMENT` naming what is wrong.
pub fn session_options(options: &JsValue, limits: &SocketLimits) -> Result<SessionOptions, Failure> {
    let fields = Fields::open(options, "options", &["since", "instance", "topics", "readOnly"])?;
    let since = fields.get("since")?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
    let since = match since.as_f64() {
        Some(version) if version >= 0.0 && version.fract() == 0.0 && version < 9e15 => Some(version as u64),
        None if since.is_undefined() => None,
        _ => return Err(fields.wrong("since", "the version that was seen last")),
    };
    let instance = if fields.get("instance")?.is_undefined() { None } else { Some(fields.text("instance")?) };
    let topics = match fields.texts("topics")? {
        None => Topics::default(),
        Some(names) => {
            let topics: Option<Topics> = names.iter().map(|name| Topic::named(name)).collect();
            topics.ok_or_else(|| fields.wrong("topics", "a list of \"state\", \"events\" and \"view\""))?
        }
    };
    let may_execute = !fields.flag("readOnly")?.unwrap_or(false);
    Ok(SessionOptions { topics, since, instance, may_execute, limits: limits.clone(), ..SessionOptions::default() })
}

/// A client that is connected.
#[wasm_bindgen(js_name = Session)]
pub struct JsSession {
    session: Rc<Session>,
    max_message_bytes: u32,
}

impl JsSession {
    /// A session with these limits.
    #[must_use]
    pub fn new(session: Rc<Session>, limits: &SocketLimits) -> Self {
        Self { session, max_message_bytes: u32::try_from(limits.max_message_bytes).unwrap_or(u32::MAX) }
    }

    /// Connects a client.
    #[must_use]
    pub fn open(panel: &Panel, socket: ServedSocket, options: SessionOptions) -> Self {
        let limits = options.limits.clone();
        Self::new(Session::open(panel, Rc::new(socket), options), &limits)
    }
}

#[wasm_bindgen(js_class = Session)]
impl JsSession {
    /// A text message came.
    pub fn text(&self, text: &JsString) -> Result<(), JsValue> {
        ensure_sound()?;
        // No character is less than a byte: what is too long is not even copied.
        if text.length() > self.max_message_bytes {
            self.session.too_large();
        } else {
            // Of text that is no Unicode, what JSON could be is left.
            let text = string_from_js(text, &Path::root()).unwrap_or_else(|_| String::from(text));
            self.session.text(&text);
        }
        Ok(())
    }

    /// A binary message of so many bytes came.
    pub fn binary(&self, bytes: usize) -> Result<(), JsValue> {
        ensure_sound()?;
        self.session.binary(bytes);
        Ok(())
    }

    /// The transport knows that the client is there.
    pub fn heard(&self) -> Result<(), JsValue> {
        ensure_sound()?;
        self.session.heard();
        Ok(())
    }

    /// The socket is closed.
    pub fn closed(&self) -> Result<(), JsValue> {
        ensure_sound()?;
        self.session.closed();
        Ok(())
    }

    /// Closes the socket.
    pub fn close(&self, code: u16, reason: &str) -> Result<(), JsValue> {
        ensure_sound()?;
        self.session.close(code, reason);
        Ok(())
    }
}
