//! Bytes as a plan file.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fetchscope_tests::fuzz::plan(bytes));
