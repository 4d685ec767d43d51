//! The panels of a kernel.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use futures_util::future::{Either, FutureExt, WeakShared, join, join_all, select};
use indexmap::IndexMap;
use nexus_core::{CapabilityToken, Error, ErrorCode, HandlerFacts, Map, Value, limits};
use nexus_nxml::{Diagnostic, Document};

use crate::abort::{AbortController, AbortSignal};
use crate::api::definition::{self, PanelDefinition};
use crate::audit::{Outcome, Record, Subject, action};
use crate::call::check_caveats;
use crate::engine::LocalFuture;
use crate::extension_view::{ExtensionNames, ExtensionView};
use crate::kernel::{Shared, check_source};
use crate::origin::Origin;
use crate::panel::event::PanelStatus;
use crate::panel::state::PanelState;
use crate::panel::{Panel, Parts, not_found};

/// What a policy is asked.
#[derive(Debug, Clone)]
pub struct PolicyRequest {
    /// The panel's name.
    pub id: String,
    /// Its document.
    pub document: Rc<nexus_nxml::Panel>,
    /// What its handlers declare, each token once.
    pub requested: Vec<CapabilityToken>,
}

/// Decides what a new panel is granted of what its document declares. What it answers beyond that grants nothing.
pub type Policy = Rc<dyn Fn(PolicyRequest) -> LocalFuture<'static, Result<Vec<CapabilityToken>, Error>>>;

/// What holds for all panels of a kernel.
#[derive(Clone)]
pub struct PanelsOptions {
    /// How many there may be at once: [`limits::PANELS`].
    pub max_panels: usize,
    /// How many runs of one panel may wait for their first turn: [`limits::PANEL_QUEUE`].
    pub max_queued_runs: usize,
    /// Asked for each panel that is created without one of its own; without any, everything declared is granted.
    pub policy: Option<Policy>,
}

impl Default for PanelsOptions {
    fn default() -> Self {
        Self { max_panels: limits::PANELS, max_queued_runs: limits::PANEL_QUEUE, policy: None }
    }
}

/// What a panel is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum PanelSource {
    /// An NXML document.
    Nxml(String),
    /// Data that says the same.
    Definition(Box<PanelDefinition>),
}

impl From<&str> for PanelSource {
    fn from(nxml: &str) -> Self {
        Self::Nxml(nxml.to_owned())
    }
}

impl From<&String> for PanelSource {
    fn from(nxml: &String) -> Self {
        Self::Nxml(nxml.clone())
    }
}

impl From<PanelDefinition> for PanelSource {
    fn from(definition: PanelDefinition) -> Self {
        Self::Definition(Box::new(definition))
    }
}

/// What a panel is created with besides its document.
#[derive(Clone, Default)]
pub struct PanelOptions {
    /// Its name; without, that in the document or the definition; without that too, one is made up.
    pub id: Option<String>,
    /// The first values of states, where they are not the document's defaults.
    pub state: Map,
    /// The whole state of such a panel as it was, in place of the document's and of [`state`](Self::state), and taken as it is: handlers
    /// may have added keys, and values of other types than the document says.
    pub restored: Option<Map>,
    /// What kind of panel it is; without, that of the definition.
    pub kind: Option<String>,
    /// Whatever else is to be kept with it; without, that of the definition.
    pub metadata: Option<Value>,
    /// Decides what it is granted, in place of the kernel's.
    pub policy: Option<Policy>,
    /// Gives the creation up: the panel is destroyed again.
    pub signal: AbortSignal,
}

/// What the check of a document found.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// The panel, as far as it could be understood.
    pub panel: nexus_nxml::Panel,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// What each handler needs, or why that is not known; in the order of [`nexus_nxml::Panel::handlers`].
    pub needed: Vec<Result<Vec<CapabilityToken>, Error>>,
}

