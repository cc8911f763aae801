//! JSON pointers of parameters.

/// The JSON pointer of a parameter outside arrays.
pub(crate) fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}
