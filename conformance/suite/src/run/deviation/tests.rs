//! Lists, and what a run makes of them.

use super::*;
use crate::oracle::Class;
use airspec_spec::Level;
use std::time::Duration;

/// 2026-11-22.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_371_000)
}

fn record(id: &str, verdict: Verdict, detail: &str) -> Record {
    Record {
        id: id.to_owned(),
        subject: "a.b".to_owned(),
        parameter: "a".to_owned(),
        level: Level::Badge,
        expect: "reject",
        about: String::new(),
        verdict,
        skip: None,
        class: (verdict == Verdict::Fail).then_some(Class::BreaksPage),
        cause: String::new(),
        deviation: None,
        detail: detail.to_owned(),
        request: None,
        response: None,
        duration: Duration::ZERO,
    }
}

const FILE: &str = "# The list\n\
    \n\
    a.live    | 2026-11-22 | accepted with HTTP | ticket 1 | part two\n\
    a.changed | 2027-01-01 | refused            | ticket 2\n\
    # about the next one\n\
    a.gone    | 2027-01-01 | accepted           | ticket 3\n\
    a.old     | 2026-11-21 | accepted           | ticket 4\n\
    a.nowhere | 2027-01-01 | accepted           | ticket 5\n\
    a.untried | 2027-01-01 | accepted           | ticket 6\n\
    a.skipped | 2027-01-01 | accepted           | ticket 7\n";

fn after(deviations: &Deviations) -> Vec<Record> {
    let mut records = vec![
        record("a.live", Verdict::Fail, "accepted with HTTP 200, but"),
        record("a.changed", Verdict::Fail, "HTTP 500 | oops"),
        record("a.gone", Verdict::Pass, "HTTP 200"),
        record("a.old", Verdict::Fail, "accepted with HTTP 200"),
        record("a.skipped", Verdict::Skip, "no address"),
        record("a.new", Verdict::Fail, "HTTP 200, but task 1b4e28ba-2fa1-41d2-883f-0016d3cca427 is not in"),
        record("a.note", Verdict::Note, "2 errors"),
    ];
    for record in &mut records {
        deviations.accept(record, now());
    }
    records
}

fn known() -> HashSet<&'static str> {
    ["a.live", "a.changed", "a.gone", "a.old", "a.untried", "a.skipped", "a.new", "a.note"].into()
}

#[test]
fn an_entry_accepts_its_finding_until_its_day_and_no_other() {
    let deviations = Deviations::read("list.txt", FILE).unwrap();
    let records = after(&deviations);
    let accepted: Vec<_> = records.iter().filter(|record| record.deviation.is_some()).collect();
    assert_eq!(accepted.len(), 1);
    assert_eq!((accepted[0].id.as_str(), accepted[0].verdict), ("a.live", Verdict::Pass));
    assert_eq!(accepted[0].deviation.as_deref(), Some("ticket 1 | part two"));
    assert_eq!(accepted[0].class, Some(Class::BreaksPage), "what is wrong is still told");
}

