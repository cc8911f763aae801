//! The Unicode properties that a pattern may name: those for which the generated code has tables.
//!
//! The `regex` crate knows more of them where another crate of a build asks for its tables, so that what compiles here
//! is no measure of what compiles elsewhere.

/// The general categories, short and long, and what ECMA 262 derives of them.
const CATEGORIES: &str = "\
    L Letter LC Cased_Letter Lu Uppercase_Letter Ll Lowercase_Letter Lt Titlecase_Letter Lm Modifier_Letter \
    Lo Other_Letter M Mark Mn Nonspacing_Mark Mc Spacing_Mark Me Enclosing_Mark N Number Nd Decimal_Number \
    Nl Letter_Number No Other_Number P Punctuation Pc Connector_Punctuation Pd Dash_Punctuation \
    Ps Open_Punctuation Pe Close_Punctuation Pi Initial_Punctuation Pf Final_Punctuation Po Other_Punctuation \
    S Symbol Sm Math_Symbol Sc Currency_Symbol Sk Modifier_Symbol So Other_Symbol Z Separator Zs Space_Separator \
    Zl Line_Separator Zp Paragraph_Separator C Other Cc Control Cf Format Co Private_Use Cn Unassigned \
    Any Assigned ASCII";

/// Whether the name between the braces of `\\p{…}` is one of them; whether there is such a script is for the compiler.
pub(super) fn is_property(name: &str) -> bool {
    let is_category = |name: &str| CATEGORIES.split(' ').any(|known| known == name);
    match name.split_once('=') {
        None => is_category(name),
        Some(("General_Category" | "gc", category)) => is_category(category),
        Some(("Script" | "sc" | "Script_Extensions" | "scx", script)) => {
            script.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '_')
        }
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_that_is_listed_compiles() {
        for name in CATEGORIES.split(' ') {
            assert!(regex::Regex::new(&format!(r"\p{{{name}}}")).is_ok(), "{name}");
        }
    }

    #[test]
    fn categories_and_scripts_are_known_and_nothing_else_is() {
        for name in ["Lu", "gc=Lu", "General_Category=Letter", "Script=Greek", "scx=Latin", "Any"] {
            assert!(is_property(name), "{name}");
        }
        for name in
            ["Emoji", "Alphabetic", "Age=3.0", "wb=Extend", "Greek", "l", "gc=Emoji", "", "Script=a b"]
        {
            assert!(!is_property(name), "{name}");
        }
    }
}
