//! `airspec conformance` with several models: one after the other, on one limit, into one report.
//!
//! Every place for files is then a folder with an entry for each model, named after its slug: a report below `--report`
//! and `--resume`, `SLUG.har` below `--har`, `SLUG.txt` below `--deviations`, `SLUG.jsonl` below `--regressions`.

use super::conformance::{Arguments, Server, Tested, random, test};
use super::resume::{self, Earlier};
use super::{End, Failure, complain, show, shown, style};
use airspec_report::merge::merge;
use airspec_report::{Document, Outcome, counted, make_folder, write_catalogue};
use airspec_spec::Model;
use airspec_suite::run::Usd;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Tests a server with the cases of each model.
pub(super) fn test_all(arguments: &Arguments, models: &[Model], server: &Server) -> Result<End, Failure> {
    let start = Instant::now();
    let mut run = Run::start(arguments, models)?;
    for model in models {
        if run.is_over {
            break;
        }
        run.test(model, server)?;
    }
    run.end(models, start)
}

/// A run over several models.
struct Run {
    /// Those of the command line, with the seed.
    arguments: Arguments,
    /// What earlier parts of the run have spent on the models that are still to come.
    ahead: Vec<(String, Usd)>,
    /// What was spent on the models that are done.
    spent: Usd,
    acceptances: usize,
    needed: f64,
    is_over: bool,
    documents: Vec<(String, Document)>,
    /// The models that were tried, and those that could not be.
    ends: Vec<End>,
    failed: usize,
    /// How many of them have cases that are asked for.
    matched: usize,
}

impl Run {
    fn start(arguments: &Arguments, models: &[Model]) -> Result<Self, Failure> {
        let mut arguments = arguments.clone();
        for folder in arguments.folders() {
            make_folder(folder)?;
        }
        let mut ahead = Vec::new();
        match arguments.money.resume.clone() {
            Some(folder) => {
                let earlier = earlier(&folder, models)?;
                arguments.seed = Some(arguments.seed(earlier.first().map(|(_, earlier)| earlier))?);
                for (slug, earlier) in &earlier {
                    ahead.push((slug.clone(), earlier.spent()?));
                }
            }
            None => {
                for model in models.iter().filter(|_| arguments.money.is_limited()) {
                    let folder = arguments.report.as_ref().map(|folder| folder.join(&model.slug));
                    folder.as_deref().map_or(Ok(()), resume::refuse_unfinished)?;
                }
                arguments.seed = Some(arguments.seed.unwrap_or_else(random));
            }
        }
        Ok(Self {
            arguments,
            ahead,
            spent: Usd::ZERO,
            acceptances: 0,
            needed: 0.0,
            is_over: false,
            documents: Vec::new(),
            ends: Vec::new(),
            failed: 0,
            matched: 0,
        })
    }

    /// Tests one model. What keeps it from being tested does not keep others.
    fn test(&mut self, model: &Model, server: &Server) -> Result<(), Failure> {
        let slug = &model.slug;
        self.ahead.retain(|(ahead, _)| ahead != slug);
        let others = self.ahead.iter().fold(self.spent, |sum, (_, spent)| sum + *spent);
        let arguments = self.arguments.of_model(model, others);
        show(&format!("{}\n", style().strong(slug)))?;
        match test(&arguments, model, server, self.acceptances) {
            Ok(None) => {
                show("no case matches --case\n")?;
                self.ends.push(End::Conforms);
            }
            Ok(Some(tested)) => {
                let Tested { end, document, is_over, spent, acceptances, needed } = tested;
                self.matched += 1;
                self.ends.push(end);
                self.documents.extend(document.map(|document| (slug.clone(), document.brief())));
                self.spent += spent;
                (self.acceptances, self.is_over) = (acceptances, is_over);
                self.needed += needed;
            }
            Err(Failure(reason)) => {
                complain(&format!("{slug}: {reason}"));
                self.failed += 1;
            }
        }
        show("\n")
    }

