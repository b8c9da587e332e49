//! Bytes as a plan file.

#![no_main]

use fetchscope_tests::fuzz::mutation::{PLAN, mutated};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|bytes: &[u8]| fetchscope_tests::fuzz::plan(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // Once in a while what bytes alone bring about.
    let file = if seed % 8 == 0 { None } else { mutated(&data[..size], PLAN, max_size, seed) };
    match file {
        Some(file) => {
            data[..file.len()].copy_from_slice(&file);
            file.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});
