//! Random specs of the dialect, as texts: every keyword, nesting, composites, numbers in every spelling, and things that
//! are odd and legal. What the reader has reason to refuse (limits that exclude each other) is left to the caller.

mod idiom;

use fastrand::Rng;
use std::collections::HashSet;

/// Names of members: plain ones, and some that are awkward in code or in pointers.
const NAMES: [&str; 14] =
    ["a", "b", "c", "width", "height", "type", "items", "self", "x y", "ü", "a/b", "a~b", "a.b", ""];

/// Texts that constants and lists draw from.
const TEXTS: [&str; 14] = [
    "a",
    "A",
    "b",
    "",
    "é",
    "1",
    "true",
    "null",
    "two words",
    "5c2ff0ba-7a4b-4bd1-8b43-6d3a0c6a3c63",
    "5C2FF0BA-7A4B-4BD1-9B43-6D3A0C6A3C63",
    "019c42a0-c3ff-7138-be83-ee257abc5331",
    "http://a.b/c",
    "data:image/png;base64,aGVsbG8=",
];

/// Numbers in many spellings, in groups of equal ones, and at the ends of what machines hold. A float beyond 2^53 that
/// is not the decimal that it is written as is left out: the judge would read another spec than we do.
const NUMBERS: [&str; 32] = [
    "0",
    "-0.0",
    "1",
    "1.0",
    "1e0",
    "2",
    "-1",
    "-1.0",
    "3",
    "10",
    "1e1",
    "16",
    "0.1",
    "0.5",
    "5e-1",
    "0.07",
    "2.01",
    "0.3333333333333333",
    "1e-7",
    "100",
    "1024.0",
    "4294967295",
    "4294967296",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854776000",
    "18446744073709551615",
    "18446744073709551616",
    "1e30",
    "-1.5e300",
];

/// Steps; with a broken step the judge's arithmetic is that of floats, so that the other numbers stay small.
const STEPS: [&str; 10] = ["1", "2", "16", "3.0", "0.01", "0.5", "0.1", "1e-3", "2.5", "1e1"];

/// Patterns that the judge reads as ECMA 262 does.
const PATTERNS: [&str; 10] = [
    "^a",
    "b$",
    "^[a-z]+$",
    r"\\d{2}",
    r"^\\S+$",
    "^(?:a|b)*$",
    "^[^/]+/[^/]+$",
    r"\\p{L}",
    "^[A-Za-z0-9+/]{4,}={0,2}$",
    r"[\\w-]{3}",
];

/// The text of a random task schema.
pub(crate) fn text(seed: u64) -> String {
    let mut random = Random(Rng::with_seed(seed), false);
    let count = random.0.usize(1..6);
    let definitions = random.definitions();
    let mut keywords = random.object(3, count);
    keywords.insert(0, "\"type\": \"object\"".to_owned());
    keywords.extend(definitions);
    if !random.rarely(3) {
        let depth = random.0.usize(..3);
        keywords.extend(random.composites(depth, true));
    }
    braces(&once(keywords))
}

/// The first of the members that have the same key.
fn once(members: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let key = |member: &String| member.split_once("\": ").map(|(key, _)| key.to_owned());
    members.into_iter().filter(|member| seen.insert(key(member))).collect()
}

