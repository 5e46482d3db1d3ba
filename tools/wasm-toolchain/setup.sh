#!/usr/bin/env bash
# Builds a Rust compiler for Wasm guests where `rustup target add` is not available (offline mirrors, Debian build machines).
#
#   tools/wasm-toolchain/setup.sh [TARGET…]     default: wasm32-unknown-unknown
#
# Result: .toolchain/rust-wasm/bin/rustc in the repository, for use as
#   RUSTC=$PWD/.toolchain/rust-wasm/bin/rustc cargo build --release --target wasm32-unknown-unknown
#
# The Debian packages `rustc-web` contain a recent compiler and the source of its standard library. This script downloads and unpacks
# them (nothing is installed system-wide, rustup is not changed) and builds the standard library for the given targets. The linkers
# come from the rustup toolchain. Compiler and library must have the same version, so rustup's own compiler can't be used.
# Requires: Debian 12 or later on x86_64, an earlier `apt-get update`, dpkg-deb, a rustup toolchain, access to the crates registry.
# Cost: 132 MiB of downloads, about 50 s of CPU time for each target, 460 MB of disk space.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
toolchain=$root/.toolchain/rust-wasm
debs=$root/.toolchain/debs
build=$root/.toolchain/build
targets=("$@")
[[ ${#targets[@]} -eq 0 ]] && targets=(wasm32-unknown-unknown)

host=$(rustc -vV | sed -n 's/^host: //p')
if [[ $host != x86_64-unknown-linux-gnu ]]; then
  echo "this set-up is for x86_64-unknown-linux-gnu, the host is $host; use: rustup target add ${targets[*]}" >&2
  exit 1
fi

version=$(apt-cache show --no-all-versions libstd-rust-web-dev | sed -n 's/^Depends: libstd-rust-web-\([0-9.]*\) .*/\1/p')
llvm=$(apt-cache show --no-all-versions "libstd-rust-web-$version" | sed -n 's/^Depends:.*\(libllvm[0-9]*\).*/\1/p')
packages=(rustc-web "libstd-rust-web-$version" libstd-rust-web-dev rust-web-src "$llvm")
case "${targets[*]}" in *wasi*) packages+=(wasi-libc) ;; esac
echo "Rust $version from Debian: ${packages[*]}"

rm -rf "$toolchain" "$debs" "$build"
mkdir -p "$toolchain/bin" "$toolchain/lib" "$debs" "$build"
(cd "$debs" && apt-get download "${packages[@]}")
for deb in "$debs"/*.deb; do
  case $deb in
    */rust-web-src_*) dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$build" --wildcards './usr/src/*/library/*' ;;
    *) dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$build" --exclude='./usr/share' --exclude='*/rustlib/src' ;;
  esac
done
mv "$build/usr/bin/rustc" "$toolchain/bin/rustc.real"
mv "$build"/usr/lib/x86_64-linux-gnu/lib* "$toolchain/lib/"
mv "$build/usr/lib/rustlib" "$toolchain/lib/rustlib"

# The compiler finds its own libraries, and WASI guests get the symbols that Debian's wasi-libc lacks.
cat > "$toolchain/bin/rustc" <<'WRAPPER'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
case " $* " in
  *" wasm32-wasip1 "*) set -- "$@" "-Clink-arg=$here/../lib/rustlib/wasm32-wasip1/lib/self-contained/wasi-stubs.o" ;;
esac
LD_LIBRARY_PATH="$here/../lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$here/rustc.real" "$@"
WRAPPER
chmod +x "$toolchain/bin/rustc"
mkdir -p "$toolchain/lib/rustlib/$host/bin"
ln -sf "$(env -u RUSTC rustc --print sysroot)/lib/rustlib/$host/bin"/{rust-lld,wasm-component-ld} "$toolchain/lib/rustlib/$host/bin/"

library=$(echo "$build"/usr/src/*/library)
for target in "${targets[@]}"; do
  # std is not marked unstable item by item, hence -Zforce-unstable-if-unmarked; the remaps keep guests free of folder names.
  RUSTC="$toolchain/bin/rustc" RUSTC_BOOTSTRAP=1 CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_TARGET_DIR="$build/target" \
    RUSTFLAGS="-Zforce-unstable-if-unmarked --remap-path-prefix=$library=/rust/library --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo" \
    cargo build --release --locked --manifest-path "$library/sysroot/Cargo.toml" --target "$target"
  destination=$toolchain/lib/rustlib/$target/lib
  mkdir -p "$destination"
  cp "$build/target/$target"/release/deps/*.rlib "$destination/"
  rm -f "$destination"/libsysroot-*
  case $target in
    *wasi*)
      mkdir -p "$destination/self-contained"
      cp "$build"/usr/lib/wasm32-wasi/{crt1*.o,*.a} "$destination/self-contained/"
      RUSTC_BOOTSTRAP=1 "$toolchain/bin/rustc" --edition 2024 --target "$target" -O -Cpanic=abort --emit=obj --crate-type=lib \
        -Ccodegen-units=1 -o "$destination/self-contained/wasi-stubs.o" "$here/wasi-stubs.rs"
      ;;
  esac
done
rm -rf "$build" "$debs"
echo "$toolchain/bin/rustc"
