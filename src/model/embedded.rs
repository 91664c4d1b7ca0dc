//! The models that are part of the program.

/// The default model: trained by `cargo xtask train-default`, described in `models/README.md`.
pub(super) static DEFAULT: &[u8] = include_bytes!("../../models/default.safetensors");

/// The default model for HTML: trained by the same command.
#[cfg(feature = "html")]
pub(super) static HTML: &[u8] = include_bytes!("../../models/html.safetensors");
