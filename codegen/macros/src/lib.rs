//! The generator as a macro.
//!
//! ```
//! mod tiny {
//!     airspec_macros::model!("tests/tiny.json");
//! }
//!
//! let request = tiny::Request::builder(tiny::Required { prompt: "a lighthouse".into() }).build();
//! assert!(request.is_ok());
//! ```
//!
//! The path is relative to the manifest of the crate that calls the macro. The code is regenerated when the file
//! changes. A document that is refused is a compile error at the call, with the document's line and column. The
//! calling crate needs `airspec-models` as a dependency, and nothing else. For some specs it needs a feature of that crate,
//! `patterns` or `image-limits`; the compiler names it.

use proc_macro::TokenStream;
use quote::quote;
use std::path::{Path, PathBuf};
use syn::{LitStr, parse_macro_input};

/// Puts the items of a model's module in place of the call; see the crate's documentation.
#[proc_macro]
pub fn model(input: TokenStream) -> TokenStream {
    let path = parse_macro_input!(input as LitStr);
    expand(&path).unwrap_or_else(|error| error.to_compile_error()).into()
}

fn expand(path: &LitStr) -> syn::Result<proc_macro2::TokenStream> {
    let file = absolute(Path::new(&path.value()));
    let at_call = |message: String| syn::Error::new(path.span(), message);
    let model = airspec_spec::read_file(&file).map_err(|error| at_call(error.to_string()))?;
    let items = airspec_codegen::items(&model).map_err(|error| at_call(error.to_string()))?;
    let watched = file.display().to_string();
    Ok(quote! {
        // The compiler watches what is included, and so regenerates this code when the spec changes.
        const _: &[u8] = include_bytes!(#watched);
        #items
    })
}

fn absolute(path: &Path) -> PathBuf {
    // A macro runs in the folder in which cargo was started; the variable has the folder of the calling crate.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    manifest.join(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Span;

    fn refusal(path: &str) -> String {
        expand(&LitStr::new(path, Span::call_site())).unwrap_err().to_string()
    }

    #[test]
    fn a_refused_document_is_an_error_with_its_line_and_column() {
        let message = refusal("tests/typo.json");
        assert!(message.contains("tests/typo.json:4:35: error: unknown keyword `maximun`"), "{message}");
        assert!(message.contains("did you mean `maximum`?"), "{message}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let message = refusal("tests/nothing.json");
        assert!(message.contains("tests/nothing.json: error: cannot be read"), "{message}");
    }
}
