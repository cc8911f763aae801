//! What cases need from outside the suite: images that exist, URLs that can be called. Only an API that does real work
//! needs them; there, cases without them cannot be tried.

use super::{Case, Expect, images};
use crate::parameter::{at, set};
use airspec_spec::behaviour::Kind;
use airspec_spec::rule::{Format, Rule};
use airspec_spec::{Model, Schema};
use serde_json::Value;

/// What the user provides.
#[derive(Clone, Debug, Default)]
pub struct TestResources {
    /// The id of an image that the target has.
    pub media_uuid: Option<String>,
    /// The address of an image that the target can download.
    pub media_url: Option<String>,
    /// An address that the target can post to.
    pub webhook: Option<String>,
    /// An address that the target can upload to.
    pub upload: Option<String>,
}

impl TestResources {
    /// Puts real things in the place of made-up ones.
    ///
    /// # Errors
    /// Why the case cannot be tried.
    pub fn substitute(&self, case: &mut Case, model: &Model) -> Result<(), String> {
        if matches!(case.expect, Expect::Reject(_)) {
            return Ok(());
        }
        for schema in model.task.tree() {
            let need = Need::of(model, schema);
            let Some(need) = need else { continue };
            let (holder, is_item) = match schema.path.strip_suffix(".items") {
                Some(holder) => (holder, true),
                None => (schema.path.as_str(), false),
            };
            for task in case.body.as_array_mut().into_iter().flatten() {
                let Some(value) = task.as_object().and_then(|task| at(task, holder)).cloned() else {
                    continue;
                };
                let real = match value {
                    Value::Array(items) if is_item => items
                        .iter()
                        .map(|item| self.real(need, schema, item))
                        .collect::<Result<_, _>>()
                        .map(Value::Array)?,
                    value => self.real(need, schema, &value)?,
                };
                set(task, holder, real);
            }
        }
        Ok(())
    }

    fn real(&self, need: Need, schema: &Schema, value: &Value) -> Result<Value, String> {
        let Some(text) = value.as_str() else { return Ok(value.clone()) };
        let (given, what, flag) = match (need, text) {
            (Need::Webhook, _) => (&self.webhook, "a URL that the target can post to", "--webhook"),
            (Need::Upload, _) => (&self.upload, "a URL that the target can upload to", "--upload"),
            (Need::Media, text) if airspec_judge::image::size(text).is_some() => return Ok(value.clone()),
            (Need::Media, text) if text.starts_with("data:") => {
                return Ok(Value::from(format!("data:image/png;base64,{}", images::legal(schema))));
            }
            (Need::Media, text) if text.contains(':') => {
                (&self.media_url, "the URL of an image that the target can download", "--media-url")
            }
            (Need::Media, text) if uuid::Uuid::try_parse(text).is_ok() => {
                (&self.media_uuid, "the UUID of an image that the target has", "--media-uuid")
            }
            (Need::Media, _) => return Ok(Value::from(images::legal(schema))),
        };
        match given {
            Some(given) if form(given) == form(text) => Ok(Value::from(given.clone())),
            Some(_) => Err(format!("needs {what} in the form of {text}, and the one of {flag} has another")),
            None => Err(format!("needs {what}; give it with {flag}")),
        }
    }
}

/// The kind of thing that a parameter needs.
#[derive(Clone, Copy, Debug)]
enum Need {
    Webhook,
    Upload,
    Media,
}

impl Need {
    fn of(model: &Model, schema: &Schema) -> Option<Self> {
        let address = model.behaviours.iter().find_map(|behaviour| match &behaviour.kind {
            Kind::Webhook { parameter } if *parameter == schema.path => Some(Self::Webhook),
            Kind::Upload { parameter } if *parameter == schema.path => Some(Self::Upload),
            _ => None,
        });
        let is_identity = model.unique().is_some_and(|constraint| constraint.parameter == schema.path);
        let names = |rule: &Rule| matches!(rule, Rule::Format(Format::Uuid | Format::Uri));
        let is_media = schema.rules().any(|rule| match rule {
            Rule::AnyOf(branches) | Rule::OneOf(branches) => {
                branches.iter().any(|branch| branch.rules().any(names))
            }
            rule => names(rule),
        });
        address.or((is_media && !is_identity).then_some(Self::Media))
    }
}

/// What is special about an id or an address.
fn form(text: &str) -> String {
    if let Ok(uuid) = uuid::Uuid::try_parse(text) {
        let is_upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
        return format!("uuid {} {:?} {is_upper}", uuid.get_version_num(), uuid.get_variant());
    }
    let scheme = text.split(':').next().unwrap_or_default();
    let authority =
        text.split("://").nth(1).unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let has = |mark: char| text.contains(mark);
    format!(
        "{} {} {} {} {}",
        scheme.to_ascii_lowercase() == scheme,
        has('?'),
        has('#'),
        authority.contains('@'),
        authority.starts_with('[')
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::derive;

    fn model() -> Model {
        let (name, text) = ("gpt-image.json", include_str!("../../../../spec/tests/specs/gpt-image.json"));
        airspec_spec::read(&airspec_spec::Source::new(name, text)).unwrap()
    }

    #[test]
    fn a_made_up_image_is_replaced_by_one_of_its_form_or_its_case_is_left_out() {
        let model = model();
        let cases = derive(&model, 1).unwrap().cases;
        let id = "7d6b7cba-95ec-4a7a-9c6f-2dd2b4a0c9a1";
        let resources = TestResources { media_uuid: Some(id.to_owned()), ..TestResources::default() };
        let furnished = |name: &str| {
            let mut case = cases.iter().find(|case| case.id.contains(name)).unwrap().clone();
            resources.substitute(&mut case, &model).map(|()| case.body.to_string())
        };
        assert!(furnished("items.anyOf.accept.version-4").unwrap().contains(id));
        assert!(furnished("items.anyOf.accept.version-1").unwrap_err().contains("--media-uuid"));
        assert!(furnished("items.anyOf.accept.with-a-query").unwrap_err().contains("--media-url"));
        assert!(furnished("webhookURL.type.accept").unwrap_err().contains("--webhook"));
        assert!(furnished("uploadEndpoint.type.accept").unwrap_err().contains("--upload"));
        // What is refused is never looked at.
        assert!(furnished("items.anyOf.reject").is_ok());
    }
}
