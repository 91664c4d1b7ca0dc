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

/// The place of a feature in a list that has it.
pub(crate) const fn place(features: &[Feature], name: &str) -> usize {
    let mut at = 0;
    while !same(features[at].name, name) {
        at += 1;
    }
    at
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}
