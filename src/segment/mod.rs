//! Input bytes to pages: one file per sort of input.

mod text;

pub use text::{Utf8Damage, bytes, text};
