//! The example that measures disguised spam and damaged content runs, and tells the truth about what it read.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test may panic and documents nothing")]

#[path = "../examples/attacks.rs"]
#[allow(dead_code, reason = "`main` is not called")]
mod example;

use std::path::Path;

use tamis::Kind;
use tamis::train::{Attack, DataSet};

/// The cells of a row, without its name.
fn cells(table: &str, row: &str) -> Vec<[f64; 2]> {
    let line = table.lines().find(|line| line.starts_with(&format!("| {row} |"))).unwrap();
    line.trim_matches('|')
        .split('|')
        .skip(1)
        .map(|cell| cell.split('/').map(|part| part.trim().parse().unwrap()).collect::<Vec<f64>>().try_into().unwrap())
        .collect()
}

#[test]
fn the_example_measures_spam_and_content() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = |name: &str| project.join(name).to_str().unwrap().to_owned();
    let data = [path("data/hard-negatives.jsonl"), path("data/w14.jsonl")];
    let mut out = Vec::new();
    let arguments = [vec![path("models/default.safetensors")], data.to_vec()].concat();
    example::run(arguments.into_iter(), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    let (spam, content) = out.split_once("| content lost").unwrap();

    let count: usize = data
        .iter()
        .flat_map(|path| DataSet::load(Path::new(path)).unwrap().pages)
        .map(|page| page.blocks.iter().filter(|block| block.label.is_some() && block.kind == Some(Kind::Spam)).count())
        .sum();
    assert!(count > 50 && spam.contains(&format!("% of {count} blocks")), "{count} {spam}");
    for (table, attacks) in [(spam, &Attack::SPAM[..]), (content, &Attack::DAMAGE)] {
        let before = cells(table, attacks[0].name())[0];
        for attack in attacks {
            let cells = cells(table, attack.name());
            assert_eq!((cells.len(), cells[0]), (5, before), "{}", attack.name());
            assert!(cells.iter().flatten().all(|share| (0.0..=100.0).contains(share)), "{cells:?}");
            // A preset that is less careful removes no less.
            assert!(cells.iter().all(|[cautious, balanced]| cautious <= balanced), "{cells:?}");
        }
    }
    // Zero-width characters are no symbols; they can't hide much.
    let hidden = cells(spam, "zero-width");
    assert!(hidden.iter().all(|[_, balanced]| hidden[0][1] - balanced < 5.0), "{spam}");
    assert!(cells(content, "spaces")[0][1] < 5.0, "{content}");
}
