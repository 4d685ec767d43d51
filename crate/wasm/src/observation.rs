//! What a kernel tells of itself: audit log, metrics and log, for JavaScript.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, JSON};
use nexus_core::{LogLevel, Value};
use nexus_kernel::audit::{self, verify};
use nexus_kernel::clock::Clock;
use nexus_kernel::{LogRecord, LogStyle, Logger, Observation};
use wasm_bindgen::prelude::*;

use crate::arguments::refused;
use crate::console::{self, Reporter};
use crate::interop::{Failure, Fields, data_to_js, value_to_js};
use crate::kernel::JsKernel;
use crate::promise::ensure_sound;

/// More entries than anybody has memory for: a hundred bytes each would be 100 MB.
const MOST_AUDIT_ENTRIES: u32 = 1_000_000;

/// Options of `createKernel` about what it tells of itself.
pub struct ObservationOptions {
    /// Entries of the audit log.
    audit_capacity: u32,
    /// `None` where nothing is said: then the kernel tells only of what goes wrong with the embedder's own functions.
    log: Option<LogOptions>,
}

struct LogOptions {
    /// `None`: silent.
    least: Option<LogLevel>,
    style: LogStyle,
    write: Option<Function>,
}

impl ObservationOptions {
    /// Reads `audit` and `logger` of the kernel's options.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the option that does not exist or has no such value.
    pub fn from_js(options: &Fields) -> Result<Self, Failure> {
        let audit = options.get("audit")?;
        let audit_capacity = if audit.is_undefined() {
            None
        } else if audit.as_bool() == Some(false) {
            Some(0)
        } else {
            if !audit.is_object() {
                return Err(options.wrong("audit", "{ capacity } or false"));
            }
            Fields::open(&audit, "options.audit", &["capacity"])?.whole("capacity", 0, MOST_AUDIT_ENTRIES)?
        };
        let logger = options.get("logger")?;
        let log = if logger.is_undefined() { None } else { Some(LogOptions::from_js(&logger)?) };
        #[expect(clippy::cast_possible_truncation, reason = "10 000")]
        Ok(Self { audit_capacity: audit_capacity.unwrap_or(audit::CAPACITY as u32), log })
    }

    /// What the kernel is to tell, and who tells of what goes wrong with the embedder's own functions.
    #[must_use]
    pub fn open(self, clock: &Rc<dyn Clock>) -> (Observation, Reporter) {
        let audit_capacity = self.audit_capacity as usize;
        let Some(LogOptions { least, style, write }) = self.log else {
            return (Observation { audit_capacity, logger: Logger::silent() }, Reporter::to_console());
        };
        let logger = least.map_or_else(Logger::silent, |least| {
            Logger::new(
                least,
                style,
                Rc::clone(clock),
                Rc::new(move |record, line| write_line(write.as_ref(), record, line)),
            )
        });
        (Observation { audit_capacity, logger: logger.clone() }, Reporter::to_log(logger))
    }
}

impl LogOptions {
    fn from_js(logger: &JsValue) -> Result<Self, Failure> {
        let fields = Fields::open(logger, "options.logger", &["level", "pretty", "color", "write"])?;
        let level = fields.get("level")?;
        let least = match level.as_string().as_deref() {
            None if level.is_undefined() => None,
            Some("silent") => None,
            Some("debug") => Some(LogLevel::Debug),
            Some("info") => Some(LogLevel::Info),
            Some("warn") => Some(LogLevel::Warn),
            Some("error") => Some(LogLevel::Error),
            _ => return Err(fields.wrong("level", "one of debug, info, warn, error, silent")),
        };
        let style = LogStyle {
            pretty: fields.flag("pretty")?.unwrap_or(false),
            colour: fields.flag("color")?.unwrap_or(false),
        };
        Ok(Self { least, style, write: fields.function("write")? })
    }
}

/// Gives a line to the embedder, or to the console.
fn write_line(write: Option<&Function>, record: &LogRecord<'_>, line: &str) {
    let Some(write) = write else { return console::line(record.level, line) };
    let data = JSON::parse(&record.to_json()).unwrap_or_default();
    if let Err(thrown) = write.call2(&JsValue::UNDEFINED, &line.into(), &data) {
        console::report("logger.write threw", &thrown);
    }
}

