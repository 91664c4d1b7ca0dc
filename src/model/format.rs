//! The model file: safetensors, with all metadata as JSON under the one key `tamis`. See `models/README.md`.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::{LinearModel, Model, NgramTable, Platt, Preset};
use crate::chars::ScriptGroup;
use crate::error::{Error, Result};
use crate::features::{self, Groups, SCHEMA_VERSION};

/// Version of the model file. Files of any other version are refused.
pub const FORMAT_VERSION: u32 = 2;

const KEY: &str = "tamis";
const MAX_BYTES: usize = 64 << 20;
/// Training gives values below a thousand. With all values up to this size, no score overflows.
const MAX_VALUE: f32 = 1e9;

/// What a model file says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Version of the file format.
    pub format_version: u32,
    /// Version of the features.
    pub schema_version: u32,
    /// Version of the program that trained it.
    pub tamis_version: String,
    /// A name for people.
    pub name: String,
    /// The feature groups in use.
    pub groups: Groups,
    /// Names of the block model's inputs, in order.
    pub block_features: Vec<String>,
    /// Names of the page model's inputs, in order; the first pass reads those before the first `again_`.
    pub page_features: Vec<String>,
    /// Names of the script groups, in the order of the calibration and of the thresholds.
    pub scripts: Vec<String>,
    /// The seed of the training.
    pub seed: u64,
    /// What it was trained on.
    pub data: Vec<DataSet>,
    /// Metrics on sites held out of training.
    pub metrics: Vec<Metric>,
    /// Thresholds that `tamis tune` has put in the place of the trained ones; one entry a preset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tuning: Vec<Tuning>,
    /// CRC-32 of the tensors' bytes, in the order of their names.
    pub checksum: u32,
}

/// A data set that took part in training.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSet {
    /// The file name without ending.
    pub name: String,
    /// Pages used.
    pub pages: u64,
    /// Blocks with a weight above 0.
    pub blocks: u64,
}

/// A measured number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// What was measured.
    pub name: String,
    /// The value.
    pub value: f64,
}

/// What the thresholds of a preset were tuned for, and on what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tuning {
    /// The preset.
    pub preset: Preset,
    /// What was asked for: `content_lost` or `precision`, or `cost_lost` and `cost_kept`.
    pub goal: Vec<Metric>,
    /// The pages.
    pub data: Vec<DataSet>,
    /// The scripts that got a new threshold; the others have kept theirs.
    pub scripts: Vec<TunedScript>,
}

/// The new threshold of a script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TunedScript {
    /// The script group.
    pub script: String,
    /// Sites in the data.
    pub sites: u64,
    /// Content blocks in the data.
    pub content: u64,
    /// Junk blocks in the data.
    pub junk: u64,
    /// The threshold on P(junk) before.
    pub before: f32,
    /// The threshold on P(junk) now.
    pub threshold: f32,
    /// What the threshold does to the data: `content_lost` and `junk_removed` in characters, `precision` in blocks, and
    /// the `bound` of what was asked for, with 95 % confidence.
    pub measured: Vec<Metric>,
}

pub(super) fn encode(model: &Model) -> Result<Vec<u8>> {
    let f32s = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let mut tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
    let mut add = |name: &str, shape: Vec<usize>, values: &[f32]| {
        tensors.push((name.to_owned(), Dtype::F32, shape, f32s(values)));
    };
    let heads = [("block", &model.block), ("kind", &model.kind), ("page", &model.page), ("second", &model.second)];
    for (name, head) in heads {
        add(&format!("{name}.bias"), vec![1], &[head.bias()]);
        add(&format!("{name}.deviations"), vec![head.len()], head.deviations());
        add(&format!("{name}.means"), vec![head.len()], head.means());
        add(&format!("{name}.weights"), vec![head.len()], head.weights());
    }
    let calibration: Vec<f32> = model.calibration.iter().flat_map(|platt| [platt.slope, platt.offset]).collect();
    add("calibration", vec![ScriptGroup::COUNT, 2], &calibration);
    add("thresholds", vec![Preset::ALL.len(), ScriptGroup::COUNT], model.thresholds.as_flattened());
    let kinds = ("kind_ngrams", model.kind_ngrams.scale(), model.kind_ngrams.steps());
    let lexical = ("ngrams", model.ngrams.scale(), model.ngrams.steps());
    let names = model.names.as_ref().map(|table| ("names", table.scale(), table.steps()));
    let tables: Vec<_> = [kinds, lexical].into_iter().chain(names).collect();
    for (name, scale, _) in &tables {
        add(&format!("{name}.scale"), vec![1], &[*scale]);
    }
    for (name, _, steps) in tables {
        tensors.push((name.to_owned(), Dtype::I8, vec![steps.len()], steps));
    }
    tensors.sort();

    let mut metadata = model.metadata.clone();
    metadata.checksum = checksum(tensors.iter().map(|(.., bytes)| bytes.as_slice()));
    let json = serde_json::to_string(&metadata).map_err(|error| Error::model(error.to_string()))?;
    // One key only: the library writes keys in hash order, and the file must not depend on that.
    let info = HashMap::from([(KEY.to_owned(), json)]);
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            TensorView::new(*dtype, shape.clone(), bytes)
                .map(|view| (name.as_str(), view))
                .map_err(|e| Error::model(e.to_string()))
        })
        .collect::<Result<Vec<_>>>()?;
    safetensors::serialize(views, Some(info)).map_err(|error| Error::model(error.to_string()))
}