fn braces(parts: &[String]) -> String {
    format!("{{{}}}", parts.join(", "))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Draws; whether the document has definitions that schemas may refer to.
struct Random(Rng, bool);

impl Random {
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.0.usize(..of.len())]
    }

    /// True once in so many times.
    fn rarely(&mut self, times: u32) -> bool {
        self.0.u32(..times) == 0
    }

    fn list(&mut self, counts: std::ops::Range<usize>, mut item: impl FnMut(&mut Self) -> String) -> String {
        let count = self.0.usize(counts);
        let items: Vec<String> = (0..count).map(|_| item(self)).collect();
        format!("[{}]", items.join(", "))
    }

    /// Different names, quoted.
    fn names(&mut self, count: usize) -> Vec<String> {
        let mut names = NAMES.to_vec();
        self.0.shuffle(&mut names);
        names.into_iter().take(count).map(quoted).collect()
    }

    /// In some documents, schemas to refer to: `one`, and `two` that refers to `one`.
    fn definitions(&mut self) -> Option<String> {
        if !self.rarely(3) {
            return None;
        }
        let one = self.schema(1);
        self.1 = true;
        Some(format!("\"$defs\": {{\"one\": {one}, \"two\": {{\"items\": {{\"$ref\": \"#/$defs/one\"}}}}}}"))
    }

    /// A schema, `depth` levels of others in it at most.
    fn schema(&mut self, depth: usize) -> String {
        if self.1 && self.rarely(8) {
            let name = self.one(&["one", "two"]);
            let more = self.one(&["", ", \"description\": \"Words.\"", ", \"maxLength\": 3"]);
            return format!("{{\"$ref\": \"#/$defs/{name}\"{more}}}");
        }
        if self.rarely(20) {
            return self.one(&["true", "false", "{}"]).to_owned();
        }
        let mut keywords = match self.0.u32(..16) {
            0..4 => self.string(),
            4..8 => self.number(),
            8 => vec!["\"type\": \"boolean\"".to_owned()],
            9 => vec!["\"type\": \"null\"".to_owned()],
            10 | 11 => self.closed_set(),
            12 if depth > 0 => self.array(depth - 1),
            13 if depth > 0 => {
                let count = self.0.usize(..4);
                let mut keywords = self.object(depth - 1, count);
                keywords.insert(0, "\"type\": \"object\"".to_owned());
                keywords
            }
            14 => self.union(depth),
            _ => self.untyped(depth),
        };
        if depth > 0 && self.rarely(9) {
            keywords.extend(self.composites(depth - 1, false));
        }
        if self.rarely(6) {
            keywords.extend(self.annotations());
        }
        let mut keywords = once(keywords);
        self.0.shuffle(&mut keywords);
        braces(&keywords)
    }

    fn string(&mut self) -> Vec<String> {
        let mut keywords = vec!["\"type\": \"string\"".to_owned()];
        keywords.extend(self.string_limits());
        keywords
    }

    fn string_limits(&mut self) -> Vec<String> {
        let mut keywords = Vec::new();
        if self.rarely(3) {
            keywords.push(format!("\"minLength\": {}", self.one(&["0", "1", "2", "2.0", "36"])));
        }
        if self.rarely(3) {
            keywords.push(format!("\"maxLength\": {}", self.one(&["0", "3", "4", "1e1", "36"])));
        }
        if self.rarely(4) {
            keywords.push(format!("\"pattern\": \"{}\"", self.one(&PATTERNS)));
        }
        if self.rarely(4) {
            keywords.push(format!("\"format\": \"{}\"", self.one(&["uuid", "uuid4", "uri"])));
        }
        keywords
    }

    fn number(&mut self) -> Vec<String> {
        let mut keywords = vec![format!("\"type\": \"{}\"", self.one(&["integer", "number"]))];
        keywords.extend(self.number_limits());
        keywords
    }

    fn number_limits(&mut self) -> Vec<String> {
        let mut keywords = Vec::new();
        let step = self.rarely(3).then(|| self.one(&STEPS));
        let numbers = if step.is_some() { &NUMBERS[..22] } else { &NUMBERS[..] };
        for keyword in ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"] {
            if self.rarely(4) {
                keywords.push(format!("\"{keyword}\": {}", self.one(numbers)));
            }
        }
        keywords.extend(step.map(|step| format!("\"multipleOf\": {step}")));
        keywords
    }

    fn value(&mut self, depth: usize) -> String {
        match self.0.u32(..8) {
            0..3 => quoted(self.one(&TEXTS)),
            3..6 => self.one(&NUMBERS).to_owned(),
            6 if depth > 0 => self.list(0..3, |random| random.value(depth - 1)),
            7 if depth > 0 => {
                let count = self.0.usize(..3);
                let members: Vec<String> = self
                    .names(count)
                    .iter()
                    .map(|name| format!("{name}: {}", self.value(depth - 1)))
                    .collect();
                braces(&members)
            }
            _ => self.one(&["true", "false", "null"]).to_owned(),
        }
    }

    fn closed_set(&mut self) -> Vec<String> {
        let mut keywords = Vec::new();
        let texts = self.0.bool();
        let mut value = |random: &mut Self| if texts { quoted(random.one(&TEXTS)) } else { random.value(2) };
        keywords.push(match self.0.u32(..5) {
            0 => format!("\"const\": {}", value(self)),
            1 | 2 => {
                let fewest = usize::from(!self.rarely(10));
                format!("\"enum\": {}", self.list(fewest..6, &mut value))
            }
            _ => {
                let branch = |random: &mut Self| {
                    let about = random.one(&["", ", \"description\": \"one\"", ", \"title\": \"One\""]);
                    format!("{{\"const\": {}{about}}}", value(random))
                };
                format!("\"oneOf\": {}", self.list(1..5, branch))
            }
        });
        if self.rarely(3) {
            keywords.push(if texts { "\"type\": \"string\"".to_owned() } else { self.kinds() });
        }
        keywords
    }

    fn kinds(&mut self) -> String {
        let mut kinds = ["null", "boolean", "integer", "number", "string", "array", "object"];
        self.0.shuffle(&mut kinds);
        let count = self.0.usize(1..4);
        let kinds: Vec<String> = kinds[..count].iter().map(|kind| quoted(kind)).collect();
        format!("\"type\": [{}]", kinds.join(", "))
    }

    fn union(&mut self, depth: usize) -> Vec<String> {
        let mut keywords = self.untyped(depth);
        keywords.push(self.kinds());
        keywords
    }

    /// Limits for every type at once; each binds values of its own type alone.
    fn untyped(&mut self, depth: usize) -> Vec<String> {
        let mut keywords = Vec::new();
        if self.rarely(2) {
            keywords.extend(self.string_limits());
        }
        if self.rarely(2) {
            keywords.extend(self.number_limits());
        }
        if depth > 0 && self.rarely(3) {
            keywords.extend(self.array(depth - 1).into_iter().skip(1));
        }
        if depth > 0 && self.rarely(3) {
            let count = self.0.usize(..3);
            keywords.extend(self.object(depth - 1, count));
        }
        keywords
    }

    fn array(&mut self, depth: usize) -> Vec<String> {
        let mut keywords = vec!["\"type\": \"array\"".to_owned()];
        if !self.rarely(4) {
            keywords.push(format!("\"items\": {}", self.schema(depth)));
        }
        if self.rarely(4) {
            keywords.push(format!("\"prefixItems\": {}", self.list(1..3, |random| random.schema(depth))));
        }
        if self.rarely(3) {
            keywords.push(format!("\"contains\": {}", self.schema(depth)));
        }
        if self.rarely(3) {
            keywords.push(format!("\"minItems\": {}", self.one(&["0", "1", "2"])));
        }
        if self.rarely(3) {
            keywords.push(format!("\"maxItems\": {}", self.one(&["0", "1", "3", "3.0"])));
        }
        if self.rarely(3) {
            keywords.push(format!("\"uniqueItems\": {}", self.one(&["true", "true", "false"])));
        }
        keywords
    }

    /// The keywords of an object but its type.
    fn object(&mut self, depth: usize, count: usize) -> Vec<String> {
        let mut keywords = Vec::new();
        let names = self.names(count);
        let mut members: Vec<String> =
            names.iter().map(|name| format!("{name}: {}", self.schema(depth))).collect();
        if self.rarely(3) {
            let (more, rule) = self.idiom();
            members.extend(more);
            keywords.extend(rule);
        }
        if !members.is_empty() || self.rarely(2) {
            keywords.push(format!("\"properties\": {}", braces(&members)));
        }
        // Of an object that is closed and demands what it does not declare, the judge says nothing dependable.
        let is_closed = self.0.bool();
        if self.rarely(2) {
            let mut required: Vec<String> = names.into_iter().filter(|_| self.rarely(3)).collect();
            let others = self.names(1);
            required.extend(others.into_iter().filter(|_| !is_closed && self.rarely(4)));
            required.sort();
            required.dedup();
            keywords.push(format!("\"required\": [{}]", required.join(", ")));
        }
        if self.rarely(6) {
            let rule =
                self.one(&["\"maxLength\": 6", "\"pattern\": \"^[a-zé]\"", "\"not\": {\"const\": \"a\"}"]);
            keywords.push(format!("\"propertyNames\": {{{rule}}}"));
        }
        if self.rarely(5) {
            let rule = self.one(&["^[a-z]", "é$|ü", "^.?$"]);
            keywords.push(format!("\"patternProperties\": {{\"{rule}\": {}}}", self.schema(depth.min(1))));
        }
        if !is_closed && self.rarely(4) {
            keywords.push("\"unevaluatedProperties\": false".to_owned());
        }
        match self.0.u32(..3) {
            _ if is_closed => keywords.push("\"additionalProperties\": false".to_owned()),
            0 => keywords.push(format!("\"additionalProperties\": {}", self.schema(depth.min(1)))),
            _ => {}
        }
        keywords
    }

    /// Rules over several members or alternatives, each keyword once.
    fn composites(&mut self, depth: usize, of_object: bool) -> Vec<String> {
        let mut keywords = Vec::new();
        let count = self.0.usize(1..3);
        let mut kinds = [
            "allOf",
            "anyOf",
            "oneOf",
            "not",
            "if",
            "dependentRequired",
            "dependentSchemas",
            "x-constraints",
        ];
        self.0.shuffle(&mut kinds);
        for kind in &kinds[..count] {
            let branch = |random: &mut Self| {
                if of_object && !random.rarely(8) {
                    random.about_members(depth)
                } else {
                    random.schema(depth)
                }
            };
            match *kind {
                "not" => keywords.push(format!("\"not\": {}", branch(self))),
                "if" => {
                    keywords.push(format!("\"if\": {}", branch(self)));
                    if !self.rarely(5) {
                        keywords.push(format!("\"then\": {}", branch(self)));
                    }
                    if self.rarely(3) {
                        keywords.push(format!("\"else\": {}", branch(self)));
                    }
                }
                "dependentRequired" => {
                    let names = self.names(3);
                    keywords.push(format!(
                        "\"dependentRequired\": {{{}: [{}], {}: []}}",
                        names[0], names[1], names[2]
                    ));
                }
                "dependentSchemas" => {
                    let names = self.names(2);
                    keywords.push(format!(
                        "\"dependentSchemas\": {{{}: {}, {}: {}}}",
                        names[0],
                        branch(self),
                        names[1],
                        branch(self)
                    ));
                }
                "x-constraints" => {
                    keywords.push(format!("\"x-constraints\": {}", self.list(1..3, Self::relation_of_two)));
                }
                list => keywords.push(format!("\"{list}\": {}", self.list(1..4, branch))),
            }
        }
        keywords
    }

    /// An area or a ratio of two members.
    fn relation_of_two(&mut self) -> String {
        let (operation, names) = (self.one(&["area", "ratio"]), self.names(2).join(", "));
        let low = self.one(&["0", "0.5", "-3", "0.3333333333333333"]);
        let high = self.one(&["1", "2.0", "1e2", "9000"]);
        format!(
            "{{\"operation\": \"{operation}\", \"parameters\": [{names}], \"minimum\": {low}, \"maximum\": {high}}}"
        )
    }

    /// A condition on members, as rules of published specs have them.
    fn about_members(&mut self, depth: usize) -> String {
        let names = self.names(2);
        let (one, two) = (&names[0], &names[1]);
        match self.0.u32(..6) {
            0 => format!("{{\"required\": [{one}]}}"),
            1 => format!("{{\"required\": [{one}, {two}]}}"),
            2 => format!(
                "{{\"properties\": {{{one}: {{\"const\": {}}}}}, \"required\": [{one}]}}",
                self.value(1)
            ),
            3 => format!("{{\"properties\": {{{one}: {}}}}}", self.schema(depth.min(1))),
            4 => format!("{{\"not\": {{\"required\": [{one}]}}}}"),
            _ => format!(
                "{{\"anyOf\": [{{\"required\": [{one}]}}, {{\"properties\": {{{two}: {}}}}}]}}",
                self.schema(0)
            ),
        }
    }

    fn annotations(&mut self) -> Vec<String> {
        let mut annotations = vec![
            format!("\"$comment\": {}", quoted(self.one(&TEXTS))),
            format!("\"x-order\": {}", self.value(1)),
            format!("\"title\": {}", quoted(self.one(&TEXTS))),
            format!("\"description\": {}", quoted("Words with `code`, \"quotes\" and [brackets].")),
            format!("\"default\": {}", self.value(2)),
            format!("\"examples\": {}", self.list(0..2, |random| random.value(1))),
        ];
        // A pointer in a schema that has an id would start from that schema.
        if !self.1 {
            annotations.push("\"$id\": \"the-same-everywhere\"".to_owned());
        }
        annotations
    }
}
