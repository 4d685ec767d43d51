//! What a run came to, for whoever asked for it from elsewhere.

use nexus_core::Segment;

/// The result without what is the kernel's own, and without what the panel told to extensions: that may hold its secrets.
pub(super) fn for_caller(mut segment: Segment) -> Segment {
    segment.aborted.clear();
    segment.suspensions.iter_mut().for_each(|call| call.args.clear());
    segment
}
