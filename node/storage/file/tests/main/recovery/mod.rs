//! What is found in a store after crashes and damage. `cargo xtask suite storage` runs all seeds.

mod damaged_files;
mod kills;
mod power_loss;
