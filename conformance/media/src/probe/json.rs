//! The grammar of JSON (RFC 8259), and which names the outermost object has. Nothing is kept.

/// How deep arrays and objects may stand in each other.
const MAX_DEPTH: u32 = 64;

/// Whether the text is one object that has a member of this name whose value is an object.
pub(super) fn is_object_with(text: &[u8], name: &[u8]) -> bool {
    let is_text = str::from_utf8(text).is_ok();
    let mut walk = Walk { rest: text, name, is_found: false };
    walk.space();
    is_text && walk.rest.first() == Some(&b'{') && walk.value(0).is_some() && {
        walk.space();
        walk.rest.is_empty() && walk.is_found
    }
}

struct Walk<'a> {
    rest: &'a [u8],
    name: &'a [u8],
    is_found: bool,
}

impl<'a> Walk<'a> {
    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    fn skip(&mut self, text: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// A value, behind the space before it.
    fn value(&mut self, depth: u32) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.rest.first()? {
            b'{' => self.list(b"{", b"}", |walk| {
                let key = walk.string()?;
                walk.space();
                walk.skip(b":")?;
                walk.space();
                if depth == 0 && key == walk.name && walk.rest.first() == Some(&b'{') {
                    walk.is_found = true;
                }
                walk.value(depth + 1)
            }),
            b'[' => self.list(b"[", b"]", |walk| walk.value(depth + 1)),
            b'"' => self.string().map(drop),
            b't' => self.skip(b"true"),
            b'f' => self.skip(b"false"),
            b'n' => self.skip(b"null"),
            _ => self.number(),
        }
    }

    /// Items between commas.
    fn list(
        &mut self,
        open: &[u8],
        close: &[u8],
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.skip(open)?;
        self.space();
        if self.skip(close).is_some() {
            return Some(());
        }
        loop {
            self.space();
            item(self)?;
            self.space();
            if self.skip(close).is_some() {
                return Some(());
            }
            self.skip(b",")?;
        }
    }

    /// A string; what stands between its quotes, with its escapes.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.skip(b"\"")?;
        let text = self.rest;
        let mut length = 0;
        loop {
            match *text.get(length..)? {
                [b'"', ref rest @ ..] => {
                    self.rest = rest;
                    return text.get(..length);
                }
                [b'\\', b'u', ref rest @ ..] => {
                    rest.get(..4)?.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                    length += 6;
                }
                [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => length += 2,
                [0..0x20 | b'\\', ..] | [] => return None,
                _ => length += 1,
            }
        }
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.rest = &self.rest[count..];
        (count > 0).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.skip(b"-");
        if self.skip(b"0").is_none() {
            self.digits()?;
        }
        if self.skip(b".").is_some() {
            self.digits()?;
        }
        if let [b'e' | b'E', rest @ ..] = self.rest {
            self.rest = rest.strip_prefix(b"+").or(rest.strip_prefix(b"-")).unwrap_or(rest);
            self.digits()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_object_with;

    #[test]
    fn objects_with_the_member_are_known_and_nothing_else() {
        let is = |text: &str| is_object_with(text.as_bytes(), b"asset");
        for good in [
            r#"{"asset":{}}"#,
            r#" { "a" : [ 1 , -0.5e+3 , true , null , "\u00e9\n\"" ] , "asset" : { "version" : "2.0" } } "#,
        ] {
            assert!(is(good), "{good}");
        }
        for bad in [
            "",
            "{}",
            r#"{"asset":1}"#,
            r#"{"other":{"asset":{}}}"#,
            r#"{"asset":{}"#,
            r#"{"asset":{},}"#,
            r#"{"asset":{}}}"#,
            r#"{"asset":{},"a":01}"#,
            r#"{"asset":{},"a":"\x"}"#,
            r#"{"asset":{},"a":tru}"#,
            r#"{"asset" {}}"#,
            r#"[{"asset":{}}]"#,
        ] {
            assert!(!is(bad), "{bad}");
        }
        let deep =
            |depth: usize| format!("{{\"asset\":{{}},\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(is(&deep(60)));
        assert!(!is(&deep(100_000)));
    }
}
