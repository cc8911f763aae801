//! The idioms of published specs: members and a rule over them that a random choice of keywords would hardly ever make.

use super::{Random, braces, quoted};

/// Small sizes, so that random values meet them.
const SIZES: [&str; 6] = ["16", "32", "48", "64", "1024", "1e2"];

/// Limits of a ratio or an area, as literals that no `f64` holds exactly, or that one does.
const LOWS: [&str; 4] = ["0.3333333333333333", "0.5", "1", "256"];
const HIGHS: [&str; 4] = ["2", "3.0", "4096", "1048576"];

/// The largest integers that published specs speak of, and their neighbours.
const LARGE: [&str; 5] = [
    "4294967295",
    "9223372036854775807",
    "9223372036854775808",
    "9223372036854776000",
    "18446744073709551615",
];

/// The members of an idiom, and the keywords over them.
type Idiom = (Vec<String>, Vec<String>);

impl Random {
    /// One of the idioms. Its members have names that no other member has.
    pub(super) fn idiom(&mut self) -> Idiom {
        match self.0.u32(..13) {
            0 => self.table(),
            1 => (self.sizes(), vec![exactly_one_of("wide", "preset")]),
            2 => (self.sizes(), vec![excludes("preset", "wide", "high")]),
            3 => (self.sizes(), vec![together("wide", "high")]),
            4 => at_most_one(&["quick", "cheap", "small"]),
            5 => self.value_decides(),
            6 => self.presence_decides(),
            7 => self.relation(),
            8 => self.some_item_is_not(),
            9 => self.range_or_word(),
            10 => media(),
            11 => self.objects_in_lists(),
            _ => (vec!["\"keyframe\": {\"enum\": [\"first\", \"last\", 0, -1]}".to_owned()], Vec::new()),
        }
    }

    fn sizes(&mut self) -> Vec<String> {
        let limits = self.one(&["", ", \"minimum\": 16, \"maximum\": 2048, \"multipleOf\": 16"]);
        vec![
            format!("\"wide\": {{\"type\": \"integer\"{limits}}}"),
            format!("\"high\": {{\"type\": \"integer\"{limits}}}"),
            "\"preset\": {\"type\": \"string\", \"enum\": [\"0.5K\", \"1K\"]}".to_owned(),
        ]
    }

    /// A table of allowed pairs of dimensions.
    fn table(&mut self) -> Idiom {
        let is_required = self.one(&["", ", \"required\": [\"wide\", \"high\"]"]);
        let row = |random: &mut Self| {
            let (wide, high) = (random.one(&SIZES), random.one(&SIZES));
            format!(
                "{{\"title\": \"{wide}:{high}\", \"properties\": {{\"wide\": {{\"const\": {wide}}}, \"high\": {{\"const\": {high}}}}}{is_required}}}"
            )
        };
        let table = format!("\"oneOf\": {}", self.list(1..6, row));
        let rule = if self.rarely(2) { format!("\"allOf\": [{{{table}}}]") } else { table };
        (self.sizes(), vec![rule])
    }

    /// When a parameter has a value, another must have one of some.
    fn value_decides(&mut self) -> Idiom {
        let members = vec![
            "\"ground\": {\"type\": \"string\", \"enum\": [\"clear\", \"opaque\"]}".to_owned(),
            "\"kind\": {\"type\": \"string\", \"enum\": [\"JPG\", \"PNG\", \"WEBP\"], \"default\": \"JPG\"}"
                .to_owned(),
        ];
        let required = self.one(&["", ", \"required\": [\"ground\"]"]);
        let demanded = self.one(&["", ", \"required\": [\"kind\"]"]);
        let rule = format!(
            "\"if\": {{\"properties\": {{\"ground\": {{\"const\": \"clear\"}}}}{required}}}, \
             \"then\": {{\"properties\": {{\"kind\": {{\"enum\": [\"PNG\", \"WEBP\"]}}}}{demanded}}}"
        );
        (members, vec![format!("\"allOf\": [{{{rule}}}]")])
    }

    /// When a nested parameter is there, or is not, another must be there.
    fn presence_decides(&mut self) -> Idiom {
        let mut members = self.sizes();
        members.push(
            "\"sources\": {\"type\": \"object\", \"properties\": {\"mask\": {\"type\": \"string\"}, \"images\": \
             {\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"minItems\": 1}}, \"additionalProperties\": false}"
                .to_owned(),
        );
        let given =
            "{\"required\": [\"sources\"], \"properties\": {\"sources\": {\"required\": [\"mask\"]}}}";
        let rule = if self.rarely(2) {
            format!("\"if\": {{\"not\": {given}}}, \"then\": {{\"required\": [\"wide\", \"high\"]}}")
        } else {
            format!(
                "\"if\": {given}, \"then\": {{\"properties\": {{\"sources\": {{\"required\": [\"images\"]}}}}}}"
            )
        };
        (members, vec![format!("\"allOf\": [{{{rule}}}]")])
    }

