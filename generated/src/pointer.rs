//! Where a value stands in a request, kept on the stack until somebody asks.

use std::fmt::Write as _;

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

impl At<'_> {
    /// The place as a JSON pointer (RFC 6901); the empty text is the whole value.
    pub(crate) fn pointer(&self) -> String {
        let mut pointer = String::with_capacity(self.len());
        self.write(&mut pointer);
        pointer
    }

    /// The length of the pointer, unless names have signs that are escaped or there are many items.
    fn len(&self) -> usize {
        match self {
            Self::Root => 0,
            Self::Key(parent, name) => parent.len() + 1 + name.len(),
            Self::Index(parent, _) => parent.len() + 4,
        }
    }

    fn write(&self, pointer: &mut String) {
        match self {
            Self::Root => {}
            Self::Key(parent, name) => {
                parent.write(pointer);
                pointer.push('/');
                if name.contains(['~', '/']) {
                    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                } else {
                    pointer.push_str(name);
                }
            }
            Self::Index(parent, index) => {
                parent.write(pointer);
                let _ = write!(pointer, "/{index}");
            }
        }
    }
}
