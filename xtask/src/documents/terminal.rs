//! `docs/terminal.svg`: the sample output in the README as a terminal shows it. A test of the program compares that sample
//! with a real run (`the_image_in_the_readme_is_what_the_suite_says`).

use super::lines::read;
use super::root;

/// The height of a line, the width of a character and the space around the text, in pixels.
const LINE: usize = 20;
const CHARACTER: usize = 9;
const MARGIN: usize = 16;

/// The image of a text.
fn image(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    let (width, height) = (2 * MARGIN + longest * CHARACTER, 2 * MARGIN + lines.len() * LINE);
    let rows = lines.iter().enumerate().map(|(index, line)| {
        let place = MARGIN + LINE * index + LINE * 3 / 4;
        format!("<text x=\"{MARGIN}\" y=\"{place}\">{}</text>\n", coloured(line))
    });
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\" \
         fill=\"#d4d4d4\">\n\
         <title>The output of airspec conformance for a server that accepts images that are too wide</title>\n\
         <style>text {{ white-space: pre }} .r {{ fill: #f48771 }} .g {{ fill: #89d185 }} .d {{ fill: #9d9d9d }} \
         .b {{ font-weight: bold; fill: #fff }}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#1e1e1e\"/>\n{}</svg>\n",
        rows.collect::<String>()
    )
}

/// A line with the colours of the program.
fn coloured(line: &str) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let span = |class: &str, text: &str| format!("<tspan class=\"{class}\">{}</tspan>", escape(text));
    if let Some(rest) = line.strip_prefix("✗ ") {
        // A cause stands out; the line of a parameter does not.
        let rest = if rest.contains(':') { span("b", rest) } else { escape(rest) };
        format!("{} {rest}", span("r", "✗"))
    } else if line.trim_start().starts_with("curl ") {
        span("d", line)
    } else if line.starts_with("does not conform") {
        span("r", line)
    } else if let Some((cases, (passed, failed))) =
        line.split_once(": ").and_then(|(cases, rest)| Some((cases, rest.split_once(", ")?)))
        && passed.ends_with(" passed")
    {
        format!("{}: {}, {}", escape(cases), span("g", passed), span("r", failed))
    } else {
        escape(line)
    }
}

#[test]
fn the_image_of_the_terminal_is_that_of_the_sample_in_the_readme() {
    let readme = read(&root().join("README.md"));
    let start = readme.find("```text\n✗ ").unwrap() + "```text\n".len();
    let (sample, _) = readme[start..].split_once("\n```").unwrap();
    let path = root().join("docs/terminal.svg");
    let image = image(sample);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, &image).unwrap();
    }
    assert_eq!(read(&path), image, "run `cargo xtask snapshots`, and look at docs/terminal.svg");
}
