//! Which cases are tried.

use super::{End, Failure, show};
use airspec_spec::Level;
use airspec_suite::case::{Case, Cases, Gap};
use airspec_suite::oracle::Oracle;
use airspec_suite::run::search::RequestClass;
use airspec_suite::shard::Shard;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Choice {
    /// Only cases with this id or a matching id, such as 'width.*'; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(super) case: Vec<String>,
    /// Only constraints documented at least at this level: badge, prose, facts or unstated (all)
    #[arg(long, value_name = "LEVEL", default_value = "unstated", value_parser = level)]
    pub(super) level: Level,
    /// Only the K-th of N parts of the cases; the part of a case depends only on its id
    #[arg(long, value_name = "K/N")]
    pub(super) shard: Option<Shard>,
    /// Whether other models can have the cases that this one does not have.
    #[arg(skip)]
    pub(super) is_of_several: bool,
}

/// Cases, and what there is no case of.
pub(super) type Chosen = (Vec<Case>, Vec<Gap>);

fn level(text: &str) -> Result<Level, String> {
    let known = Level::ALL.into_iter().find(|level| level.word() == text);
    known.ok_or_else(|| format!("use one of {}", Level::ALL.map(Level::word).join(", ")))
}

impl Choice {
    /// The cases that are asked for; none where another model can have them. What is missing is told only where all were.
    pub(super) fn of(&self, cases: Cases) -> Result<Option<Chosen>, Failure> {
        let Cases { cases, gaps, .. } = cases;
        let all = cases.len();
        let pattern = Pattern::of(&self.case, &cases)?;
        let is_named = |case: &Case| pattern.as_ref().is_none_or(|pattern| pattern.takes(&case.id));
        let (named, others): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(is_named);
        let mut searched = RequestClass::ALL.into_iter().map(RequestClass::id);
        if named.is_empty() && !searched.any(|id| pattern.as_ref().is_some_and(|pattern| pattern.takes(id))) {
            if self.is_of_several {
                return Ok(None);
            }
            return Err(Failure(format!(
                "--case matches none of the {all} cases; {}",
                hint(&self.case, &others)?
            )));
        }
        let is_chosen =
            |case: &Case| case.level <= self.level && self.shard.is_none_or(|shard| shard.holds(&case.id));
        let chosen: Vec<Case> = named.into_iter().filter(is_chosen).collect();
        // A part can be empty where there are more parts than cases, and is then done at once.
        if chosen.is_empty() && self.shard.is_none() && self.case.is_empty() {
            let level = self.level;
            return Err(Failure(format!(
                "no case is documented at level {level} or a higher one; --list shows all cases"
            )));
        }
        let is_all = chosen.len() == all;
        Ok(Some((chosen, if is_all { gaps } else { Vec::new() })))
    }

    /// Whether a case of that id, outside the derived ones, is asked for.
    pub(super) fn takes(&self, id: &str) -> Result<bool, Failure> {
        let is_named = self.case.is_empty() || matcher(self.case.iter())?.is_match(id);
        Ok(is_named && self.shard.is_none_or(|shard| shard.holds(id)))
    }
}

/// What to do where nothing matches: the name of a parameter or a constraint is the beginning of ids.
fn hint(wanted: &[String], cases: &[Case]) -> Result<String, Failure> {
    for wanted in wanted {
        let longer = format!("{wanted}.*");
        let glob = matcher(std::iter::once(&longer))?;
        if cases.iter().any(|case| glob.is_match(&case.id)) {
            return Ok(format!("did you mean '{longer}'?"));
        }
    }
    Ok("--list shows all cases".to_owned())
}

/// Ids and patterns.
struct Pattern<'a> {
    ids: Vec<&'a str>,
    globs: GlobSet,
}

impl<'a> Pattern<'a> {
    fn of(wanted: &'a [String], cases: &[Case]) -> Result<Option<Self>, Failure> {
        if wanted.is_empty() {
            return Ok(None);
        }
        // An id is taken as it is, whatever it holds.
        let (ids, globs): (Vec<_>, Vec<_>) =
            wanted.iter().partition(|wanted| cases.iter().any(|case| case.id == **wanted));
        let ids = ids.into_iter().map(String::as_str).collect();
        Ok(Some(Self { ids, globs: matcher(globs.into_iter())? }))
    }

    fn takes(&self, id: &str) -> bool {
        self.ids.contains(&id) || self.globs.is_match(id)
    }
}

/// Shows the cases, and what there is no case of.
pub(super) fn list(oracle: &Oracle, cases: &[Case], gaps: &[Gap]) -> Result<End, Failure> {
    let width = cases.iter().map(|case| case.id.chars().count()).max().unwrap_or(0).min(60);
    let line = |case: &Case| {
        let (id, level, expect) = (&case.id, case.level.word(), case.expect.word());
        let about = airspec_suite::oracle::excerpt(&case.about);
        let beyond = oracle.beyond_owner(&case.body).filter(|_| expect != "reject");
        let beyond = beyond
            .map(|broken| format!(" (may be refused: the model's owner has a rule that a task {broken})"));
        format!("{id:width$}  {level:8}  {expect:6}  {about}{}\n", beyond.unwrap_or_default())
    };
    let gap = |gap: &Gap| format!("{}: no case to {}: {}\n", gap.constraint, gap.side, gap.reason);
    let text: String = cases.iter().map(line).chain(gaps.iter().map(gap)).collect();
    show(&text)?;
    Ok(End::Conforms)
}

pub(super) fn matcher<'a>(globs: impl Iterator<Item = &'a String>) -> Result<GlobSet, Failure> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        // An id is no path: `*` is everything.
        set.add(GlobBuilder::new(glob).literal_separator(false).backslash_escape(true).build()?);
    }
    Ok(set.build()?)
}
