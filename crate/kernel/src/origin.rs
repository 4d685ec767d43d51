//! Where a run comes from: what the outside is told about who calls.

use std::rc::Rc;

/// Who a run belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The panel whose handler it is; a run of its own has none.
    pub panel: Option<Rc<str>>,
    /// The tool, or `mount` or `unmount`.
    pub handler: Option<Rc<str>>,
    /// On whose behalf: what the embedder says of its caller, or the trigger that fired.
    pub actor: Option<Rc<str>>,
}
