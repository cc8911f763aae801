//! The command line of a run as a report may hold it: every word as it was given, without its secrets.

use airspec_report::Provenance;
use airspec_spec::Model;
use airspec_suite::date::timestamp;
use airspec_suite::redact::{Redactor, Secrets};
use std::time::SystemTime;

/// What stands in the place of a secret.
const HIDDEN: &str = "[redacted]";

/// Where the report of a run comes from that begins now.
pub(super) fn provenance(model: &Model, secrets: &Secrets) -> Provenance {
    let words =
        super::config::all_arguments().into_iter().skip(1).map(|word| word.to_string_lossy().into_owned());
    Provenance {
        started: timestamp(SystemTime::now()),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        model: model.slug.clone(),
        air: model.air.clone(),
        spec_version: model.version.clone(),
        command: without_secrets(words, &Redactor::hiding(secrets)),
        ..Provenance::default()
    }
}

/// The words of a command without the program's place on the machine, values of headers, users, passwords and queries
/// of addresses, and whatever else the redactor knows.
fn without_secrets(words: impl Iterator<Item = String>, redactor: &Redactor) -> Vec<String> {
    let mut command = vec!["airspec".to_owned()];
    let mut option = String::new();
    for word in words {
        let shown = match word.split_once('=').filter(|(name, _)| name.starts_with("--")) {
            Some((name, value)) => format!("{name}={}", value_of(name, value)),
            None => value_of(&option, &word),
        };
        command.push(redactor.clean(&shown));
        option = word;
    }
    command
}

/// The value of an option, or any other word.
fn value_of(option: &str, value: &str) -> String {
    match option {
        "--header" => value
            .split_once(':')
            .map_or_else(|| HIDDEN.to_owned(), |(name, _)| format!("{}:{HIDDEN}", name.trim())),
        "--proxy" => address(value),
        _ if value.contains("://") => address(value),
        _ => value.to_owned(),
    }
}

/// An address without user, password, query and fragment.
fn address(text: &str) -> String {
    let (place, sign) = match text.find(['?', '#']) {
        Some(end) => (&text[..end], &text[end..=end]),
        None => (text, ""),
    };
    let start = place.find("://").map_or(0, |start| start + 3);
    let place = match place.rfind('@').filter(|at| *at >= start) {
        Some(at) => format!("{}{HIDDEN}{}", &place[..start], &place[at..]),
        None => place.to_owned(),
    };
    if sign.is_empty() { place } else { format!("{place}{sign}{HIDDEN}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_told_and_no_secret_is() {
        let secrets = Secrets::default().with_key("sk-0123456789abcdef");
        for (given, shown) in [
            ("--seed 7 --case width.* --strict", "--seed 7 --case width.* --strict"),
            ("--header X-Gateway:true --strict", "--header X-Gateway:[redacted] --strict"),
            ("--header=X-Gateway:a=b", "--header=X-Gateway:[redacted]"),
            ("--header nothing", "--header [redacted]"),
            ("--proxy http://me:pw@proxy:3128", "--proxy http://[redacted]@proxy:3128"),
            ("--proxy=me:pw@proxy:3128", "--proxy=[redacted]@proxy:3128"),
            ("--target https://h/v1?a=1&b=2", "--target https://h/v1?[redacted]"),
            ("--target=https://u@h/v1#x", "--target=https://[redacted]@h/v1#[redacted]"),
            ("--compare http://a/?k=1 http://b/?k=2", "--compare http://a/?[redacted] http://b/?[redacted]"),
            ("--media-url http://h/a.png", "--media-url http://h/a.png"),
            ("--report sk-0123456789abcdef/out", "--report [redacted]/out"),
        ] {
            let words = given.split(' ').map(str::to_owned);
            let told = without_secrets(words, &Redactor::hiding(&secrets));
            assert_eq!(told.join(" "), format!("airspec {shown}"), "{given}");
        }
    }
}
