//! The binary `kura`.

fn main() -> std::process::ExitCode {
    kura::main()
}