    /// Writes the report of all models.
    fn end(self, models: &[Model], start: Instant) -> Result<End, Failure> {
        let Self { arguments, documents, ends, failed, matched, needed, .. } = self;
        if arguments.money.plan && !arguments.money.is_free() {
            show(&format!("--max-cost {needed:.2} is enough for all {} models\n", models.len()))?;
        }
        if matched == 0 && failed == 0 {
            return Err(Failure("--case matches no case of any model; --list shows all cases".to_owned()));
        }
        let untried = models.len() - ends.len() - failed;
        if untried > 0 {
            complain(&format!("{untried} of {} models were not tried", models.len()));
        }
        let is_whole = untried == 0 && failed == 0;
        if !documents.is_empty() {
            let mut document = merge(documents)?.document;
            if arguments.choice.shard.is_some() {
                // The other shards are runs of their own, and not missing in this one.
                document.summary.outcome = Outcome::of(&document.summary, !document.problems.is_empty());
            }
            // These ran one after the other.
            document.summary.duration_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
            if !is_whole && document.summary.outcome == Outcome::Conforms {
                document.summary.outcome = Outcome::Incomplete;
            }
            arguments.report.as_deref().map_or(Ok(()), |folder| write_catalogue(folder, &document))?;
            summarise(&document, arguments.money.is_limited())?;
        }
        let incomplete = !is_whole && !arguments.allow_incomplete;
        Ok(worst(ends.into_iter().chain(incomplete.then_some(End::Incomplete)), failed > 0))
    }
}

/// The counts of all models.
fn summarise(document: &Document, is_limited: bool) -> Result<(), Failure> {
    let summary = &document.summary;
    let spent = if is_limited { format!(", {:.2} USD", summary.spent_usd) } else { String::new() };
    show(&format!(
        "{}, {}: {} passed, {} failed, {} noted, {} skipped{spent}\n{}\n",
        counted(document.models.len(), "model"),
        counted(summary.cases, "case"),
        summary.passed,
        summary.failed,
        summary.noted,
        summary.skipped,
        summary.verdict(document.problems.len())
    ))
}

/// A finding in one model is one of the run; a model that could not be tested is told where there is no finding.
fn worst(ends: impl Iterator<Item = End>, has_failed: bool) -> End {
    let ends: Vec<End> = ends.collect();
    if ends.contains(&End::Violated) {
        End::Violated
    } else if has_failed {
        End::Unjudged
    } else {
        ends.into_iter().find(|end| *end != End::Conforms).unwrap_or(End::Conforms)
    }
}

/// The reports of an earlier part of the run, by slug.
fn earlier(folder: &Path, models: &[Model]) -> Result<Vec<(String, Earlier)>, Failure> {
    let has_report = |model: &&Model| folder.join(&model.slug).join("report.json").is_file();
    let read = |model: &Model| Ok((model.slug.clone(), Earlier::read(&folder.join(&model.slug))?));
    let earlier: Vec<_> = models.iter().filter(has_report).map(read).collect::<Result<_, Failure>>()?;
    if earlier.is_empty() {
        return Err(Failure(format!(
            "{}: --resume needs the folder that an earlier run on several models has written",
            shown(folder)
        )));
    }
    Ok(earlier)
}

impl Arguments {
    /// The folders that are written to.
    fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        let report = self.report.iter().filter(|_| !self.money.plan && !self.list);
        report.chain(self.har.iter())
    }

    /// The arguments for one of the models, where so much was spent on others.
    fn of_model(&self, model: &Model, others: Usd) -> Self {
        let slug = &model.slug;
        let mut own = self.clone();
        own.spec = self.spec.of_model(model);
        let folder = |path: &mut Option<PathBuf>| {
            *path = path.take().map(|path| path.join(slug));
        };
        folder(&mut own.report);
        folder(&mut own.money.resume);
        own.money.resume = own.money.resume.filter(|folder| folder.is_dir());
        let file = |path: &mut Option<PathBuf>, ending: &str| {
            *path = path.take().map(|path| path.join(format!("{slug}.{ending}")));
        };
        file(&mut own.har, "har");
        file(&mut own.seek.regressions, "jsonl");
        own.accepted = self.accepted.of_model(slug);
        own.choice.is_of_several = true;
        own.money.spend(others);
        own
    }
}
