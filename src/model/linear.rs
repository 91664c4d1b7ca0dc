//! A linear function of standardised inputs.

/// Inputs this many deviations away from their mean say nothing more.
pub(crate) const OUTLIER: f32 = 8.0;

/// Sums that run side by side: additions of one sum wait for each other.
const LANES: usize = 16;

/// `bias + sum of weight_i * (x_i - mean_i) / deviation_i`, kept as one dot product. Inputs are cut at [`OUTLIER`]
/// deviations, in training too.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LinearModel {
    /// Weights of the raw inputs: `weight / deviation`.
    weights: Vec<f32>,
    /// Bias with all means taken in.
    bias: f32,
    means: Vec<f32>,
    deviations: Vec<f32>,
    /// Where inputs are cut.
    low: Vec<f32>,
    high: Vec<f32>,
}

impl LinearModel {
    /// From weights of standardised inputs. A deviation of 0 stands for a constant input, which gets no weight.
    #[cfg(feature = "train")]
    pub(crate) fn from_standardised(weights: &[f64], bias: f64, means: &[f64], deviations: &[f64]) -> Self {
        let mut raw = Vec::with_capacity(weights.len());
        let mut raw_bias = bias;
        for ((weight, mean), deviation) in weights.iter().zip(means).zip(deviations) {
            let weight = if *deviation > 0.0 { weight / deviation } else { 0.0 };
            raw_bias -= weight * mean;
            raw.push(weight as f32);
        }
        let f32s = |values: &[f64]| values.iter().map(|value| *value as f32).collect();
        Self::from_raw(raw, raw_bias as f32, f32s(means), f32s(deviations))
    }

    pub(crate) fn from_raw(weights: Vec<f32>, bias: f32, means: Vec<f32>, deviations: Vec<f32>) -> Self {
        let edge = |outlier: f32| means.iter().zip(&deviations).map(|(mean, by)| mean + outlier * by).collect();
        let (low, high) = (edge(-OUTLIER), edge(OUTLIER));
        Self { weights, bias, means, deviations, low, high }
    }

    /// A model that gives the same value whatever its inputs.
    #[cfg(feature = "train")]
    pub(crate) fn constant(value: f32, inputs: usize) -> Self {
        let zeros = vec![0.0; inputs];
        Self::from_raw(zeros.clone(), value, zeros.clone(), zeros)
    }

    /// The value at `x`. Summed in [`LANES`], always in the same order, so that the result does not depend on how the
    /// compiler vectorises.
    #[inline]
    pub(crate) fn value(&self, x: &[f32]) -> f32 {
        debug_assert_eq!(x.len(), self.weights.len());
        let mut lanes = [0.0f32; LANES];
        let (x, x_rest) = x.as_chunks::<LANES>();
        let (weights, weights_rest) = self.weights.as_chunks::<LANES>();
        let (low, low_rest) = self.low.as_chunks::<LANES>();
        let (high, high_rest) = self.high.as_chunks::<LANES>();
        for (((x, weights), low), high) in x.iter().zip(weights).zip(low).zip(high) {
            for i in 0..LANES {
                lanes[i] += cut(x[i], low[i], high[i]) * weights[i];
            }
        }
        let rest = x_rest.iter().zip(weights_rest).zip(low_rest.iter().zip(high_rest));
        let rest: f32 = rest.map(|((x, weight), (low, high))| cut(*x, *low, *high) * weight).sum();
        self.bias + lanes.iter().sum::<f32>() + rest
    }

    /// Input `at`, cut where it says nothing more.
    pub(crate) fn cut(&self, at: usize, x: f32) -> f32 {
        cut(x, self.low[at], self.high[at])
    }

    pub(crate) fn len(&self) -> usize {
        self.weights.len()
    }

    pub(crate) fn bias(&self) -> f32 {
        self.bias
    }

    /// Weights of the raw inputs.
    pub(crate) fn weights(&self) -> &[f32] {
        &self.weights
    }

    pub(crate) fn deviations(&self) -> &[f32] {
        &self.deviations
    }

    /// Means of the inputs in training.
    pub(crate) fn means(&self) -> &[f32] {
        &self.means
    }

    /// Weights per standard deviation of the input: how much an input matters.
    pub(crate) fn standard_weights(&self) -> impl Iterator<Item = f32> + '_ {
        self.weights.iter().zip(&self.deviations).map(|(weight, deviation)| weight * deviation)
    }
}

/// As `clamp`, in the two comparisons that processors have instructions for.
#[inline(always)]
fn cut(x: f32, low: f32, high: f32) -> f32 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}
