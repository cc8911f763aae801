//! Faults that nobody can see, proved from the spec.

use crate::mock::Fault;
use airspec::Model;

/// Why no request and no answer can show the fault; nothing where one may.
pub(super) fn reason(_model: &Model, _fault: &Fault) -> Option<String> {
    None
}
