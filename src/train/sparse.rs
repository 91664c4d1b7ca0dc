//! L2-regularised logistic regression on sparse rows, by dual coordinate descent, behind linfa's traits: linfa itself
//! takes no sparse input (rust-ml/linfa#192).
//!
//! The dual problem and the coordinate-wise Newton step are those of Yu, Huang and Lin, "Dual coordinate descent methods
//! for logistic regression and maximum entropy models" (Machine Learning 85, 2011), with the dual variable written as
//! `C * sigmoid(t)`, which turns its box constraint into none.

use linfa::dataset::{AsTargets, DatasetBase, Records};
use linfa::traits::{Fit, PredictInplace};
use linfa::{ParamGuard, error::Error as LinfaError};
use ndarray::Array1;
use sprs::CsMatViewI;

/// Sparse samples, one in a row. A newtype, because linfa's traits and sprs's types are both foreign.
/// Borrowed, so that folds share one matrix.
#[derive(Clone, Debug)]
pub(super) struct SparseRecords<'a>(pub CsMatViewI<'a, f32, u32, usize>);

impl Records for SparseRecords<'_> {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.0.rows()
    }

    fn nfeatures(&self) -> usize {
        self.0.cols()
    }
}

/// Hyperparameters, unchecked.
#[derive(Clone, Debug)]
pub(super) struct SparseLogisticParams(SparseLogisticValidParams);

/// Hyperparameters, checked.
#[derive(Clone, Debug)]
pub(super) struct SparseLogisticValidParams {
    c: f32,
    passes: usize,
    tolerance: f32,
    seed: u64,
}

/// A fitted model. No intercept: the dense head has one.
#[derive(Clone, Debug)]
pub(super) struct SparseLogistic {
    pub weights: Vec<f32>,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum SparseLogisticError {
    #[error("C must be a positive number")]
    C,
    #[error("at least one pass is needed")]
    Passes,
    #[error("there are {0} samples and {1} labels or weights")]
    Shape(usize, usize),
    #[error(transparent)]
    Linfa(#[from] LinfaError),
}

impl SparseLogisticParams {
    /// Cost `c` of a sample of weight 1 (the inverse of the ridge).
    pub(super) fn new(c: f32) -> Self {
        Self(SparseLogisticValidParams { c, passes: 12, tolerance: 0.01, seed: 0 })
    }

    /// Passes over the data, at most.
    pub(super) fn passes(mut self, passes: usize) -> Self {
        self.0.passes = passes;
        self
    }

    /// Seed of the order in which samples are visited.
    pub(super) fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

impl ParamGuard for SparseLogisticParams {
    type Checked = SparseLogisticValidParams;
    type Error = SparseLogisticError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        if !(self.0.c.is_finite() && self.0.c > 0.0) {
            return Err(SparseLogisticError::C);
        }
        if self.0.passes == 0 {
            return Err(SparseLogisticError::Passes);
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl Fit<SparseRecords<'_>, Array1<bool>, SparseLogisticError> for SparseLogisticValidParams {
    type Object = SparseLogistic;

    /// Fits P(true). Sample weights of the data set scale the cost; a weight of 0 leaves a sample out.
    fn fit(
        &self,
        dataset: &DatasetBase<SparseRecords<'_>, Array1<bool>>,
    ) -> Result<SparseLogistic, SparseLogisticError> {
        let rows = &dataset.records().0;
        let targets = dataset.targets().as_targets();
        let sample_weights = dataset.weights();
        let samples = rows.rows();
        if targets.len() != samples {
            return Err(SparseLogisticError::Shape(samples, targets.len()));
        }
        let mut order: Vec<usize> = (0..samples).filter(|&i| dataset.weight_for(i) > 0.0).collect();
        if let Some(weights) = sample_weights
            && weights.len() != samples
        {
            return Err(SparseLogisticError::Shape(samples, weights.len()));
        }
        let (indices, values) = (rows.indices(), rows.data());
        let pointers = rows.indptr();
        let pointers = pointers.raw_storage();
        let row = |i: usize| {
            let inside = pointers[i]..pointers[i + 1];
            indices[inside.clone()].iter().map(|at| *at as usize).zip(&values[inside])
        };
        let mut weights = vec![0.0f32; rows.cols()];
        // The dual variables, as shares of their upper bounds.
        let mut dual = vec![0.0f32; samples];
        let mut random = fastrand::Rng::with_seed(self.seed);
        for _ in 0..self.passes {
            random.shuffle(&mut order);
            let mut largest_step = 0.0f32;
            for &i in &order {
                let sign = if targets[i] { 1.0 } else { -1.0 };
                let cost = self.c * dataset.weight_for(i);
                let (mut margin, mut square) = (0.0, 0.0);
                for (at, x) in row(i) {
                    margin += weights[at] * x;
                    square += x * x;
                }
                let old = dual[i];
                let new = coordinate(old, sign * margin, square * cost);
                let step = new - old;
                largest_step = largest_step.max(step.abs());
                if step != 0.0 {
                    dual[i] = new;
                    let scale = sign * step * cost;
                    for (at, x) in row(i) {
                        weights[at] += scale * x;
                    }
                }
            }
            if largest_step < self.tolerance {
                break;
            }
        }
        Ok(SparseLogistic { weights })
    }
}

/// The best value, in `(0, 1)`, of one dual variable: the root `p = sigmoid(t)` of the increasing function
/// `t + margin + curvature * (p - old)`. Newton's method inside a bracket that always holds the root.
fn coordinate(old: f32, margin: f32, curvature: f32) -> f32 {
    let sigmoid = |t: f32| 1.0 / (1.0 + (-t).exp());
    let (mut low, mut high) = (-margin - curvature * (1.0 - old), -margin + curvature * old);
    let mut t = -margin / (1.0 + 0.25 * curvature);
    t = t.clamp(low, high);
    for _ in 0..20 {
        let p = sigmoid(t);
        let value = t + margin + curvature * (p - old);
        if value.abs() < 1e-4 {
            break;
        }
        if value > 0.0 {
            high = t;
        } else {
            low = t;
        }
        let next = t - value / (1.0 + curvature * p * (1.0 - p));
        t = if next > low && next < high { next } else { 0.5 * (low + high) };
    }
    sigmoid(t)
}

impl PredictInplace<SparseRecords<'_>, Array1<f32>> for SparseLogistic {
    /// The log-odds of `true`.
    fn predict_inplace<'a>(&'a self, records: &'a SparseRecords<'_>, out: &mut Array1<f32>) {
        for (score, row) in out.iter_mut().zip(records.0.outer_iterator()) {
            *score = row.iter().map(|(at, x)| self.weights[at] * x).sum();
        }
    }

    fn default_target(&self, records: &SparseRecords<'_>) -> Array1<f32> {
        Array1::zeros(records.nsamples())
    }
}
