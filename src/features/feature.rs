//! What a feature says of itself.

/// One named statistic and how it is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// The name, unique in its group.
    pub name: &'static str,
    /// The formula, in words.
    pub formula: &'static str,
    /// The paper, project or standard that it comes from.
    pub source: &'static str,
}
