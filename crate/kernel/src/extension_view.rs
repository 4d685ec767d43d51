//! The extensions of a kernel as one run sees them.

use std::rc::Rc;

use indexmap::IndexMap;
use nexus_core::{Error, Value};

use crate::extension::{CallContext, Extension};
use crate::extension_manager::ExtensionManager;

/// The name that each extension is registered by, under the name that a handler calls it by.
pub type ExtensionNames = IndexMap<String, String>;

/// Either all extensions by their own names, or those that a panel declares by the names that it gives them.
#[derive(Clone)]
pub(crate) struct ExtensionView {
    extensions: ExtensionManager,
    names: Option<Rc<ExtensionNames>>,
}

impl ExtensionView {
    pub(crate) const fn new(extensions: ExtensionManager, names: Option<Rc<ExtensionNames>>) -> Self {
        Self { extensions, names }
    }

    /// The name that the extension is registered by.
    fn registered<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.names.as_ref().map_or(Some(name), |names| names.get(name).map(String::as_str))
    }

    pub(crate) fn get(&self, name: &str) -> Option<Rc<dyn Extension>> {
        self.extensions.get(self.registered(name)?)
    }

    /// Finds what a call is for.
    ///
    /// # Errors
    /// `EXTENSION_NOT_FOUND`, then `METHOD_NOT_FOUND`.
    pub(crate) fn find(&self, name: &str, method: &str) -> Result<Rc<dyn Extension>, Error> {
        let registered = self.registered(name).filter(|registered| self.extensions.has(registered));
        let registered = registered.ok_or_else(|| Error::extension_not_found(name))?;
        self.extensions.find(registered, method).map_err(|_| Error::method_not_found(name, method))
    }

    /// Those that are registered, each with its methods.
    pub(crate) fn catalogue(&self) -> IndexMap<String, Vec<String>> {
        let Some(names) = &self.names else { return self.extensions.catalogue() };
        let there = names.iter().filter(|(_, registered)| self.extensions.has(registered));
        there.map(|(name, registered)| (name.clone(), self.extensions.get_methods(registered))).collect()
    }

    /// Calls a method.
    ///
    /// # Errors
    /// As [`ExtensionManager::call`].
    pub(crate) async fn call(
        &self,
        name: &str,
        method: &str,
        args: Vec<Value>,
        context: CallContext,
    ) -> Result<Value, Error> {
        let registered = self.registered(name).ok_or_else(|| Error::extension_not_found(name))?;
        self.extensions.call(registered, method, args, context).await
    }
}
