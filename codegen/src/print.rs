//! Tokens to text: `prettyplease`, tables for the macros of the runtime, and a blank line between items.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::{Item, ItemMacro, ItemMod};

/// The text of a file.
pub(crate) fn file(header: &str, file: syn::File) -> String {
    let mut text = header.to_owned();
    let mut before = "";
    let printed = items(file.items);
    for line in printed.lines() {
        if is_gap(before, line) {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
        before = line;
    }
    text
}

/// Items one after the other.
fn items(all: Vec<Item>) -> String {
    let mut text = String::new();
    let mut plain = Vec::new();
    for item in all {
        let other = match item {
            Item::Macro(call) => call_text(&call),
            Item::Mod(module) if module.content.is_some() => module_text(module),
            item => {
                plain.push(item);
                continue;
            }
        };
        text.push_str(&plain_text(std::mem::take(&mut plain)));
        text.push_str(&other);
    }
    text.push_str(&plain_text(plain));
    text
}

fn module_text(mut module: ItemMod) -> String {
    let inner = module.content.as_mut().map(|(_, items)| std::mem::take(items)).unwrap_or_default();
    let head = plain_text(vec![Item::Mod(module)]);
    format!("{}{{\n{}}}\n", head.trim_end().trim_end_matches("{}"), indented(&items(inner)))
}

fn plain_text(items: Vec<Item>) -> String {
    if items.is_empty() {
        return String::new();
    }
    prettyplease::unparse(&syn::File { frontmatter: None, shebang: None, attrs: Vec::new(), items })
}

/// A call of a macro of the runtime: an item of Rust as such, everything else as a table.
fn call_text(call: &ItemMacro) -> String {
    let path = path(call);
    let tokens = &call.mac.tokens;
    if let Ok(inner) = syn::parse2::<Item>(tokens.clone()) {
        return format!("{path}! {{\n{}}}\n", indented(&plain_text(vec![inner])));
    }
    let mut table = Table::default();
    if matches!(call.mac.delimiter, syn::MacroDelimiter::Brace(_)) {
        table.line = format!("{path}!");
        table.block(tokens.clone());
        table.end_line();
    } else {
        table.line = format!("{path}!(");
        table.add(tokens.clone());
        table.line.push_str(");");
        table.end_line();
    }
    table.text
}

fn path(call: &ItemMacro) -> String {
    let parts = call.mac.path.segments.iter().map(|segment| segment.ident.to_string());
    parts.collect::<Vec<_>>().join("::")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

/// Lays out tokens in lines: one for each entry of a group in braces, which end in a comma or a semicolon.
#[derive(Default)]
struct Table {
    text: String,
    line: String,
    depth: usize,
    /// How many angle brackets are open.
    angles: usize,
    /// Whether the next token stands right behind the last one.
    is_joined: bool,
}

impl Table {
    fn add(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    self.block(group.stream());
                }
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::Brace | Delimiter::None => ("", ""),
                    };
                    self.word(open, true);
                    let depth = std::mem::take(&mut self.depth);
                    self.add(group.stream());
                    self.depth = depth;
                    self.is_joined = true;
                    self.word(close, false);
                }
                TokenTree::Punct(sign) => self.sign(sign.as_char(), sign.spacing()),
                other => self.word(&other.to_string(), false),
            }
        }
    }

    /// A group in braces.
    fn block(&mut self, tokens: TokenStream) {
        self.word("{", false);
        self.end_line();
        self.depth += 1;
        self.add(tokens);
        self.end_line();
        self.depth -= 1;
        self.word("}", false);
        // What follows the end of a block in a block is another entry.
        if self.depth > 0 {
            self.end_line();
        }
    }

    fn sign(&mut self, sign: char, spacing: Spacing) {
        let is_arrow = sign == '>' && self.line.ends_with('=');
        match sign {
            '<' => self.angles += 1,
            '>' if !is_arrow => self.angles = self.angles.saturating_sub(1),
            _ => {}
        }
        self.is_joined |= matches!(sign, ',' | ';' | ':' | '<') || sign == '>' && !is_arrow;
        self.word(&sign.to_string(), spacing == Spacing::Joint || matches!(sign, '&' | '-' | '<'));
        if self.depth > 0 && self.angles == 0 && matches!(sign, ',' | ';') {
            self.end_line();
        }
    }

    fn word(&mut self, word: &str, joins: bool) {
        let after_open = self.line.ends_with(['(', '[']) || self.line.is_empty();
        let is_path = self.line.ends_with("::") || word == "(" && self.line.ends_with("::");
        if !self.is_joined && !after_open && !is_path {
            self.line.push(' ');
        }
        self.line.push_str(word);
        self.is_joined = joins;
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.text.push_str(&"    ".repeat(self.depth));
            self.text.push_str(&line);
            self.text.push('\n');
        }
        self.is_joined = false;
    }
}

/// Whether a person would leave a line free between the two: after the end of an item, and after a statement or the
/// imports when documentation follows. No literal spans lines, so that every line is code or documentation.
fn is_gap(before: &str, line: &str) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let (last, next) = (before.trim_start(), line.trim_start());
    let ends_item =
        matches!(last, "}" | "});") && !next.starts_with('}') && !next.starts_with("else") && is_item(next);
    let is_declaration = |line: &str| line.starts_with("use ") || line.starts_with("pub use ");
    let is_module = |line: &str| line.starts_with("mod ") || line.starts_with("pub mod ");
    let ends_statement = last.ends_with(';') && (next.starts_with("///") || next.starts_with("#["));
    let ends_head = is_declaration(last) && !is_declaration(next)
        || is_module(last) && last.ends_with(';') && !is_module(next);
    indent(before) == indent(line) && (ends_item || ends_statement || ends_head)
}

fn is_item(line: &str) -> bool {
    let starts = [
        "///",
        "#[",
        "pub ",
        "impl",
        "fn ",
        "mod ",
        "struct ",
        "enum ",
        "static ",
        "const ",
        "airspec_models::",
    ];
    starts.iter().any(|start| line.starts_with(start))
}
