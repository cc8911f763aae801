//! What a program needs to know of a result of any model: its file, its price and its identity.

use crate::Fields;
use crate::answer::Lenient as _;
use serde_json::Value;

/// A result of a task. Generated results and maps of fields implement it.
pub trait ResultItem {
    /// The file, as the result has it; the first of several.
    fn file(&self) -> Option<ResultFile<'_>>;

    /// All files: a result can have several, such as the parts of a 3D model.
    fn files(&self) -> Vec<ResultFile<'_>> {
        self.file().into_iter().collect()
    }

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
            name if name.ends_with("URL") || name == "url" => Some(Self::Url(text)),
            _ => None,
        }
    }
}

/// The fields as they come: for modules that are generated from a spec without results.
impl ResultItem for Fields {
    fn file(&self) -> Option<ResultFile<'_>> {
        self.files().into_iter().next()
    }

    fn files(&self) -> Vec<ResultFile<'_>> {
        let mut files = Vec::new();
        self.iter().for_each(|(name, value)| add_files(name, value, &mut files));
        files
    }

    fn cost(&self) -> Option<f64> {
        f64::read_value(self.get("cost")?.clone()).0
    }

    fn identity(&self) -> Option<&str> {
        let own = |name: &str| name.ends_with("UUID") && name != "taskUUID";
        self.iter().find_map(|(name, value)| value.as_str().filter(|_| own(name)))
    }
}

/// The files in a value of that name: the text itself, or those of its items and members.
fn add_files<'a>(name: &str, value: &'a Value, files: &mut Vec<ResultFile<'a>>) {
    match value {
        Value::String(text) => files.extend(ResultFile::named(name, text)),
        Value::Array(items) => items.iter().for_each(|item| add_files(name, item, files)),
        Value::Object(members) => members.iter().for_each(|(name, value)| add_files(name, value, files)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
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

/// A result, or an object in one: for generated code.
pub trait Part {
    /// The files in it.
    fn files(&self) -> Vec<ResultFile<'_>>;

    /// What distinguishes it from others.
    fn identity(&self) -> Option<&str>;
}

impl<T: Part> Part for Option<T> {
    fn files(&self) -> Vec<ResultFile<'_>> {
        self.iter().flat_map(Part::files).collect()
    }

    fn identity(&self) -> Option<&str> {
        self.as_ref().and_then(Part::identity)
    }
}

impl<T: Part> Part for Vec<T> {
    fn files(&self) -> Vec<ResultFile<'_>> {
        self.iter().flat_map(Part::files).collect()
    }

    fn identity(&self) -> Option<&str> {
        self.iter().find_map(Part::identity)
    }
}

/// For generated results: the fields of the files, each with its form, the identity, and the objects with more of them.
#[macro_export]
#[doc(hidden)]
macro_rules! result_part {
    ($name:ident { files: [$($form:ident $file:ident),*], identity: [$($identity:ident)?], parts: [$($part:ident),*], }) => {
        impl $crate::result::Part for $name {
            fn files(&self) -> ::std::vec::Vec<$crate::ResultFile<'_>> {
                let files: [::std::vec::Vec<$crate::ResultFile<'_>>; _] = [
                    ::std::vec::Vec::new(),
                    $($crate::result::Text::text(&self.$file).map($crate::ResultFile::$form).into_iter().collect(),)*
                    $($crate::result::Part::files(&self.$part),)*
                ];
                files.concat()
            }

            fn identity(&self) -> ::std::option::Option<&str> {
                let identity = ::std::option::Option::<&str>::None;
                $(let identity = identity.or($crate::result::Text::text(&self.$identity));)?
                $(let identity = identity.or_else(|| $crate::result::Part::identity(&self.$part));)*
                identity
            }
        }
    };
}

/// For generated results: the field of the price.
#[macro_export]
#[doc(hidden)]
macro_rules! result_item {
    ($name:ident { cost: [$($cost:ident)?], }) => {
        impl $crate::ResultItem for $name {
            fn file(&self) -> ::std::option::Option<$crate::ResultFile<'_>> {
                $crate::result::Part::files(self).into_iter().next()
            }

            fn files(&self) -> ::std::vec::Vec<$crate::ResultFile<'_>> {
                $crate::result::Part::files(self)
            }

            fn cost(&self) -> ::std::option::Option<f64> {
                let cost = ::std::option::Option::<f64>::None;
                $(let cost = cost.or(::std::option::Option::from(self.$cost));)?
                cost
            }

            fn identity(&self) -> ::std::option::Option<&str> {
                $crate::result::Part::identity(self)
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
        let model =
            fields(r#"{"outputs":{"files":[{"uuid":"a","url":"https://x/a"},{"url":"https://x/b"}]}}"#);
        assert_eq!(model.files(), [ResultFile::Url("https://x/a"), ResultFile::Url("https://x/b")]);
    }
}
