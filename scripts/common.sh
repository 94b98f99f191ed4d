# shellcheck shell=bash
# What the scripts share; they source it. It finds the project through symbolic links, leaves the
# current directory alone, and writes to stderr only: stdout belongs to the program that is run.

root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd -P)

say() { printf '%s\n' "$*" >&2; }

# Prints the comment at the top of a script: its manual.
help() { sed -n '2,/^$/ s/^# \{0,1\}//p' "$root/scripts/$1"; }

# follow NAME TITLE COMMAND…: runs a command with its output in build/log/NAME.log, and shows how far it
# is. When it fails, the lines that say why are shown. Says nothing when there was nothing to do.
follow() {
  local log=build/log/$1.log title=$2 status=0
  shift 2
  mkdir -p -- "$root/build/log"
  "$@" </dev/null 2>&1 | tee -- "$root/$log" | show_progress "$title" || status=${PIPESTATUS[0]}
  if ((status != 0)); then
    complaints "$root/$log" >&2
    say "$title: failed with exit code $status; all of its output is in $log"
  fi
  return "$status"
}

# Reads what a command prints, and shows how many of its steps are done and how long it has taken: on a
# terminal on one line, else on a new line for each tenth, or for half a minute without one.
# It knows the steps of Ninja ("[3/20] …") and of apt (APT::Status-Fd).
show_progress() {
  local title=$1 part='' line='' status tenth='' shown='' text='' last='' said=0 rewrite='' far=''
  local begun=$SECONDS now
  if [[ -t 2 && ${TERM-dumb} != dumb && ! ${CI-} ]]; then rewrite=yes; fi
  while true; do
    status=0
    IFS= read -r -t 1 part || status=$?
    line+=$part
    if ((status > 128)); then
      # A second without a line. What has nothing to do, needs no more than three.
      if [[ ! $tenth ]] && ((SECONDS - begun >= 3)); then tenth=0; fi
    elif [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ (.*) && ${BASH_REMATCH[3]} != Re-* ]]; then
      far="${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}, "
      tenth=$((BASH_REMATCH[1] * 10 / BASH_REMATCH[2]))
    elif [[ $line =~ ^(dl|pm)status:[^:]*:([0-9]+) ]]; then
      far="${BASH_REMATCH[2]} % ${BASH_REMATCH[1]}, " tenth=${BASH_REMATCH[1]}$((BASH_REMATCH[2] / 10))
      far=${far/dl/downloaded} far=${far/pm/installed}
    fi
    ((status > 128)) || line=''
    now=$((SECONDS - begun))
    printf -v text '%s: %s%d:%02d' "$title" "$far" $((now / 60)) $((now % 60))
    if ((status != 0 && status <= 128)); then break; fi
    if [[ ! $tenth ]]; then continue; fi
    if [[ $rewrite ]]; then
      [[ $text == "$shown" ]] || printf '\r%s\033[K' "$text" >&2
      shown=$text
    elif ((now > said)) && [[ $tenth != "$shown" ]] || ((now - said >= 30)); then
      say "$text"
      shown=$tenth said=$now last=$text
    fi
  done
  if [[ $rewrite && $shown ]]; then
    printf '\r%s\033[K\n' "$text" >&2
  elif [[ $tenth && $text != "$last" ]]; then
    say "$text"
  fi
}

# The lines of a log that say why the command failed: what Ninja, CMake and apt mark as failed, or else
# the last ones.
complaints() {
  awk '
    /^\[[0-9]+\/[0-9]+\] |^ninja: / { failed = 0 }
    /^FAILED: / { failed = 1; print; getline; next }  # the next line is the command, which is long
    /^CMake Error/ { failed = 1 }
    failed || /^(E|W|Err:[0-9]+|dpkg|sudo|debootstrap):? / { print }
  ' "$1" | head -n 200 | grep . || tail -n 20 -- "$1"
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
  (cd -- "$root" && follow "configure-$preset" "configuring build/$preset" cmake --preset "$preset")
  touch -- "$tree/.configured"
}

# make_tree PRESET [OPTION OF CMAKE]…: configures a preset and builds what has changed.
make_tree() {
  local preset=$1
  shift
  configure "$preset"
  (cd -- "$root" && NINJA_STATUS='[%f/%t] ' follow "build-$preset" "building build/$preset" \
    cmake --build --preset "$preset" "$@")
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