fn checksum<'a>(parts: impl Iterator<Item = &'a [u8]>) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    parts.for_each(|part| hasher.update(part));
    hasher.finalize()
}

pub(super) fn decode(bytes: &[u8]) -> Result<Model> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::model(format!("the file has {} bytes; a model has {MAX_BYTES} at most", bytes.len())));
    }
    let not_a_model = |error: safetensors::SafeTensorError| {
        Error::model(format!("the file is truncated or not a safetensors file ({error})"))
    };
    let (_, info) = SafeTensors::read_metadata(bytes).map_err(not_a_model)?;
    let json = info.metadata().as_ref().and_then(|entries| entries.get(KEY)).ok_or_else(|| {
        Error::model("it is a safetensors file, but has no `tamis` entry: it was not made by `tamis train`")
    })?;
    check_versions(json)?;
    let metadata: Metadata =
        serde_json::from_str(json).map_err(|error| Error::model(format!("its `tamis` entry is damaged: {error}")))?;
    check_names(&metadata)?;

    let tensors = Tensors(SafeTensors::deserialize(bytes).map_err(not_a_model)?);
    let mut parts: Vec<_> = tensors.0.iter().collect();
    parts.sort_by_key(|(name, _)| *name);
    if checksum(parts.iter().map(|(_, view)| view.data())) != metadata.checksum {
        return Err(Error::model("its checksum does not match: the file is damaged"));
    }
    let head = |name: &str, length: usize| -> Result<LinearModel> {
        let bias = tensors.f32s(&format!("{name}.bias"), 1)?;
        let weights = tensors.f32s(&format!("{name}.weights"), length)?;
        let means = tensors.f32s(&format!("{name}.means"), length)?;
        Ok(LinearModel::from_raw(weights, bias[0], means, tensors.f32s(&format!("{name}.deviations"), length)?))
    };
    let calibration = tensors.f32s("calibration", 2 * ScriptGroup::COUNT)?;
    let thresholds = tensors.f32s("thresholds", Preset::ALL.len() * ScriptGroup::COUNT)?;
    let markup = metadata.groups.markup;
    Ok(Model {
        block: head("block", features::row::length(markup))?,
        kind: head("kind", features::row::length(markup))?,
        page: head("page", features::inputs::first_count(markup))?,
        second: head("second", features::inputs::count(markup))?,
        calibration: std::array::from_fn(|i| Platt { slope: calibration[2 * i], offset: calibration[2 * i + 1] }),
        thresholds: std::array::from_fn(|p| std::array::from_fn(|s| thresholds[p * ScriptGroup::COUNT + s])),
        ngrams: tensors.table("ngrams")?,
        kind_ngrams: tensors.table("kind_ngrams")?,
        names: if markup { Some(tensors.table("names")?) } else { None },
        metadata,
    })
}

/// Versions are read before anything else, so that a file of another version is called just that.
fn check_versions(json: &str) -> Result<()> {
    #[derive(Deserialize)]
    struct Versions {
        format_version: u32,
        schema_version: u32,
    }
    let versions: Versions =
        serde_json::from_str(json).map_err(|error| Error::model(format!("its `tamis` entry is damaged: {error}")))?;
    for (what, found, expected) in [
        ("model format", versions.format_version, FORMAT_VERSION),
        ("feature schema", versions.schema_version, SCHEMA_VERSION),
    ] {
        if found != expected {
            return Err(Error::model(format!(
                "it has {what} version {found}, and this program reads version {expected}: train it again with `tamis train`"
            )));
        }
    }
    Ok(())
}

fn check_names(metadata: &Metadata) -> Result<()> {
    let scripts = ScriptGroup::ALL.iter().map(|group| group.name());
    let markup = metadata.groups.markup;
    if metadata.block_features.iter().map(String::as_str).ne(features::row_names(markup))
        || metadata.page_features.iter().map(String::as_str).ne(features::context_names(markup))
        || metadata.scripts.iter().map(String::as_str).ne(scripts)
    {
        return Err(Error::model(
            "its features are not the ones this program computes: train it again with `tamis train`",
        ));
    }
    Ok(())
}

struct Tensors<'a>(SafeTensors<'a>);

impl Tensors<'_> {
    fn get(&self, name: &str, dtype: Dtype) -> Result<&[u8]> {
        let view = self.0.tensor(name).map_err(|_| Error::model(format!("it has no tensor `{name}`")))?;
        if view.dtype() != dtype {
            return Err(Error::model(format!("its tensor `{name}` has type {:?}, not {dtype:?}", view.dtype())));
        }
        Ok(view.data())
    }

    fn table<const PLACES: usize>(&self, name: &str) -> Result<NgramTable<PLACES>> {
        let scale = self.f32s(&format!("{name}.scale"), 1)?[0];
        NgramTable::from_parts(self.get(name, Dtype::I8)?, scale)
            .ok_or_else(|| Error::model(format!("its table `{name}` has no valid size")))
    }

    fn f32s(&self, name: &str, length: usize) -> Result<Vec<f32>> {
        let data = self.get(name, Dtype::F32)?;
        let values: Vec<f32> = data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if values.len() != length {
            return Err(Error::model(format!("its tensor `{name}` has {} values, not {length}", values.len())));
        }
        if !values.iter().all(|value| value.abs() <= MAX_VALUE) {
            return Err(Error::model(format!("its tensor `{name}` holds values that are no numbers or too large")));
        }
        Ok(values)
    }
}
