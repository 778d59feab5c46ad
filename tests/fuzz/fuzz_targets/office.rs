#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kura_fuzz::run(ingest::fuzzing::office, bytes));
