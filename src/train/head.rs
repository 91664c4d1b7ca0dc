//! The dense heads: linfa-logistic on standardised columns, exported to [`LinearModel`]. linfa's own types are never
//! stored.

use linfa::prelude::{Dataset, Fit};
use linfa_linalg::cholesky::CholeskyInplace;
use linfa_linalg::triangular::{SolveTriangularInplace, UPLO};
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, ArrayView2};

use super::folds;
use crate::error::{Error, Result};
use crate::model::{self, LinearModel};

/// As the model cuts them.
const OUTLIER: f64 = model::OUTLIER as f64;

/// Rows for one head. linfa-logistic knows no sample weights: weights become the chance of being drawn.
pub(super) struct Rows {
    width: usize,
    values: Vec<f64>,
    targets: Vec<bool>,
}

impl Rows {
    pub(super) fn new(width: usize) -> Self {
        Self { width, values: Vec::new(), targets: Vec::new() }
    }

    pub(super) fn push(&mut self, row: &[f32], target: bool) {
        debug_assert_eq!(row.len(), self.width);
        self.values.extend(row.iter().map(|value| f64::from(*value)));
        self.targets.push(target);
    }

    pub(super) fn len(&self) -> usize {
        self.targets.len()
    }

    pub(super) fn positives(&self) -> usize {
        self.targets.iter().filter(|target| **target).count()
    }

    /// Fits P(true) with an L2 penalty of `ridge / 2` per squared weight and sample, on columns of deviation 1. Columns
    /// for which `used` is false get no weight.
    pub(super) fn fit(&self, ridge: f64, used: impl Fn(usize) -> bool) -> Result<LinearModel> {
        if [0, self.len()].contains(&self.positives()) {
            return Err(Error::data("all blocks have one label: both content and junk are needed to train"));
        }
        let samples = self.len() as f64;
        let x = ArrayView2::from_shape((self.len(), self.width), &self.values)
            .map_err(|error| Error::data(format!("the training matrix has no valid shape: {error}")))?;
        let means: Vec<f64> = x.columns().into_iter().map(|column| column.sum() / samples).collect();
        let deviations: Vec<f64> = x
            .columns()
            .into_iter()
            .zip(&means)
            .enumerate()
            .map(|(at, (column, mean))| {
                let variance = column.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / samples;
                if used(at) && variance > 1e-12 { variance.sqrt() } else { 0.0 }
            })
            .collect();
        let columns: Vec<usize> = (0..self.width).filter(|&at| deviations[at] > 0.0).collect();
        let mut standard = Array2::<f64>::zeros((self.len(), columns.len()));
        for (mut row, values) in standard.rows_mut().into_iter().zip(x.rows()) {
            for (cell, &at) in row.iter_mut().zip(&columns) {
                *cell = ((values[at] - means[at]) / deviations[at]).clamp(-OUTLIER, OUTLIER);
            }
        }
        let mixing = decorrelating(&standard)?;
        // Columns one behind the other: linfa's gradient reads them that way, once a step.
        let standard = mixing.t().dot(&standard.t()).reversed_axes();
        let data = Dataset::new(standard, Array1::from_vec(self.targets.clone()));
        // linfa's loss is a sum over samples, and its tolerance is absolute.
        let fitted = LogisticRegression::default()
            .alpha(ridge * samples)
            .max_iterations(300)
            .gradient_tolerance(5e-5 * samples)
            .fit(&data)
            .map_err(|error| Error::data(format!("the linear head cannot be fitted: {error}")))?;
        // The more frequent class is linfa's positive one.
        let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
        let standard_weights = mixing.dot(fitted.params());
        let mut weights = vec![0.0; self.width];
        for (&at, weight) in columns.iter().zip(&standard_weights) {
            weights[at] = sign * weight;
        }
        check_gradient(&data, fitted.params(), fitted.intercept(), if sign > 0.0 { 1.0 } else { 0.0 }, ridge)?;
        Ok(LinearModel::from_standardised(&weights, sign * fitted.intercept(), &means, &deviations))
    }
}

/// The matrix `M` that takes most of the correlation out of standardised columns: gradient descent on `x M` needs a tenth
/// of the steps. `M` is `L^-T`, where `L L^T` is the covariance plus [`KEPT`] on its diagonal, so that directions in which
/// the data hardly varies stay short and under the ridge.
fn decorrelating(rows: &Array2<f64>) -> Result<Array2<f64>> {
    let mut covariance = rows.t().dot(rows) / rows.nrows() as f64;
    covariance.diag_mut().mapv_inplace(|variance| variance + KEPT);
    let inverse = covariance
        .cholesky_into()
        .and_then(|lower| lower.solve_triangular_into(Array2::eye(rows.ncols()), UPLO::Lower))
        .map_err(|error| Error::data(format!("the inputs of a linear head cannot be decorrelated: {error}")))?;
    Ok(inverse.reversed_axes())
}

/// Share of a column's variance below which a direction counts as hardly varying.
const KEPT: f64 = 1e-2;

/// `fit` does not say whether it converged, so the gradient of the mean loss is looked at.
fn check_gradient(
    data: &Dataset<f64, bool, ndarray::Ix1>,
    weights: &Array1<f64>,
    intercept: f64,
    positive: f64,
    ridge: f64,
) -> Result<()> {
    let samples = data.targets.len() as f64;
    let scores = data.records.dot(weights) + intercept;
    let residuals: Array1<f64> = scores
        .iter()
        .zip(&data.targets)
        .map(|(score, target)| {
            let is_positive = f64::from(u8::from(*target)) == positive;
            1.0 / (1.0 + (-score).exp()) - f64::from(u8::from(is_positive))
        })
        .collect();
    let gradient = data.records.t().dot(&residuals) / samples + weights * ridge;
    let norm = gradient.dot(&gradient).sqrt();
    if norm > 1e-3 {
        return Err(Error::data(format!("a linear head did not converge (gradient norm {norm:.1e})")));
    }
    Ok(())
}

/// Whether a sample that is to be taken with this chance is taken. `key` makes the draw repeatable.
pub(super) fn drawn(chance: f64, key: usize, seed: u64) -> bool {
    let draw = (folds::hash(&(key as u64).to_le_bytes(), seed) >> 11) as f64 / (1u64 << 53) as f64;
    draw < chance
}
