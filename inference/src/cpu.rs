//! Whether this processor can run the build at all.
//!
//! llama.cpp is compiled for processors with AVX2 (Intel since 2013, AMD since 2015): its build script turns AVX, AVX2, FMA,
//! F16C and BMI2 on when the target is x86-64 and no `target-cpu` is named. On an older one the first product of two
//! matrices would end the process with an illegal instruction, so this is asked before.

use crate::InferenceError;

/// Refuses a processor that lacks an instruction set of this build. Cheap; called before every use of llama.cpp.
pub fn check() -> Result<(), InferenceError> {
    let missing: Vec<&str> = needed().into_iter().filter(|(_, present)| !present).map(|(name, _)| name).collect();
    if missing.is_empty() { Ok(()) } else { Err(InferenceError::CpuLacks { sets: missing.join(", ") }) }
}

#[cfg(target_arch = "x86_64")]
fn needed() -> Vec<(&'static str, bool)> {
    vec![
        ("SSE4.2", std::arch::is_x86_feature_detected!("sse4.2")),
        ("AVX", std::arch::is_x86_feature_detected!("avx")),
        ("AVX2", std::arch::is_x86_feature_detected!("avx2")),
        ("FMA", std::arch::is_x86_feature_detected!("fma")),
        ("F16C", std::arch::is_x86_feature_detected!("f16c")),
        ("BMI2", std::arch::is_x86_feature_detected!("bmi2")),
    ]
}

// Other architectures are compiled for their baseline, which every processor of them has.
#[cfg(not(target_arch = "x86_64"))]
fn needed() -> Vec<(&'static str, bool)> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_machine_that_runs_the_tests_is_accepted() {
        super::check().expect("the tests run where the build runs");
    }
}