#[test]
fn an_entry_that_is_of_no_use_is_a_problem() {
    let deviations = Deviations::read("list.txt", FILE).unwrap();
    let records = after(&deviations);
    let problems = deviations.problems(&known(), &records.iter().collect::<Vec<_>>(), now());
    let expected = [
        "list.txt:4: deviation `a.changed` fails in other words, `HTTP 500`, not with `refused`",
        "list.txt:6: deviation `a.gone` no longer fails: remove it",
        "list.txt:7: deviation `a.old` expired on 2026-11-21: correct the server, or agree on a new date",
        "list.txt:8: deviation `a.nowhere` names no case: remove it, or correct the id (--list shows them)",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn a_fixed_file_keeps_comments_and_reasons_and_has_no_problem_but_the_expired_one() {
    let deviations = Deviations::read("list.txt", FILE).unwrap();
    let records = after(&deviations);
    let fixed = deviations.fixed(&known(), &records.iter().collect::<Vec<_>>(), now());
    let expected = "# The list\n\
        \n\
        a.live    | 2026-11-22 | accepted with HTTP | ticket 1 | part two\n\
        a.changed | 2027-01-01 | HTTP 500 | ticket 2\n\
        # about the next one\n\
        a.old     | 2026-11-21 | accepted           | ticket 4\n\
        a.untried | 2027-01-01 | accepted           | ticket 6\n\
        a.skipped | 2027-01-01 | accepted           | ticket 7\n\
        a.new | 2027-02-20 | HTTP 200, but task | to be explained\n";
    assert_eq!(fixed, expected);
    let again = Deviations::read("list.txt", &fixed).unwrap();
    let records = after(&again);
    let problems = again.problems(&known(), &records.iter().collect::<Vec<_>>(), now());
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(records.iter().all(|record| record.verdict != Verdict::Fail || record.id == "a.old"));
}

#[test]
fn a_line_that_is_no_entry_is_refused_with_its_place() {
    for (line, words) in [
        ("a.b", "1 parts instead of four"),
        ("a.b | 2027-01-01 | accepted", "3 parts instead of four"),
        ("a.b | tomorrow | accepted | why", "`tomorrow` is no date"),
        ("a.b | 2027-02-30 | accepted | why", "is no date"),
        ("a.b | 2027-01-01 |  | why", "the message is missing"),
        ("a.b | 2027-01-01 | accepted | ", "the reason is missing"),
        ("a.[* | 2027-01-01 | accepted | why", "is no pattern"),
    ] {
        let error = Deviations::read("list.txt", &format!("# x\n{line}\n")).unwrap_err().to_string();
        assert!(error.starts_with("list.txt:2: ") && error.contains(words), "{error}");
    }
    let twice = "a.b | 2027-01-01 | x | y\n".repeat(2);
    assert!(Deviations::read("l", &twice).unwrap_err().to_string().contains("already, in line 1"));
}

const PATTERNS: &str = "a.*        | 2027-01-01 | accepted | the gateway strips\n\
    a.exact    | 2027-01-01 | HTTP 500 | its own\n\
    *.reject.* | 2027-01-01 | HTTP 4   | another server answers\n\
    b.*        | 2026-11-21 | accepted | over\n\
    c.*        | 2027-01-01 | accepted | nothing\n";

fn patterns() -> Deviations {
    Deviations::read("list.txt", PATTERNS).unwrap()
}

fn settled(deviations: &Deviations, told: &[(&str, Verdict, &str)]) -> Vec<Record> {
    let mut records: Vec<Record> =
        told.iter().map(|(id, verdict, detail)| record(id, *verdict, detail)).collect();
    for record in &mut records {
        deviations.accept(record, now());
    }
    records
}

#[test]
fn a_pattern_accepts_every_case_in_its_words_and_an_exact_id_wins() {
    let deviations = patterns();
    for (id, detail, reason) in [
        ("a.one", "accepted with HTTP 200", Some("the gateway strips")),
        ("a.x.reject.y", "accepted with HTTP 200", Some("the gateway strips")),
        ("a.x.reject.y", "HTTP 404", Some("another server answers")),
        ("a.one", "HTTP 500", None),
        ("a.exact", "accepted with HTTP 200", None),
        ("a.exact", "HTTP 500", Some("its own")),
        ("b.one", "accepted", None),
        ("ab", "accepted", None),
    ] {
        let records = settled(&deviations, &[(id, Verdict::Fail, detail)]);
        assert_eq!(records[0].deviation.as_deref(), reason, "{id}: {detail}");
    }
    for (id, reason) in
        [("a.one", Some("the gateway strips")), ("a.exact", None), ("b.one", None), ("z", None)]
    {
        assert_eq!(deviations.accepts_acceptance(id, now()), reason, "{id}");
    }
}

#[test]
fn a_pattern_is_stale_once_all_its_cases_were_tried_and_none_fails_in_its_words() {
    let text = "a.* | 2027-01-01 | accepted | one\na.b | 2027-01-01 | HTTP | two\n# end\n";
    let deviations = Deviations::read("list.txt", text).unwrap();
    let known = HashSet::from(["a.b", "a.c", "a.d"]);
    let (pass, fail) = ((Verdict::Pass, "HTTP 200"), (Verdict::Fail, "accepted with HTTP 200"));
    let both = |c: (Verdict, &'static str), d: Option<(Verdict, &'static str)>| {
        let mut told = vec![("a.b", Verdict::Fail, "HTTP 500"), ("a.c", c.0, c.1)];
        told.extend(d.map(|d| ("a.d", d.0, d.1)));
        let records = settled(&deviations, &told);
        let records: Vec<&Record> = records.iter().collect();
        (deviations.problems(&known, &records, now()), deviations.fixed(&known, &records, now()))
    };
    let kept = (Vec::new(), text.to_owned());
    assert_eq!(both(fail, Some(pass)), kept, "one case is enough");
    assert_eq!(both(pass, None), kept, "another part of the run may have one");
    assert_eq!(both(pass, Some((Verdict::Skip, "no address"))), kept);
    let (problems, fixed) = both(pass, Some((Verdict::Fail, "HTTP 500")));
    let problem = "list.txt:1: deviation `a.*` matches no case that fails with `accepted`: remove it";
    assert_eq!(problems, [problem]);
    let rest = "a.b | 2027-01-01 | HTTP | two\n# end\na.d | 2027-02-20 | HTTP 500 | to be explained\n";
    assert_eq!(fixed, rest, "what fails in other words has an entry of its own");
    let known = HashSet::from(["a.b", "b.c"]);
    let problems = deviations.problems(&known, &[], now());
    assert!(problems.len() == 1 && problems[0].contains("matches no case"), "{problems:?}");
    assert_eq!(deviations.fixed(&known, &[], now()), text.split_once('\n').unwrap().1);
}

#[test]
fn an_expired_pattern_is_for_people_to_decide() {
    let text = "a.* | 2026-11-21 | accepted | one\n";
    let deviations = Deviations::read("list.txt", text).unwrap();
    let records = settled(&deviations, &[("a.b", Verdict::Fail, "accepted with HTTP 200")]);
    let (known, records) = (HashSet::from(["a.b"]), records.iter().collect::<Vec<_>>());
    let problems = deviations.problems(&known, &records, now());
    assert!(problems.len() == 1 && problems[0].contains("expired on 2026-11-21"), "{problems:?}");
    assert_eq!(deviations.fixed(&known, &records, now()), text);
}

#[test]
fn an_id_with_the_signs_of_a_pattern_gets_an_entry_that_means_it_alone() {
    let id = "a*b?[c]{d}\\e|f";
    for (name, empty) in [("list.txt", ""), ("list.json", "")] {
        let list = Deviations::read(name, empty).unwrap();
        let failed = record(id, Verdict::Fail, "accepted with HTTP 200");
        let fixed = list.fixed(&HashSet::from([id]), &[&failed], now());
        let list = Deviations::read(name, &fixed).unwrap();
        assert_eq!(list.len(), 1, "{fixed}");
        let records = settled(
            &list,
            &[(id, Verdict::Fail, &failed.detail), ("aXb?[c]{d}\\e|f", Verdict::Fail, &failed.detail)],
        );
        assert_eq!(
            records.iter().map(|record| record.verdict).collect::<Vec<_>>(),
            [Verdict::Pass, Verdict::Fail]
        );
    }
}

const JSON: &str = r#"[
  {"case": "a.live", "until": "2026-11-22", "message": "accepted with HTTP", "reason": "ticket 1 | part two"},
  {"case": "a.gone", "until": "2027-01-01", "message": "accepted", "reason": "ticket 3"},
  {"case": "b.*", "until": "2027-01-01", "message": "accepted", "reason": "ticket 5"}
]"#;

#[test]
fn a_list_in_json_means_the_same_and_is_rewritten_as_json() {
    let deviations = Deviations::read("list.JSON", JSON).unwrap();
    let records = after(&deviations);
    assert_eq!(records[0].deviation.as_deref(), Some("ticket 1 | part two"));
    let records: Vec<&Record> = records.iter().collect();
    let expected = [
        "list.JSON: entry 2: deviation `a.gone` no longer fails: remove it",
        "list.JSON: entry 3: deviation `b.*` matches no case: remove it, or correct it (--list shows the ids)",
    ];
    assert_eq!(deviations.problems(&known(), &records, now()), expected);
    let fixed = deviations.fixed(&known(), &records, now());
    let fixed = Deviations::read("list.json", &fixed).unwrap();
    assert_eq!(fixed.len(), 4, "a.live, and what failed besides");
    assert!(fixed.problems(&known(), &records, now()).is_empty());
    let none = Deviations::read("list.json", " \n").unwrap();
    assert_eq!((none.len(), none.fixed(&known(), &[], now()).as_str()), (0, "[]\n"));
}

#[test]
fn a_list_in_json_that_its_schema_refuses_is_refused_with_file_and_entry() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&serde_json::from_str(JSON).unwrap()));
    for (from, to, is_lawful, words) in [
        (
            "\"2027-01-01\", \"message\": \"accepted\", \"reason\": \"ticket 3\"",
            "\"2027-01-01\", \"message\": \"accepted\"",
            false,
            "entry 2 (`a.gone`): \"reason\" is a required property",
        ),
        ("ticket 3", "  ", false, "entry 2 (`a.gone`): /reason: "),
        ("\"a.gone\"", "7", false, "entry 2: /case: 7 is not of type \"string\""),
        (
            "\"ticket 3\"",
            "\"ticket 3\", \"why\": 1",
            false,
            "entry 2 (`a.gone`): Additional properties are not allowed ('why' was unexpected)",
        ),
        ("2027-01-01", "tomorrow", false, "entry 2 (`a.gone`): /until: "),
        ("2027-01-01", "2027-02-30", true, "entry 2 (`a.gone`): `2027-02-30` is no date"),
        ("b.*", "b.[*", true, "entry 3 (`b.[*`): `b.[*` is no pattern"),
        ("a.gone", "a.live", true, "entry 2 (`a.live`): `a.live` has an entry already, entry 1"),
        ("\"until\": \"2027", "\"case\": \"x\", \"until\": \"2027", true, "duplicate field `case`"),
    ] {
        let text = JSON.replacen(from, to, 1);
        assert_ne!(text, JSON, "{from}");
        let value = serde_json::from_str(&text).unwrap();
        assert_eq!(validator.is_valid(&value), is_lawful, "{text}");
        let error = Deviations::read("list.json", &text).unwrap_err().to_string();
        assert!(error.starts_with("list.json") && error.contains(words), "{error}");
    }
    for (text, words) in [("{}", "is not of type \"array\""), ("[", "list.json:1:1: "), ("null", "array")] {
        let error = Deviations::read("list.json", text).unwrap_err().to_string();
        assert!(error.starts_with("list.json") && error.contains(words), "{error}");
    }
}
