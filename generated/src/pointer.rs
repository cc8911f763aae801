//! Where a value stands in a request, kept on the stack until somebody asks.

use std::fmt;

/// A place, linked to the place that holds it.
#[derive(Clone, Copy)]
pub enum At<'a> {
    /// The whole value.
    Root,
    /// A member of an object.
    Key(&'a At<'a>, &'a str),
    /// An item of an array.
    Index(&'a At<'a>, usize),
}

impl<'a> At<'a> {
    /// The member of that name.
    #[inline]
    #[must_use]
    pub fn key(&'a self, name: &'a str) -> At<'a> {
        Self::Key(self, name)
    }

    /// The item at that place.
    #[inline]
    #[must_use]
    pub fn index(&'a self, index: usize) -> At<'a> {
        Self::Index(self, index)
    }
}

/// A JSON pointer (RFC 6901); the empty text is the whole value.
impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(parent, name) => {
                parent.fmt(f)?;
                f.write_str("/")?;
                if name.contains(['~', '/']) {
                    return f.write_str(&name.replace('~', "~0").replace('/', "~1"));
                }
                f.write_str(name)
            }
            Self::Index(parent, index) => {
                parent.fmt(f)?;
                write!(f, "/{index}")
            }
        }
    }
}