    /// A rule that JSON Schema cannot state.
    fn relation(&mut self) -> Idiom {
        let operation = self.one(&["area", "ratio"]);
        let low = self.one(&LOWS);
        let high = self.one(&HIGHS);
        let (low, high) = (format!("\"minimum\": {low}"), format!("\"maximum\": {high}"));
        let limits = match self.0.u32(..3) {
            0 => low,
            1 => high,
            _ if operation == "ratio" => "\"minimum\": 0.3333333333333333, \"maximum\": 3".to_owned(),
            _ => format!("{low}, \"maximum\": 1048576"),
        };
        let rule = format!(
            "\"x-constraints\": [{{\"operation\": \"{operation}\", \"parameters\": [\"wide\", \"high\"], {limits}}}]"
        );
        (self.sizes(), vec![rule])
    }

    /// At least one item that is not so.
    fn some_item_is_not(&mut self) -> Idiom {
        let condition = self.one(&[
            "{\"const\": \"b\"}",
            "{\"properties\": {\"place\": {\"const\": \"last\"}}, \"required\": [\"place\"]}",
            "{\"type\": \"object\"}",
        ]);
        let items = self.one(&["", ", \"minItems\": 1", ", \"items\": {\"type\": [\"string\", \"object\"]}"]);
        let member =
            format!("\"frames\": {{\"type\": \"array\", \"contains\": {{\"not\": {condition}}}{items}}}");
        (vec![member], Vec::new())
    }

    /// A union: a number in a range, or a word.
    fn range_or_word(&mut self) -> Idiom {
        let (edge, most) = (self.one(&["maximum", "exclusiveMaximum"]), self.one(&LARGE));
        let least =
            self.one(&["\"minimum\": 0", "\"exclusiveMinimum\": -1", "\"minimum\": -9223372036854775808"]);
        let range = format!("{least}, \"{edge}\": {most}");
        let members = vec![
            format!(
                "\"start\": {{\"type\": [\"integer\", \"string\"], \"oneOf\": [{{\"type\": \"integer\", {range}}}, {{\"const\": \"auto\"}}]}}"
            ),
            format!("\"sown\": {{\"type\": \"integer\", {range}}}"),
        ];
        (members, Vec::new())
    }

    /// Objects in lists in objects in lists.
    fn objects_in_lists(&mut self) -> Idiom {
        let deep = self.object(0, 2);
        let inner = format!("{{\"type\": \"object\", {}}}", super::once(deep).join(", "));
        let inner = inner.replace(", }", "}");
        let limits = self.one(&["", ", \"minItems\": 1", ", \"maxItems\": 2"]);
        let required = self.one(&["", ", \"required\": [\"name\"]", ", \"required\": [\"parts\"]"]);
        let member = format!(
            "\"layers\": {{\"type\": \"array\", \"items\": {{\"type\": \"object\", \"properties\": {{\"name\": {{\"type\": \"string\"}}, \
             \"weight\": {{\"type\": \"number\", \"minimum\": -4, \"maximum\": 4, \"multipleOf\": 0.01, \"default\": 1}}, \
             \"parts\": {{\"type\": \"array\", \"items\": {inner}{limits}}}}}{required}}}}}"
        );
        (vec![member], Vec::new())
    }
}

fn required(name: &str) -> String {
    format!("{{\"required\": [{}]}}", quoted(name))
}

fn exactly_one_of(a: &str, b: &str) -> String {
    format!("\"oneOf\": [{}, {}]", required(a), required(b))
}

fn excludes(a: &str, b: &str, c: &str) -> String {
    format!("\"not\": {{\"allOf\": [{}, {{\"anyOf\": [{}, {}]}}]}}", required(a), required(b), required(c))
}

fn together(a: &str, b: &str) -> String {
    format!("\"dependentRequired\": {{\"{a}\": [\"{b}\"], \"{b}\": [\"{a}\"]}}")
}

/// At most one of some flags is set.
fn at_most_one(flags: &[&str]) -> Idiom {
    let members = flags.iter().map(|flag| format!("\"{flag}\": {{\"type\": \"boolean\"}}")).collect();
    let mut pairs = Vec::new();
    for (index, a) in flags.iter().enumerate() {
        for b in &flags[index + 1..] {
            let set =
                braces(&[format!("\"{a}\": {{\"const\": true}}"), format!("\"{b}\": {{\"const\": true}}")]);
            pairs.push(format!("{{\"properties\": {set}, \"required\": [\"{a}\", \"{b}\"]}}"));
        }
    }
    (members, vec![format!("\"not\": {{\"anyOf\": [{}]}}", pairs.join(", "))])
}

/// Any of the four forms of a media input.
fn media() -> Idiom {
    let forms = r#"{"type": "string", "anyOf": [{"format": "uuid"}, {"format": "uri"},
        {"pattern": "^data:image\\/[a-zA-Z]+;base64,[a-zA-Z0-9+/=]+$"}, {"pattern": "^[a-zA-Z0-9+/=]+$"}]}"#;
    let members = vec![
        format!("\"picture\": {forms}"),
        format!("\"pictures\": {{\"type\": \"array\", \"items\": {forms}, \"maxItems\": 3}}"),
    ];
    (members, Vec::new())
}
