//! Input bytes to pages: one file per sort of input.

#[cfg(feature = "html")]
mod element;
#[cfg(feature = "html")]
mod html;
mod text;

#[cfg(feature = "html")]
pub use html::html;
pub use text::{Utf8Damage, bytes, text};
