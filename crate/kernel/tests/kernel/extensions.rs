//! Extensions made of closures.

use std::cell::RefCell;
use std::rc::Rc;

use nexus_core::{Error, ErrorCode, Value};
use nexus_kernel::clock::Clock;
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::{CallContext, Extension};

use crate::world::VirtualClock;

type Hook = Box<dyn Fn() -> LocalFuture<'static, Result<(), Error>>>;
type Body = Box<dyn Fn(&str, Vec<Value>, CallContext) -> LocalFuture<'static, Result<Value, Error>>>;

pub fn error(message: &str) -> Error {
    Error::new(ErrorCode::ExecutionError, message)
}

/// An extension whose every part can be replaced.
pub struct Made {
    pub name: String,
    pub methods: Vec<String>,
    pub caveats: Vec<String>,
    pub init: Hook,
    pub shutdown: Hook,
    pub call: Body,
}

impl Made {
    pub fn new(name: &str, methods: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            methods: methods.iter().map(|&method| method.to_owned()).collect(),
            caveats: Vec::new(),
            init: Box::new(|| Box::pin(async { Ok(()) })),
            shutdown: Box::new(|| Box::pin(async { Ok(()) })),
            call: Box::new(|_, args, _| Box::pin(async { Ok(args.into_iter().next().unwrap_or_default()) })),
        }
    }
}

impl Extension for Made {
    fn name(&self) -> &str {
        &self.name
    }

    fn methods(&self) -> Vec<String> {
        self.methods.clone()
    }

    fn init(&self) -> LocalFuture<'_, Result<(), Error>> {
        (self.init)()
    }

    fn shutdown(&self) -> LocalFuture<'_, Result<(), Error>> {
        (self.shutdown)()
    }

    fn call<'a>(
        &'a self,
        method: &'a str,
        args: Vec<Value>,
        context: CallContext,
    ) -> LocalFuture<'a, Result<Value, Error>> {
        (self.call)(method, args, context)
    }

    fn caveats(&self) -> &[String] {
        &self.caveats
    }

    /// The first argument, if it is text.
    fn caveat_value(&self, _caveat: &str, _method: &str, args: &[Value]) -> Option<String> {
        args.first()?.as_str().map(str::to_owned)
    }
}

/// Lines that a test compares.
#[derive(Clone, Default)]
pub struct Notes(Rc<RefCell<Vec<String>>>);

impl Notes {
    pub fn add(&self, line: impl Into<String>) {
        self.0.borrow_mut().push(line.into());
    }

    /// All lines until now, which are then forgotten.
    pub fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// The extension `test`, which notes what happens to its calls:
///
/// - `wait(ms, value?)` answers `value`, or else `ms`, after that time
/// - `echo(value)` answers at once
/// - `fail(message, ms?)` fails, after that time
/// - `never()` does not answer
pub fn test_extension(clock: Rc<VirtualClock>, notes: Notes) -> Rc<dyn Extension> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    let call: Body = Box::new(move |method, args, context| {
        let (clock, notes, method) = (clock.clone(), notes.clone(), method.to_owned());
        Box::pin(async move {
            let arg = |index: usize| args.get(index).cloned().unwrap_or_default();
            let label =
                format!("{method}({})", arg(0).as_number().map_or_else(String::new, |number| number.to_string()));
            notes.add(format!("{label} called"));
            let aborted = {
                let (notes, label) = (notes.clone(), label.clone());
                context.signal.on_abort(move |reason| notes.add(format!("{label} aborted: {}", reason.message)))
            };
            let outcome = match method.as_str() {
                "wait" => {
                    clock.sleep(arg(0).as_number().unwrap_or_default() as u64).await;
                    Ok(if args.len() > 1 { arg(1) } else { arg(0) })
                }
                "echo" => Ok(arg(0)),
                "fail" => {
                    clock.sleep(arg(1).as_number().unwrap_or_default() as u64).await;
                    Err(Error::new(ErrorCode::PermissionDenied, arg(0).as_str().unwrap_or("failed")))
                }
                _ => std::future::pending().await,
            };
            drop(aborted);
            notes.add(format!("{label} answered"));
            outcome
        })
    });
    Rc::new(Made { call, ..Made::new("test", &["wait", "echo", "fail", "never"]) })
}
