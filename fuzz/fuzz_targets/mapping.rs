//! Bytes as a mapping file.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fetchscope_tests::fuzz::mapping(bytes));
