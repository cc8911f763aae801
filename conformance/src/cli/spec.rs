//! Which specs a command uses: files, folders of them, or those that are built in.

use super::{Failure, complain, shown};
use airspec_spec::text::visible;
use airspec_spec::{Catalogue, Level, Model, Source, Strictness, Unchecked, release};
use airspec_traffic::{Scope, Specs};
use std::path::{Path, PathBuf};

/// The model that is used where none is named.
const DEFAULT_MODEL: &str = "openai-gpt-image-2";

/// In the place of a file of rules: those that the spec states as its owner's.
const OWNER: &str = "owner";

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Spec {
    /// A spec file, or a folder with a spec file for each model; repeatable. Default: the built-in specs
    #[arg(long = "spec", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Slug or AIR id of a model in the specs, such as openai:gpt-image@2
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Release of the model that the spec describes, such as 2026-10-12, or `newest`; of the built-in specs
    #[arg(long, value_name = "DATE")]
    release: Option<String>,
    /// Additional constraints: a JSON file with the layout of `x-constraints`, or the word `owner` for the rules of the
    /// model's owner that the spec contains
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Read specs with keywords that are outside the dialect: these are not checked, and listed
    #[arg(long)]
    lenient: bool,
}

impl Spec {
    /// One model, for a command about one.
    pub(super) fn one(&self) -> Result<Model, Failure> {
        let mut models = self.all()?;
        match models.len() {
            1 => Ok(models.remove(0)),
            many => Err(Failure(format!("--spec has {many} models: choose one with --model"))),
        }
    }

    /// The models to run or to serve: all of `--spec`, the one that is named, or else the default model.
    pub(super) fn all(&self) -> Result<Vec<Model>, Failure> {
        if self.paths.is_empty() && self.model.is_none() {
            let default = Self { model: Some(DEFAULT_MODEL.to_owned()), ..self.clone() };
            return Ok(default.catalogue()?.into_models());
        }
        Ok(self.catalogue()?.into_models())
    }

    /// All models of the specs, or the one that is named; with the further rules among its constraints.
    pub(super) fn catalogue(&self) -> Result<Catalogue, Failure> {
        let mut catalogue = Catalogue::read_or_built_in(&self.paths, strictness(self.lenient))?;
        if let Some(name) = &self.model {
            catalogue = Catalogue::of(vec![catalogue.named(name)?.clone()])?;
        }
        if let Some(day) = &self.release {
            catalogue = Catalogue::of(vec![self.released(&catalogue, day)?])?;
        }
        catalogue.models().iter().for_each(|model| tell(&model.source, &model.unchecked));
        let Some(path) = &self.rules else { return Ok(catalogue) };
        match catalogue.models() {
            [model] => Ok(Catalogue::of(vec![with_rules(model, path)?])?),
            models => {
                let many = models.len();
                Err(Failure(format!("--rules is about one model: choose one of the {many} with --model")))
            }
        }
    }

    /// The one model, as it is in a release.
    fn released(&self, catalogue: &Catalogue, day: &str) -> Result<Model, Failure> {
        if !self.paths.is_empty() {
            return Err(Failure("--release is about the built-in specs: leave out --spec".to_owned()));
        }
        match catalogue.models() {
            [model] => Ok(release::of(model, day)?),
            models => {
                let many = models.len();
                Err(Failure(format!("--release is about one model: choose one of the {many} with --model")))
            }
        }
    }

    /// The specs for traffic. One that is chosen is that of all tasks; one that is built in, of those that name it.
    pub(super) fn of_traffic(&self) -> Result<Specs, Failure> {
        let is_chosen = self.model.is_some() || !self.paths.is_empty();
        let scope = if is_chosen { Scope::All } else { Scope::Named };
        Ok(Specs::new(self.catalogue()?, scope)?)
    }

    /// The same for the model of that name, if there is one.
    pub(super) fn named(&self, model: Option<&str>) -> Self {
        Self { model: model.map(str::to_owned).or_else(|| self.model.clone()), ..self.clone() }
    }

    /// The same for one of the models.
    pub(super) fn of_model(&self, model: &Model) -> Self {
        Self { model: Some(model.slug.clone()), ..self.clone() }
    }

    /// The arguments that name the same.
    pub(super) fn again(&self) -> Vec<String> {
        let path = |path: &PathBuf| path.display().to_string();
        let specs = self.paths.iter().map(|spec| ("--spec", path(spec)));
        let model = self.model.iter().map(|model| ("--model", model.clone()));
        let rules = self.rules.iter().map(|rules| ("--rules", path(rules)));
        let release = self.release.iter().map(|release| ("--release", release.clone()));
        let flags = specs.chain(model).chain(release).chain(rules);
        let lenient = self.lenient.then(|| "--lenient".to_owned());
        flags.flat_map(|(flag, value)| [flag.to_owned(), value]).chain(lenient).collect()
    }
}

/// What the reader does about keywords that are outside the dialect.
pub(super) fn strictness(is_lenient: bool) -> Strictness {
    if is_lenient { Strictness::Lenient } else { Strictness::Strict }
}

/// Says what of a document is not checked: how much, and a line for each, as many as are shown.
pub(super) fn tell(source: &str, unchecked: &[Unchecked]) {
    const SHOWN: usize = 20;
    if unchecked.is_empty() {
        return;
    }
    let (count, source) = (airspec_report::counted(unchecked.len(), "keyword"), visible(source));
    let verb = if unchecked.len() == 1 { "is" } else { "are" };
    complain(&format!("{source}: {count} outside the dialect {verb} not checked"));
    unchecked.iter().take(SHOWN).for_each(|one| complain(&format!("{source}: {one}")));
    if unchecked.len() > SHOWN {
        complain(&format!("{source}: and {} more", unchecked.len() - SHOWN));
    }
}

fn with_rules(model: &Model, path: &Path) -> Result<Model, Failure> {
    let rules = if path.as_os_str() == OWNER {
        model.owner_rules.clone()
    } else {
        let name = shown(path);
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure(format!("{name}: cannot be read: {error}")))?;
        airspec_spec::read_rules(&Source::new(name, text), model)?
    };
    if rules.is_empty() {
        return Err(Failure(format!("{} contains no rules of the model's owner", model.source)));
    }
    // Nothing on the page says so: it is the user who knows.
    Ok(model.clone().with_rules(&rules, Level::Facts))
}
