//! What a program needs to know of a result of any model: its file, its price and its identity.

use crate::Fields;
use crate::answer::Lenient as _;

/// A result of a task. Generated results and maps of fields implement it.
pub trait ResultItem {
    /// The file, as the result has it.
    fn file(&self) -> Option<ResultFile<'_>>;

    /// The price in US dollars, if the result has it.
    fn cost(&self) -> Option<f64>;

    /// What distinguishes it from the other results of its task, such as the `imageUUID`.
    fn identity(&self) -> Option<&str>;
}

/// The file of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResultFile<'a> {
    /// A URL to download it from.
    Url(&'a str),
    /// Its bytes as Base64 text.
    Base64(&'a str),
    /// A `data:` URI.
    DataUri(&'a str),
}

impl<'a> ResultFile<'a> {
    /// The file in a field, whose form the ending of its name says.
    fn named(name: &str, text: &'a str) -> Option<Self> {
        match name {
            name if name.ends_with("DataURI") => Some(Self::DataUri(text)),
            name if name.ends_with("Base64Data") => Some(Self::Base64(text)),
            name if name.ends_with("URL") => Some(Self::Url(text)),
            _ => None,
        }
    }
}

/// The fields as they come: for modules that are generated from a spec without results.
impl ResultItem for Fields {
    fn file(&self) -> Option<ResultFile<'_>> {
        self.iter().find_map(|(name, value)| ResultFile::named(name, value.as_str()?))
    }

    fn cost(&self) -> Option<f64> {
        f64::read(self.get("cost")?.clone()).0
    }

    fn identity(&self) -> Option<&str> {
        let own = |name: &str| name.ends_with("UUID") && name != "taskUUID";
        self.iter().find_map(|(name, value)| value.as_str().filter(|_| own(name)))
    }
}

crate::result_file!(Fields);

/// A text, or one that may be absent.
pub trait Text {
    /// The text.
    fn text(&self) -> Option<&str>;
}

impl Text for String {
    fn text(&self) -> Option<&str> {
        // Empty if the answer has none.
        Some(self.as_str()).filter(|text| !text.is_empty())
    }
}

impl Text for Option<String> {
    fn text(&self) -> Option<&str> {
        self.as_ref().and_then(Text::text)
    }
}

/// For generated results: the fields of the file, each with its form, the price and the identity.
#[macro_export]
#[doc(hidden)]
macro_rules! result_item {
    ($name:ident { files: [$($form:ident $file:ident),*], cost: [$($cost:ident)?], identity: [$($identity:ident)?], }) => {
        impl $crate::ResultItem for $name {
            fn file(&self) -> ::std::option::Option<$crate::ResultFile<'_>> {
                $(
                    if let ::std::option::Option::Some(text) = $crate::result::Text::text(&self.$file) {
                        return ::std::option::Option::Some($crate::ResultFile::$form(text));
                    }
                )*
                ::std::option::Option::None
            }

            fn cost(&self) -> ::std::option::Option<f64> {
                let cost = ::std::option::Option::<f64>::None;
                $(let cost = cost.or(::std::option::Option::from(self.$cost));)?
                cost
            }

            fn identity(&self) -> ::std::option::Option<&str> {
                let identity = ::std::option::Option::<&str>::None;
                $(let identity = identity.or($crate::result::Text::text(&self.$identity));)?
                identity
            }
        }

        $crate::result_file!($name);
    };
}

/// For generated results: no methods for the file without a client.
#[cfg(not(feature = "client-base"))]
#[macro_export]
#[doc(hidden)]
macro_rules! result_file {
    ($name:ident) => {};
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Answer as _;

    #[test]
    fn fields_without_a_struct_tell_what_they_are_by_their_names() {
        let fields = |text: &str| Fields::read(text.to_owned());
        let image = fields(r#"{"taskUUID":"t","imageUUID":"i","cost":"0.0530","imageURL":"https://x/y"}"#);
        assert_eq!(image.file(), Some(ResultFile::Url("https://x/y")));
        assert_eq!((image.cost(), image.identity()), (Some(0.053), Some("i")));
        let video = fields(r#"{"videoDataURI":"data:video/mp4;base64,AA==","cost":null}"#);
        assert_eq!(video.file(), Some(ResultFile::DataUri("data:video/mp4;base64,AA==")));
        assert_eq!((video.cost(), video.identity()), (None, None));
        assert_eq!(fields("{}").file(), None);
    }
}