/// The panels by their names; `None` for one that is being made.
#[derive(Default)]
pub(crate) struct PanelRegistry {
    panels: RefCell<IndexMap<String, Option<Panel>>>,
    /// Panels that were taken out, and whose `unmount` may still run.
    leaving: RefCell<Vec<WeakShared<LocalFuture<'static, ()>>>>,
    options: RefCell<PanelsOptions>,
}

/// The panels of a kernel. Clones are the same.
#[derive(Clone)]
pub struct Panels(Rc<Shared>);

/// The name of a panel that is being made; free again when it is dropped before there is a panel.
struct Reserved {
    shared: Rc<Shared>,
    id: String,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut panels = self.shared.panels.panels.borrow_mut();
        if let Some(None) = panels.get(&self.id) {
            panels.shift_remove(&self.id);
        }
    }
}

impl Panels {
    pub(crate) fn of(shared: &Rc<Shared>) -> Self {
        Self(Rc::clone(shared))
    }

    /// Sets what holds for all panels; those that live keep what they have.
    pub fn configure(&self, options: PanelsOptions) {
        self.0.panels.options.replace(options);
    }

    /// Makes a panel of a document or a [`definition`], and runs its `mount` to the end. A `mount` that fails leaves a panel of status `error`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the kernel is closed, or the name or a value of the state cannot be used; the code of its first mistake
    /// for a document that is not valid, with all in `context.diagnostics`; `PANEL_EXISTS`; `RESOURCE_LIMIT` (`panels`,
    /// `panelStateBytes`); `INVALID_CAPABILITY` for a caveat that the extension does not declare; what the policy failed with; the
    /// reason of an abort. Nothing of the panel is left then.
    pub fn create(
        &self,
        source: impl Into<PanelSource>,
        mut options: PanelOptions,
    ) -> LocalFuture<'static, Result<Panel, Error>> {
        let (panels, mut source) = (self.clone(), source.into());
        if let PanelSource::Definition(definition) = &mut source {
            options.id = options.id.or_else(|| definition.id.take());
            options.kind = options.kind.or_else(|| definition.kind.take());
            options.metadata = options.metadata.or_else(|| definition.metadata.take());
        }
        let open = self.0.check_open();
        Box::pin(async move {
            open?;
            let (signal, named) = (options.signal.clone(), options.id.clone().unwrap_or_default());
            // A policy may never answer.
            let given_up = AbortController::following(&[&signal, &panels.0.closing.signal()]).signal();
            let made = match select(Box::pin(panels.make(source, options)), given_up.aborted()).await {
                Either::Left((made, _)) => made,
                Either::Right((reason, _)) => Err(panels.0.check_open().err().unwrap_or(reason)),
            };
            panels.witness(action::PANEL_CREATE, made.as_ref().map_or(&named, Panel::id), Outcome::of(&made));
            let panel = made?;
            let mounted = panel.mount(&signal).await;
            match mounted.err().or_else(|| signal.reason()).or_else(|| panel.stopped()) {
                None => Ok(panel),
                Some(error) => {
                    panels.destroy(panel.id()).await;
                    Err(error)
                }
            }
        })
    }

    /// Tells the audit log what became of a panel.
    fn witness(&self, action: &str, id: &str, outcome: Outcome<'_>) {
        let origin = Origin { panel: Some(id.into()), ..Origin::default() };
        self.0.audit.record(&Subject::new(&origin, None), &Record { outcome, ..Record::allowed(action, id) });
    }

    async fn make(&self, source: PanelSource, options: PanelOptions) -> Result<Panel, Error> {
        let given = match &source {
            PanelSource::Nxml(nxml) => Value::from(nxml.as_str()),
            PanelSource::Definition(definition) => definition.given.clone(),
        };
        let (document, warnings) = match source {
            PanelSource::Nxml(nxml) => self.read_document(&nxml).await?,
            PanelSource::Definition(definition) => self.read_definition(&definition).await?,
        };
        let document = Rc::new(document);
        let PanelOptions { id, state, restored, kind, metadata, policy, .. } = options;
        let reserved = self.reserve(id.or_else(|| document.meta.id.clone()))?;
        let state = restored.map_or_else(|| initial_state(&document, state), Ok)?;
        let state = PanelState::new(&document, state)?;
        let PanelsOptions { policy: general, max_queued_runs, .. } = self.0.panels.options.borrow().clone();
        let extensions = extension_names(&document);
        let grants = self.grants(&reserved.id, &document, &extensions, policy.or(general)).await?;
        self.0.check_open()?;
        let document = Rc::try_unwrap(document).unwrap_or_else(|shared| (*shared).clone());
        let id = reserved.id.as_str().into();
        let source = given;
        let parts =
            Parts { id, kind, metadata, source, document, warnings, grants, extensions, state, max_queued_runs };
        let panel = Panel::new(&self.0, parts);
        self.0.panels.panels.borrow_mut().insert(reserved.id.clone(), Some(panel.clone()));
        Ok(panel)
    }

    /// A document that is valid, and what it is warned of.
    async fn read_document(&self, nxml: &str) -> Result<(nexus_nxml::Panel, Vec<Diagnostic>), Error> {
        let mut document = nexus_nxml::parse(nxml);
        self.check_handlers(&mut document).await?;
        if let Some(error) = document.error() {
            return Err(error);
        }
        let warnings = document.diagnostics().to_vec();
        Ok((document.into_panel(), warnings))
    }

    /// The same of a definition, by way of the document that says what it says.
    async fn read_definition(
        &self,
        definition: &PanelDefinition,
    ) -> Result<(nexus_nxml::Panel, Vec<Diagnostic>), Error> {
        let written = definition.write(&self.0.extensions.list());
        let mut document = nexus_nxml::parse(&written.nxml);
        definition.complete(&mut document);
        self.check_handlers(&mut document).await?;
        let diagnostics = definition.diagnostics(&written, document.diagnostics());
        if let Some(error) = definition.refusal(&diagnostics) {
            return Err(error);
        }
        let panel = document.into_panel();
        let view = ExtensionView::new(self.0.extensions.clone(), Some(extension_names(&panel)));
        for (token, path) in definition.capabilities() {
            check_caveats(&view, std::slice::from_ref(token)).map_err(|error| definition::at(&path, error))?;
        }
        Ok((panel, diagnostics))
    }

    fn reserve(&self, id: Option<String>) -> Result<Reserved, Error> {
        let mut panels = self.0.panels.panels.borrow_mut();
        let max = self.0.panels.options.borrow().max_panels;
        if panels.len() >= max {
            return Err(Error::resource_limit("panels", max, panels.len() + 1));
        }
        let id = match id {
            Some(id) => {
                check_id(&id)?;
                if panels.contains_key(&id) {
                    let why = format!("there is a panel {id:?} already");
                    return Err(Error::new(ErrorCode::PanelExists, why)
                        .with_context(Value::object([("panel", Value::from(id))])));
                }
                id
            }
            None => {
                let mut bytes = [0; 4];
                self.0.platform.entropy.fill(&mut bytes);
                let mut number = u32::from_be_bytes(bytes);
                loop {
                    let id = format!("panel_{number:08x}");
                    if !panels.contains_key(&id) {
                        break id;
                    }
                    // Not by chance again: an embedder's may be the same each time.
                    number = number.wrapping_add(1);
                }
            }
        };
        panels.insert(id.clone(), None);
        Ok(Reserved { shared: Rc::clone(&self.0), id })
    }

    /// What each handler may do: what it declares, as far as the policy agrees.
    async fn grants(
        &self,
        id: &str,
        document: &Rc<nexus_nxml::Panel>,
        extensions: &Rc<ExtensionNames>,
        policy: Option<Policy>,
    ) -> Result<Vec<Vec<CapabilityToken>>, Error> {
        let view = ExtensionView::new(self.0.extensions.clone(), Some(Rc::clone(extensions)));
        let mut declared = Vec::new();
        for handler in document.handlers() {
            let mut tokens: Vec<CapabilityToken> = Vec::new();
            for one in &handler.capabilities {
                check_caveats(&view, std::slice::from_ref(&one.token))
                    .map_err(|error| Error { location: Some(one.location), ..error })?;
                if !tokens.contains(&one.token) {
                    tokens.push(one.token.clone());
                }
            }
            declared.push(tokens);
        }
        let Some(policy) = policy else { return Ok(declared) };
        let mut requested: Vec<CapabilityToken> = Vec::new();
        for token in declared.iter().flatten() {
            if !requested.contains(token) {
                requested.push(token.clone());
            }
        }
        let granted = policy(PolicyRequest { id: id.to_owned(), document: Rc::clone(document), requested }).await?;
        let narrowed = |token: &CapabilityToken| -> Vec<CapabilityToken> {
            if granted.iter().any(|own| own.covers(token)) {
                return vec![token.clone()];
            }
            granted.iter().filter(|own| token.covers(own)).cloned().collect()
        };
        Ok(declared.iter().map(|tokens| tokens.iter().flat_map(narrowed).collect()).collect())
    }

    /// Everything that is wrong with a document, and what its handlers need.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the kernel is closed, otherwise what the engine fails with. A document that is not valid is no error.
    pub async fn inspect(&self, nxml: &str) -> Result<Inspection, Error> {
        self.0.check_open()?;
        let mut document = nexus_nxml::parse(nxml);
        let facts = self.check_handlers(&mut document).await?;
        let diagnostics = document.diagnostics().to_vec();
        let needed = facts.into_iter().map(|facts| facts.map(|facts| facts.capabilities)).collect();
        Ok(Inspection { panel: document.into_panel(), diagnostics, needed })
    }

    async fn check_handlers(&self, document: &mut Document<'_>) -> Result<Vec<Result<HandlerFacts, Error>>, Error> {
        let codes: Vec<String> = document.panel().handlers().map(|one| one.code.as_str().to_owned()).collect();
        let refused: Vec<Option<Error>> = codes.iter().map(|code| check_source(code, &self.0.limits).err()).collect();
        let taken = codes.iter().zip(&refused).filter(|(_, refused)| refused.is_none());
        let sources: Vec<&str> = taken.map(|(code, _)| code.as_str()).collect();
        let mut found = self.0.platform.engine.all_handler_facts(&sources).await?.into_iter();
        let missing = || Err(Error::internal("the engine says nothing about a handler"));
        let facts: Vec<_> = refused
            .into_iter()
            .map(|refused| refused.map_or_else(|| found.next().unwrap_or_else(missing), Err))
            .collect();
        for error in facts.iter().filter_map(|facts| facts.as_ref().err()) {
            // Mistakes of the handler's are the document's; the others are nobody's here.
            if let ErrorCode::WasmError | ErrorCode::InternalError | ErrorCode::Cancelled = error.code {
                return Err(error.clone());
            }
        }
        document.check_handlers(&facts);
        Ok(facts)
    }

    /// All panels, in the order of their creation.
    #[must_use]
    pub fn list(&self) -> Vec<Panel> {
        self.0.panels.panels.borrow().values().flatten().cloned().collect()
    }

    /// How many there are of each status.
    #[must_use]
    pub fn counts(&self) -> Vec<(&'static str, u64)> {
        let panels = self.0.panels.panels.borrow();
        let count =
            |status: PanelStatus| panels.values().flatten().filter(|panel| panel.status() == status).count() as u64;
        PanelStatus::LIVE.iter().map(|status| (status.as_str(), count(*status))).collect()
    }

    /// The panel of that name.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Panel> {
        self.0.panels.panels.borrow().get(id).cloned().flatten()
    }

    /// The panel of that name.
    ///
    /// # Errors
    /// `PANEL_NOT_FOUND`.
    pub fn find(&self, id: &str) -> Result<Panel, Error> {
        self.get(id).ok_or_else(|| not_found(id))
    }

    /// Takes a panel out at once: its runs are cancelled and its triggers stop. The future answers whether it was there, after its
    /// `unmount`.
    pub fn destroy(&self, id: &str) -> impl Future<Output = bool> + use<> {
        let panel = {
            let mut panels = self.0.panels.panels.borrow_mut();
            // One that is being made belongs to whoever makes it.
            if panels.get(id).is_some_and(Option::is_some) { panels.shift_remove(id).flatten() } else { None }
        };
        let stopping = panel.map(|panel| {
            self.witness(action::PANEL_DESTROY, id, Outcome::Allowed);
            self.0.metrics.forget_panel(id);
            let stopping = (Box::pin(panel.stop("the panel was destroyed")) as LocalFuture<'static, ()>).shared();
            let mut leaving = self.0.panels.leaving.borrow_mut();
            leaving.retain(|one| one.upgrade().is_some());
            leaving.extend(stopping.downgrade());
            stopping
        });
        async move {
            match stopping {
                Some(stopping) => {
                    stopping.await;
                    true
                }
                None => false,
            }
        }
    }

    /// Destroys all, and waits for those that were destroyed before.
    pub(crate) async fn close(&self) {
        let panels: Vec<_> = self.0.panels.panels.take().into_values().flatten().collect();
        let stop = |panel: &Panel| {
            self.witness(action::PANEL_DESTROY, panel.id(), Outcome::Allowed);
            panel.stop("the kernel was closed")
        };
        let stopping = join_all(panels.iter().map(stop));
        let leaving: Vec<_> = self.0.panels.leaving.take().iter().filter_map(WeakShared::upgrade).collect();
        join(stopping, join_all(leaving)).await;
    }
}

