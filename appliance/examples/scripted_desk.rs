//! The whole appliance, behind a model that says what a script says: for measuring the desk with many people at once
//! (`tests/measure/desk_load.py`), where a real model would be measured instead.
//!
//! It takes the command line of `kura`. The model's time is that of the default model on two cores (docs/measurements/answers.md),
//! and it keeps no processor busy: a model that did would stand on a machine of its own, or on its accelerator.

use appliance_core::testing::ScriptedGenerator;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Said a few characters at a time, in the format of the default model.
const SCRIPT: &str =
    " 手数料は300円です[1]\n根拠[1]: 「証明書の手数料は、1通につき300円です。」この台本は、どの質問にも同じことを答えます。";
/// For each few characters: an answer takes 1.6 s.
const PACE: Duration = Duration::from_millis(70);

fn main() -> ExitCode {
    kura::main_with(Some(Arc::new(ScriptedGenerator::grounded(SCRIPT).at_pace(PACE))))
}
