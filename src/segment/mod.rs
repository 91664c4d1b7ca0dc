//! Input bytes to pages: one file per sort of input.

#[cfg(feature = "html")]
mod element;
#[cfg(feature = "html")]
mod html;
#[cfg(feature = "html")]
mod markdown;
mod text;

#[cfg(feature = "html")]
pub use html::html;
#[cfg(feature = "html")]
pub use markdown::markdown;
pub use text::{Utf8Damage, bytes, text};
