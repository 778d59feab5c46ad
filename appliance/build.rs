//! The migrations are embedded at compile time; a new one has to cause a new build. The program is linked with packed
//! relocations: every file is read in a process of its own, and tens of thousands of them are what its start would wait for.

#[expect(clippy::disallowed_methods, reason = "a build script is told of its target by no other way")]
fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu") {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
