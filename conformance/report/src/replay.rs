//! Commands that send a request again: one for `curl`, with the key as a variable, and one for the suite.

use airspec_spec::text::{is_hidden, visible_json};
use airspec_suite::run::{LOCAL_KEY, Limit, Target};
use std::fmt::Write as _;

/// A command for a POSIX shell that sends the request to the target. Values of further headers are variables, named
/// after the header: `X-Gateway` is `$X_GATEWAY`. None for the embedded mock, which is gone after the run, and for a
/// WebSocket.
#[must_use]
pub fn curl(target: &str, headers: &[String], body: &str) -> Option<String> {
    if !target.starts_with("http") {
        return None;
    }
    let mut command = format!(
        "curl -sS {} -H \"Authorization: Bearer {}\" -H 'Content-Type: application/json'",
        quote(target),
        key(target)
    );
    for name in headers {
        // Names of headers hold nothing that a shell minds, but for these.
        let name: String = name.chars().filter(|letter| !matches!(letter, '$' | '`' | '!')).collect();
        let letter =
            |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
        let _ = write!(command, " -H \"{name}: ${{{}}}\"", name.chars().map(letter).collect::<String>());
    }
    // `-d @…` would name a file; a body is an array and begins with a bracket.
    let _ = write!(command, " -d {}", quote(&visible_json(body)));
    Some(command)
}

/// The key as a variable. A server on this machine needs none: where the variable is not set, the key is the one that the
/// suite itself sends then.
fn key(target: &str) -> String {
    // Without a key and without a limit on cost, only servers on this machine are targets.
    match Target::new(target, None, Limit::Loopback) {
        Ok(_) => format!("${{RUNWARE_API_KEY:-{LOCAL_KEY}}}"),
        Err(_) => "$RUNWARE_API_KEY".to_owned(),
    }
}

/// A command of the suite that tries the case again.
#[must_use]
pub fn command(target: &str, seed: u64, again: &[String], id: &str) -> String {
    let mut command = format!("airspec conformance --seed {seed} --case {}", quote(id));
    if target.contains("://") {
        let _ = write!(command, " --target {}", quote(target));
    }
    for word in again {
        let _ = write!(command, " {}", quote(word));
    }
    command
}

/// A word that a POSIX shell takes as it is. One with characters that a terminal obeys or does not show is printed by
/// the shell itself.
#[must_use]
pub fn quote(word: &str) -> String {
    if word.contains(is_hidden) {
        return printed(word);
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A substitution that gives a word from its bytes. It ends in a full stop that is taken away, as shells take line ends.
fn printed(word: &str) -> String {
    let mut format = String::new();
    for letter in word.chars() {
        match letter {
            '%' => format.push_str("%%"),
            '\\' => format.push_str(r"\\"),
            '\'' => format.push_str(r"'\''"),
            _ if is_hidden(letter) => {
                for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(format, r"\{byte:03o}");
                }
            }
            _ => format.push(letter),
        }
    }
    format!("\"$(printf '{format}')\"")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_shell_gives_every_word_back_as_it_was() {
        for word in [
            "",
            "plain",
            "it's",
            "''",
            "$(touch /tmp/never) `id` $HOME \\ \" ! # & ; | > <",
            "a\nb\tc",
            "a\u{1b}[31m\u{9b}\u{202e}%s\\n'é$(id)`id`\"",
            "[{\"a\":\"é😀'\\u0027\"}]",
            "-n",
            "*",
        ] {
            let shell = Command::new("sh").args(["-c", &format!("printf %s {}", quote(word))]).output();
            assert_eq!(String::from_utf8(shell.unwrap().stdout).unwrap(), word);
            assert!(!quote(word).contains(is_hidden), "{}", quote(word));
        }
    }

    /// The words of the command as a shell passes them on, with or without a key.
    fn words(curl: &str, key: Option<&str>) -> String {
        let script = format!("set -u\ncurl() {{ for word; do printf '%s\\n' \"$word\"; done; }}\n{curl}");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).env_remove("RUNWARE_API_KEY").env("X_GATEWAY", "g");
        let shell = shell.envs(key.map(|key| ("RUNWARE_API_KEY", key))).output().unwrap();
        String::from_utf8(shell.stdout).unwrap()
    }

    #[test]
    fn a_server_on_this_machine_is_asked_without_a_key_too() {
        let near = curl("http://127.0.0.1:1/v1", &[], "[]").unwrap();
        assert!(words(&near, None).contains("\nAuthorization: Bearer airspec-local\n"), "{near}");
        assert!(words(&near, Some("own")).contains("\nAuthorization: Bearer own\n"), "{near}");
        let far = curl("https://api.example.com/v1", &[], "[]").unwrap();
        assert_eq!(words(&far, None), "", "no key, no request");
        assert!(words(&far, Some("own")).contains("\nAuthorization: Bearer own\n"), "{far}");
    }

    #[test]
    fn a_command_has_variables_where_secrets_were() {
        let headers = ["x-gateway".to_owned()];
        let curl = curl("http://127.0.0.1:1/v1?a=b&c", &headers, "[{\"say\":\"it's\"}]").unwrap();
        let words = words(&curl, Some("k e y"));
        let expected = [
            "-sS",
            "http://127.0.0.1:1/v1?a=b&c",
            "-H",
            "Authorization: Bearer k e y",
            "-H",
            "Content-Type: application/json",
            "-H",
            "x-gateway: g",
            "-d",
            "[{\"say\":\"it's\"}]",
        ];
        assert_eq!(words.lines().collect::<Vec<_>>(), expected);
    }
}
