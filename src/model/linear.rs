//! A linear function of standardised inputs.

/// `bias + sum of weight_i * (x_i - mean_i) / deviation_i`, kept as one dot product.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LinearModel {
    /// Weights of the raw inputs: `weight / deviation`.
    weights: Vec<f32>,
    /// Bias with all means taken in.
    bias: f32,
    means: Vec<f32>,
    deviations: Vec<f32>,
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
        Self { weights: raw, bias: raw_bias as f32, means: f32s(means), deviations: f32s(deviations) }
    }

    pub(crate) fn from_raw(weights: Vec<f32>, bias: f32, means: Vec<f32>, deviations: Vec<f32>) -> Self {
        Self { weights, bias, means, deviations }
    }

    /// A model that gives the same value whatever its inputs.
    #[cfg(feature = "train")]
    pub(crate) fn constant(value: f32, inputs: usize) -> Self {
        let zeros = vec![0.0; inputs];
        Self { weights: zeros.clone(), bias: value, means: zeros.clone(), deviations: zeros }
    }

    /// The value at `x`. Summed in eight lanes, always in the same order, so that the result does not depend on how
    /// the compiler vectorises.
    #[inline]
    pub(crate) fn value(&self, x: &[f32]) -> f32 {
        debug_assert_eq!(x.len(), self.weights.len());
        let mut lanes = [0.0f32; 8];
        let (x_chunks, x_rest) = x.as_chunks::<8>();
        let (w_chunks, w_rest) = self.weights.as_chunks::<8>();
        for (x, w) in x_chunks.iter().zip(w_chunks) {
            for ((lane, x), w) in lanes.iter_mut().zip(x).zip(w) {
                *lane += x * w;
            }
        }
        let rest: f32 = x_rest.iter().zip(w_rest).map(|(x, w)| x * w).sum();
        self.bias + lanes.iter().sum::<f32>() + rest
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
