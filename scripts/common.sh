# shellcheck shell=bash
# What the scripts share; they source it. It finds the project through symbolic links, leaves the
# current directory alone, and writes to stderr only: stdout belongs to the program that is run.

root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)

say() { printf '%s\n' "$*" >&2; }

# Prints the comment at the top of a script: its manual.
help() { sed -n '2,/^$/ s/^# \{0,1\}//p' "$root/scripts/$1"; }

# Runs a command with its output kept in a log that is shown only when the command fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    cat -- "$log" >&2
    say "failed with exit code $status: $*"
  fi
  rm -f -- "$log"
  return "$status"
}

# Configures a preset unless it is. CMake itself notices later changes of its files, but not of the
# presets. A checkout that was moved is configured afresh, because CMake refuses a build tree that
# knows another path.
configure() {
  local preset=$1 tree=$root/build/$1
  if ! grep -qsxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$tree/CMakeCache.txt"; then
    rm -rf -- "$tree"
  elif [[ $tree/.configured -nt $root/CMakePresets.json ]]; then
    return
  fi
  say "configuring build/$preset"
  (cd -- "$root" && quietly cmake --preset "$preset")
  touch -- "$tree/.configured"
}

# Runs a command while no other script configures or builds. The lock's descriptor ends with the
# subshell, so that nothing that is run afterwards inherits it.
alone() {
  mkdir -p -- "$root/build"
  (
    if command -v flock >/dev/null; then
      flock --nonblock 9 || { say "waiting for another build" && flock 9; }
    fi
    "$@"
  ) 9>"$root/build/.lock"
}

# Developers compile the same files often; users do not, and need no cache in their home directory.
use_ccache() {
  if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
  fi
}
