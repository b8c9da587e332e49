//! Bytes as an experiment file.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fetchscope_tests::fuzz::experiment(bytes));
