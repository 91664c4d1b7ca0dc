//! Training on the labels, in the background, and what the new model makes of the pages.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::{Scored, Session};
use crate::classify::Classifier;
use crate::error::{Error, Result};
use crate::stream::Unfinished;
use crate::train::{DataSet, Progress, Recipe, Step, train};

/// What training needs besides the labels.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// More labeled data.
    pub data: Vec<PathBuf>,
    pub recipe: Recipe,
    pub threads: usize,
    /// Where the model goes.
    pub output: Option<PathBuf>,
}

/// How training stands.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum State {
    /// Nothing was asked for.
    Idle,
    /// Under way.
    Running { step: &'static str, done: u64, total: u64 },
    /// Done: the pages have new scores.
    Trained { trained: Outcome },
    /// Given up.
    Failed { failed: String },
}

/// What a new model has changed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Outcome {
    blocks: usize,
    /// Blocks with another verdict.
    changed: usize,
    labels: usize,
    /// Labels that verdicts agree with, before and after.
    before: usize,
    after: usize,
}

/// Starts training, unless it is under way.
pub(super) fn start(session: &Arc<Session>) {
    let mut work = session.work();
    if matches!(work.state, State::Running { .. }) {
        return;
    }
    work.state = State::Running { step: "", done: 0, total: 0 };
    let session = Arc::clone(session);
    std::thread::spawn(move || {
        let state = match run(&session) {
            Ok(trained) => State::Trained { trained },
            Err(error) => State::Failed { failed: error.to_string() },
        };
        session.work().state = state;
    });
}

fn run(session: &Session) -> Result<Outcome> {
    let (path, threshold) = {
        let mut work = session.work();
        work.store.compact()?;
        (work.store.path().to_path_buf(), work.scored.threshold)
    };
    let Setup { data, recipe, threads, output } = &session.setup;
    let mut sets = vec![DataSet::load(&path)?];
    sets.extend(DataSet::load_all(data)?);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(*threads).build();
    let pool = pool.map_err(|error| Error::option(format!("cannot start threads: {error}")))?;
    let model = pool.install(|| train(&sets, recipe, session))?.model;
    if let Some(path) = output {
        let mut file = Unfinished::create(path)?;
        std::io::Write::write_all(&mut file, &model.to_bytes()?)?;
        file.finish()?;
    }
    let mut classifier = Classifier::new(model)?.with_threshold(threshold)?;
    if let Some(rules) = session.work().scored.classifier.rules() {
        classifier = classifier.with_rules(rules.clone());
    }
    let scored = Scored::new(classifier, threshold, &session.pages)?;
    let mut work = session.work();
    let mut outcome = Outcome { blocks: 0, changed: 0, labels: 0, before: 0, after: 0 };
    for (p, page) in session.pages.iter().enumerate() {
        let (old, new) = (&work.scored.verdicts[p], &scored.verdicts[p]);
        outcome.blocks += new.len();
        outcome.changed += old.iter().zip(new).filter(|(old, new)| old != new).count();
        for (block, label) in work.store.labels(page) {
            outcome.labels += 1;
            outcome.before += usize::from(old[block] == label);
            outcome.after += usize::from(new[block] == label);
        }
    }
    work.scored = scored;
    Ok(outcome)
}

impl Progress for Session {
    fn step(&self, step: Step, advance: u64, total: u64) {
        let state = &mut self.work().state;
        let before = match state {
            State::Running { step: shown, done, .. } if *shown == step.name() => *done,
            _ => 0,
        };
        *state = State::Running { step: step.name(), done: before + advance, total };
    }
}