/// What each extension of a document is registered by, under its alias.
fn extension_names(document: &nexus_nxml::Panel) -> Rc<ExtensionNames> {
    let extensions = document.extensions.iter();
    Rc::new(extensions.map(|one| (one.alias.clone(), registered_name(&one.name).to_owned())).collect())
}

/// The name that an extension of a document is registered by: extensions have names without dots, so of `nexus.http` the last part.
fn registered_name(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

/// Whether a panel can have that name: names stand in addresses and in logs. In addresses `.` and `..` are other places.
pub(crate) fn is_panel_id(id: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '$');
    !matches!(id, "" | "." | "..") && id.len() <= nexus_nxml::limits::IDENTIFIER_LENGTH && id.chars().all(is_name)
}

fn check_id(id: &str) -> Result<(), Error> {
    if !is_panel_id(id) {
        return Err(Error::invalid_argument(format!(
            "the name of a panel has 1 to {} letters, digits, dots, colons, hyphens and underscores, and is not . or .., unlike {id:?}",
            nexus_nxml::limits::IDENTIFIER_LENGTH
        )));
    }
    Ok(())
}

/// The document's first state, with `given` values in it.
fn initial_state(document: &nexus_nxml::Panel, given: Map) -> Result<Map, Error> {
    let mut state = document.initial_state();
    for (key, value) in given {
        let declared = document.states.iter().find(|declared| declared.name == key);
        let declared = declared.ok_or_else(|| Error::invalid_argument(format!("the panel has no state {key:?}")))?;
        value.check(limits::VALUE_DEPTH, limits::VALUE_BYTES)?;
        let value = declared.data_type.coerce(value).map_err(|mismatch| {
            Error::invalid_argument(format!("{key} has to be of type {}, not {}", mismatch.wanted, mismatch.given))
        })?;
        state.insert(key, value);
    }
    Ok(state)
}
