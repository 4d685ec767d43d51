//! NXML, the language of panels: a document of data, logic and view.
//!
//! Knows nothing of JavaScript: the code of handlers is text here, and what it does is told by
//! [`HandlerFacts`](nexus_core::HandlerFacts), which the sandbox finds in its syntax tree. Nothing here waits, reads a
//! clock or calls a host.
//!
//! | you have | you get | with |
//! |---|---|---|
//! | a text | a [`Document`]: a [`Panel`], and [`Diagnostic`]s with place and hint | [`parse`] |
//! | the facts of its handlers | diagnostics of their code | [`Document::check_handlers`] |
//! | a [`Panel`] | its first state | [`Panel::initial_state`] |
//! | | what a tool is called with | [`Tool::arguments`] |
//! | | computed values, kept until what they read changes | [`ComputedValues`] |
//! | and a state | the view to show, as data | [`Panel::resolve_view`] |
//! | an error in a handler | its place in the document | [`HandlerCode::in_document`] |
//!
//! ```
//! use nexus_nxml::{ComputedValues, Environment, parse};
//! use nexus_core::{Map, Value};
//!
//! let document = parse(r#"<NexusPanel title="Counter">
//!   <Data>
//!     <State name="count" type="number" default="1"/>
//!     <Computed name="double" value="$state.count * 2"/>
//!   </Data>
//!   <Logic>
//!     <Tool name="add" capabilities="state:read:count, state:write:count">
//!       <Arg name="by" type="number" default="1"/>
//!       <Handler>if ($args.by < 100) $state.count += $args.by;</Handler>
//!     </Tool>
//!   </Logic>
//!   <View>
//!     <Button label="Count: {$state.count}, twice {$state.double}" trigger="add" args="[5]"/>
//!   </View>
//! </NexusPanel>"#);
//! assert!(document.diagnostics().is_empty());
//! let panel = document.panel();
//!
//! let state = panel.initial_state();
//! let mut computed = ComputedValues::new(panel);
//! computed.refresh(&state);
//! let environment = Environment { state: &state, computed: computed.values(), scope: &Map::new() };
//! let button = panel.resolve_view(environment).root.unwrap();
//! assert_eq!(button.properties["label"], Value::from("Count: 1, twice 2"));
//!
//! let arguments = panel.tool("add").unwrap().arguments(button.args).unwrap();
//! assert_eq!(arguments["by"], Value::Number(5.0));
//! ```

mod arguments;
mod bind_path;
mod binding;
mod build;
mod check;
pub mod components;
mod computed;
mod data_type;
mod diagnostic;
mod document;
mod expression;
mod handler_code;
pub mod layout;
pub mod limits;
mod panel;
mod source_map;
mod state_path;
mod suggest;
mod text_map;
mod trigger;
mod view_tree;
mod xml;

pub use bind_path::BindPath;
pub use binding::{Binding, Part};
pub use computed::{ComputedValues, same_value};
pub use data_type::{DataType, Mismatch};
pub use diagnostic::{Diagnostic, Severity};
pub use document::{Document, parse};
pub use expression::{Environment, Expression, ExpressionError, ExpressionErrorKind};
pub use handler_code::HandlerCode;
pub use panel::{Arg, Computed, Declared, Extension, Handler, Lifecycle, Meta, Panel, State, Tool, ViewKind, ViewNode};
pub use state_path::{StatePath, Step};
pub use trigger::{CronSchedule, EventPattern, Trigger};
pub use view_tree::{ViewElement, ViewTree};
