//! Writes the documents of the API into the source: `cargo xtask schema`.

use std::fs;
use std::path::Path;

use nexus_kernel::api::schema::{documents, text};

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api");
    documents().iter().try_for_each(|(name, document)| fs::write(folder.join(name), text(document)))
}
