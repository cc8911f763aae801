//! Findings at places of files, for programs that show them there: workflow commands of GitHub, and SARIF 2.1.0.

use super::{Document, Group};
use airspec_spec::text::{visible_json, visible_lines};
use airspec_suite::oracle::Verdict;
use airspec_suite::redact::guard;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It makes the command fail.
    Error,
    /// It may make the command fail, or means that something was not checked.
    Warning,
    /// It is worth knowing.
    Note,
}

impl Severity {
    /// The word of SARIF, which is that of GitHub but for notes.
    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A finding, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of finding it is, such as the id of the constraint.
    pub rule: String,
    /// A sentence.
    pub message: String,
    /// The file, as a path with slashes, or an address.
    pub file: Option<String>,
    /// Line and column there, from 1; columns count characters.
    pub position: Option<(usize, usize)>,
    /// The address of a page about it.
    pub help: Option<String>,
}

/// A form of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnotationFormat {
    /// One workflow command on each line; GitHub shows them beside the files of a change.
    Github,
    /// One JSON document in the form that GitHub, GitLab and editors read.
    Sarif,
}

/// The findings in that form, without secrets and with every hidden character escaped.
#[must_use]
pub fn annotations(format: AnnotationFormat, list: &[Annotation]) -> String {
    match format {
        AnnotationFormat::Github => list.iter().map(command).collect(),
        AnnotationFormat::Sarif => visible_json(&guard::text(&format!("{:#}\n", sarif(list)))).into_owned(),
    }
}

/// A workflow command, such as `::error file=a.json,line=3,col=7,title=width.maximum::must be at most 3840`.
fn command(annotation: &Annotation) -> String {
    let word = match annotation.severity {
        Severity::Note => "notice",
        other => other.word(),
    };
    let mut properties = Vec::new();
    if let Some(file) = &annotation.file {
        properties.push(format!("file={}", property(file)));
        if let Some((line, column)) = annotation.position {
            properties.push(format!("line={line},col={column}"));
        }
    }
    properties.push(format!("title={}", property(&annotation.rule)));
    format!("::{word} {}::{}\n", properties.join(","), data(&annotation.message))
}

/// The text of a workflow command, which ends at the end of its line.
fn data(text: &str) -> String {
    visible_lines(&guard::text(text)).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command, which ends at a comma or a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn sarif(list: &[Annotation]) -> Value {
    let mut rules: BTreeMap<&str, Option<&String>> = BTreeMap::new();
    for annotation in list {
        let help = rules.entry(&annotation.rule).or_default();
        *help = help.or(annotation.help.as_ref());
    }
    let numbers: BTreeMap<&str, usize> =
        rules.keys().enumerate().map(|(number, rule)| (*rule, number)).collect();
    let mut described = Vec::new();
    for (id, help) in &rules {
        described.push(match help {
            Some(help) => json!({"id": id, "helpUri": help}),
            None => json!({"id": id}),
        });
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "columnKind": "unicodeCodePoints",
            "tool": {"driver": {
                "name": "airspec",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": described,
            }},
            "results": list.iter().map(|one| result(one, numbers[one.rule.as_str()])).collect::<Vec<_>>(),
        }],
    })
}

fn result(annotation: &Annotation, rule: usize) -> Value {
    let mut result = json!({
        "ruleId": annotation.rule,
        "ruleIndex": rule,
        "level": annotation.severity.word(),
        "message": {"text": visible_lines(&annotation.message)},
    });
    if let Some(file) = &annotation.file {
        let mut place = json!({"artifactLocation": {"uri": reference(file)}});
        if let Some((line, column)) = annotation.position {
            place["region"] = json!({"startLine": line, "startColumn": column});
        }
        result["locations"] = json!([{"physicalLocation": place}]);
    }
    result
}

/// A path or an address as a reference of RFC 3986.
fn reference(file: &str) -> String {
    // An address has a scheme; a path with a colon would be read as one.
    let allowed = if file.contains("://") { b"-._~/@+:?&=".as_slice() } else { b"-._~/@+" };
    let mut text = String::new();
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || allowed.contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

impl Document {
    /// One annotation for each cause of a finding, problem of the list of deviations, and cause of missing answers. They are
    /// about the document of the model, in the place where this project keeps it.
    #[must_use]
    pub fn annotations(&self) -> Vec<Annotation> {
        let of_cause = self.groups.iter().map(|group| self.of_group(group));
        let problems = self.problems.iter().map(|problem| Annotation {
            severity: Severity::Error,
            rule: "deviations".to_owned(),
            message: problem.clone(),
            file: None,
            position: None,
            help: None,
        });
        let clients = self.clients.iter().map(|client| Annotation {
            severity: severity(client.verdict),
            rule: client.constraint.clone(),
            message: format!("{} requests of `{}`: {}", client.count, client.client, client.detail),
            file: Some(format!("spec/models/{}.json", client.model)),
            position: None,
            help: self.documentation(&client.constraint, &client.model),
        });
        of_cause.chain(problems).chain(clients).collect()
    }

    fn of_group(&self, group: &Group) -> Annotation {
        let first = self.first_of(group);
        let rule = first.map_or_else(|| group.cause.clone(), |entry| entry.constraint.clone());
        let again = first.and_then(|entry| entry.replay.as_ref()).map(|replay| format!("\n{replay}"));
        Annotation {
            severity: severity(group.verdict),
            message: format!("{}: {}{}", group.title(), group.detail, again.unwrap_or_default()),
            file: Some(format!("spec/models/{}.json", group.model)),
            position: None,
            help: self.documentation(&rule, &group.model),
            rule,
        }
    }

    fn documentation(&self, subject: &str, model: &str) -> Option<String> {
        let subject = self.subjects.iter().find(|one| one.id == subject && one.model == model)?;
        subject.documentation.clone()
    }
}

fn severity(verdict: Verdict) -> Severity {
    match verdict {
        Verdict::Fail => Severity::Error,
        Verdict::NoAnswer => Severity::Warning,
        Verdict::Note | Verdict::Skip | Verdict::Pass => Severity::Note,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(message: &str, file: &str) -> Annotation {
        Annotation {
            severity: Severity::Error,
            rule: "a:b,c".to_owned(),
            message: message.to_owned(),
            file: Some(file.to_owned()),
            position: Some((3, 7)),
            help: None,
        }
    }

    #[test]
    fn a_message_cannot_end_its_command_or_begin_another() {
        let text =
            annotations(AnnotationFormat::Github, &[one("100 %\n::set-output name=a::b\r", "a,b:c.json")]);
        assert_eq!(text.lines().count(), 1);
        assert!(
            text.starts_with("::error file=a%2Cb%3Ac.json,line=3,col=7,title=a%3Ab%2Cc::100 %25"),
            "{text}"
        );
        assert!(!text.contains("\n::set"), "{text}");
    }

    #[test]
    fn sarif_names_each_rule_once_and_every_place_as_a_reference() {
        let list = [one("a", "x y/ü.json"), one("b", "C:\\x.json"), one("c", "https://a.example/b?c=d")];
        let value: Value = serde_json::from_str(&annotations(AnnotationFormat::Sarif, &list)).unwrap();
        let run = &value["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
        let uri = |index: usize| {
            run["results"][index]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .unwrap()
        };
        assert_eq!(
            [uri(0), uri(1), uri(2)],
            ["x%20y/%C3%BC.json", "C%3A%5Cx.json", "https://a.example/b?c=d"]
        );
        let region = &run["results"][0]["locations"][0]["physicalLocation"]["region"];
        assert_eq!(region, &json!({"startLine": 3, "startColumn": 7}));
    }
}
