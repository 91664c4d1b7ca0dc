//! Rows of numbers of one width, one behind the other.

/// As many rows as were pushed; the memory is reused.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matrix {
    width: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// Takes all rows away; those to come are this wide.
    pub(crate) fn clear(&mut self, width: usize) {
        self.width = width;
        self.values.clear();
    }

    /// As many rows of zeros, this wide, in place of all.
    pub(crate) fn reset(&mut self, width: usize, rows: usize) {
        self.clear(width);
        self.values.resize(width * rows, 0.0);
    }

    /// Adds a row of zeros.
    pub(crate) fn push(&mut self) -> &mut [f32] {
        let start = self.values.len();
        self.values.resize(start + self.width, 0.0);
        &mut self.values[start..]
    }

    pub(crate) fn row(&self, i: usize) -> &[f32] {
        &self.values[i * self.width..][..self.width]
    }

    pub(crate) fn row_mut(&mut self, i: usize) -> &mut [f32] {
        &mut self.values[i * self.width..][..self.width]
    }

    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(self.width.max(1))
    }

    pub(crate) fn rows_mut(&mut self) -> std::slice::ChunksExactMut<'_, f32> {
        self.values.chunks_exact_mut(self.width.max(1))
    }
}
