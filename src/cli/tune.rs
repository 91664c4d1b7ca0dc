//! `tamis tune`: thresholds for a wanted loss, precision or cost on the user's own pages.

use std::io::Write;

use anyhow::Result;

use super::args::{ReportFormat, Tune};
use crate::error::Error;
use crate::formats::write_json;
use crate::train::{DataSet, Goal, tune};

pub(super) fn run(args: &Tune) -> Result<()> {
    let goal = match (args.content_lost, args.precision, args.cost_lost) {
        (Some(limit), ..) => Goal::ContentLost(limit),
        (_, Some(limit), _) => Goal::Precision(limit),
        (.., Some(lost)) => Goal::Cost { lost, kept: args.cost_kept },
        (None, None, None) => return Err(Error::option("there is nothing to tune for").into()),
    };
    let preset = args.preset.map_or(goal.preset(), Into::into);
    let model = super::model::load(&args.model)?;
    let mut sets = DataSet::load_all(&args.data)?;
    args.split.apply(&mut sets)?;
    for set in &sets {
        if set.pages.iter().any(|page| !page.test) && model.metadata().data.iter().any(|seen| seen.name == set.name) {
            let name = &set.name;
            writeln!(
                super::styled_stderr(),
                "tamis: the model was trained on a set `{name}`: if it is this one, take other pages or --split test"
            )?;
        }
    }
    let tuned = tune(model, &sets, goal, preset)?;
    super::train::write(&args.output, &tuned.model.to_bytes()?)?;
    let mut out = super::styled_stdout();
    match args.format {
        ReportFormat::Json => write_json(&tuned.tuning, &mut out)?,
        ReportFormat::Text => super::model::tuning(&tuned.tuning, &mut out)?,
    }
    out.flush()?;
    for kept in &tuned.kept {
        writeln!(super::styled_stderr(), "tamis: keeps its threshold: {kept}")?;
    }
    Ok(())
}
