//! A page about a constraint, a behaviour or a parameter.

use airspec_codegen::{Options, Unknown, explain, module};
use airspec_spec::{Model, Source};

fn model() -> Model {
    let text = include_str!("../../spec/tests/specs/gpt-image.json");
    airspec_spec::read(&Source::new("gpt-image.json", text)).unwrap()
}

/// The value behind a word at the start of a line.
fn row<'p>(page: &'p str, name: &str) -> &'p str {
    let line = page.lines().find(|line| line.trim_start().starts_with(name));
    line.unwrap_or_else(|| panic!("no {name} in\n{page}")).trim_start().strip_prefix(name).unwrap().trim()
}

#[test]
fn a_constraint_with_its_names_in_the_code() {
    let model = model();
    let page = explain(&model, "width.maximum").unwrap();
    assert_eq!(page.subjects, ["width.maximum"]);
    assert!(page.text.starts_with("width.maximum\n  `width` must be at most 3840\n"), "{}", page.text);
    assert_eq!(row(&page.text, "level"), "badge: stated in a badge of the page");
    let page_of_width = "https://runware.ai/docs/models/openai-gpt-image-2#request-width";
    assert_eq!(row(&page.text, "documentation"), page_of_width);
    let names =
        ["field", "required", "builder", "limit", "constraint"].map(|name| row(&page.text, name).to_owned());
    let expected = [
        "Request::width: u32",
        "Required { width, … }",
        "RequestBuilder::width(value: u32)",
        "limits::WIDTH_MAXIMUM",
        "constraints::WIDTH_MAXIMUM",
    ];
    assert_eq!(names, expected);
    // The check is the one in the generated file.
    let options = Options { made_by: "the test".into(), spec: "spec.json".into() };
    let code = module(&model, &options).unwrap().text;
    let plain = |text: &str| text.split_whitespace().collect::<String>().replace(",)", ")");
    let check = row(&page.text, "check");
    assert!(check.contains("&constraints::WIDTH_MAXIMUM") && plain(&code).contains(&plain(check)), "{check}");
}

#[test]
fn every_constraint_behaviour_and_parameter_has_a_page() {
    let model = model();
    let constraints = model.constraints();
    let ids = constraints.iter().map(|one| one.id.as_str());
    let behaviours = model.behaviours.iter().map(|one| one.id.as_str());
    for name in ids.chain(behaviours) {
        assert_eq!(explain(&model, name).unwrap().subjects, [name]);
    }
    for schema in model.parameters() {
        let page = explain(&model, &schema.path).unwrap();
        assert!(page.text.starts_with(schema.path.as_str()), "{}", page.text);
    }
    let quality = explain(&model, "providerSettings.openai.quality").unwrap();
    assert_eq!(row(&quality.text, "field"), "Openai::quality: Option<Quality>");
    assert_eq!(row(&quality.text, "effective"), "Request::effective_provider_settings_openai_quality()");
    assert!(quality.subjects.contains(&"providerSettings.openai.quality.enum".to_owned()));
}

#[test]
fn a_name_that_is_nearly_known_is_suggested() {
    let model = model();
    let near = |name: &str| match explain(&model, name) {
        Err(Unknown::Name { near, .. }) => near,
        other => panic!("{other:?}"),
    };
    assert_eq!(near("widht").as_deref(), Some("width"));
    assert_eq!(near("width.maximun").as_deref(), Some("width.maximum"));
    assert_eq!(near("quality").as_deref(), Some("providerSettings.openai.quality"));
    assert_eq!(near("something else entirely"), None);
    let said = explain(&model, "widht").unwrap_err().to_string();
    assert_eq!(said, "nothing is called `widht`\n  help: did you mean `width`?");
}