/// A number that counts; what is no such number is refused by name.
fn count(value: &JsValue, what: &str, otherwise: f64) -> Result<f64, Failure> {
    if value.is_undefined() {
        return Ok(otherwise);
    }
    value
        .as_f64()
        .filter(|number| *number >= 0.0 && number.fract() == 0.0)
        .ok_or_else(|| refused(&format!("{what} has to be a whole number from 0 on")))
}

#[wasm_bindgen(js_class = Kernel)]
impl JsKernel {
    /// The kept entries of the audit log, after the one of sequence `since`, `limit` at most.
    #[wasm_bindgen(js_name = auditEntries)]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not below 0; saturates")]
    pub fn audit_entries(&self, options: &JsValue) -> Result<JsValue, JsValue> {
        ensure_sound()?;
        let fields = Fields::open(options, "options", &["since", "limit"])?;
        let since = count(&fields.get("since")?, "options.since", 0.0)? as u64;
        let limit = count(&fields.get("limit")?, "options.limit", f64::INFINITY)? as usize;
        JSON::parse(&format!("[{}]", self.kernel.audit().entries(since, limit).join(",")))
    }

    /// The audit log as JSON Lines.
    #[wasm_bindgen(js_name = exportAudit)]
    pub fn export_audit(&self) -> Result<String, JsValue> {
        ensure_sound()?;
        Ok(self.kernel.audit().export())
    }

    /// Calls `listener` with each entry from now on; answers what to unsubscribe by.
    #[wasm_bindgen(js_name = subscribeAudit)]
    pub fn subscribe_audit(&self, listener: &JsValue) -> Result<u32, JsValue> {
        ensure_sound()?;
        let listener: Function =
            listener.clone().dyn_into().map_err(|_| refused("the listener has to be a function"))?;
        let reporter = self.reporter.clone();
        let subscription = self.kernel.audit().subscribe(Rc::new(move |line| {
            let told = JSON::parse(line).and_then(|entry| listener.call1(&JsValue::UNDEFINED, &entry));
            if let Err(thrown) = told {
                reporter.report("a listener of the audit log threw", &thrown);
            }
        }));
        Ok(self.audit_subscriptions.add(subscription))
    }

    /// Ends a subscription.
    #[wasm_bindgen(js_name = unsubscribeAudit)]
    pub fn unsubscribe_audit(&self, id: u32) {
        self.audit_subscriptions.remove(id);
    }

    /// Numbers about the audit log.
    #[wasm_bindgen(js_name = auditStats)]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn audit_stats(&self) -> Result<JsValue, JsValue> {
        ensure_sound()?;
        let stats = self.kernel.audit().stats();
        let count = |number: u64| Value::Number(number as f64);
        Ok(value_to_js(&Value::object([
            ("capacity", count(stats.capacity as u64)),
            ("entries", count(stats.entries as u64)),
            ("total", count(stats.total)),
            ("denied", count(stats.denied)),
            ("errors", count(stats.errors)),
            ("lastHash", stats.last_hash.into()),
        ])))
    }

    /// Numbers about the kernel in the text format of Prometheus.
    pub fn metrics(&self) -> Result<String, JsValue> {
        ensure_sound()?;
        Ok(self.kernel.metrics_text())
    }
}

/// The subscriptions that JavaScript holds by number.
#[derive(Default)]
pub struct Subscriptions {
    count: Cell<u32>,
    all: RefCell<Vec<(u32, audit::Subscription)>>,
}

impl Subscriptions {
    fn add(&self, subscription: audit::Subscription) -> u32 {
        self.count.set(self.count.get() + 1);
        self.all.borrow_mut().push((self.count.get(), subscription));
        self.count.get()
    }

    fn remove(&self, id: u32) {
        self.all.borrow_mut().retain(|(own, _)| *own != id);
    }
}

/// Checks an exported audit log.
#[wasm_bindgen(js_name = verifyAudit)]
pub fn verify_audit(text: &JsValue) -> Result<JsValue, JsValue> {
    ensure_sound()?;
    let text = text.as_string().ok_or_else(|| refused("the log has to be a string"))?;
    Ok(data_to_js(&verify(&text)))
}
