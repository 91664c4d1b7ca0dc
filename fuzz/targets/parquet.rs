#![no_main]

#[path = "../../tests/common/invariants.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(
    // The reader makes errors of panics inside of the parquet crate, which the fuzzer's own hook would die of.
    init: std::panic::set_hook(Box::new(|_| {})),
    |input: &[u8]| invariants::parquet(input)
);
