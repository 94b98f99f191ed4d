#include "cli/completion_script.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace baseline {
namespace {

// bash ends words at = and : too, and replaces the last of these pieces only. What no blank
// separates on the line is one word.
constexpr std::string_view kBash =
    R"(# bash completion for baseline; made by: baseline completion bash

_baseline() {
  local rest=${COMP_LINE:0:COMP_POINT} piece='' whole i kind before value line
  local -a words=() lines
  for ((i = 0; i <= COMP_CWORD; i++)); do
    whole=${rest#"${rest%%[![:blank:]]*}"}
    piece=${COMP_WORDS[i]}
    ((i < COMP_CWORD)) || piece=$whole
    if ((i > 0)) && [[ $whole == "$rest" && $rest ]]; then
      words[-1]+=$piece
    else
      words+=("$piece")
    fi
    rest=${whole#"$piece"}
  done
  [[ $piece != [=:] ]] || piece=''
  mapfile -t lines < <("${words[0]/#\~/$HOME}" complete bash -- "${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  ((${#lines[@]})) || return 0
  kind=${lines[0]%%$'\t'*}
  before=${words[-1]%"$piece"}
  case $kind in
    words)
      for line in "${lines[@]:1}"; do
        value=${line%%$'\t'*}
        value=${value#"$before"}
        [[ $piece == [\"\']* ]] || printf -v value %q "$value"
        COMPREPLY+=("$value")
        [[ $value != *= ]] || compopt -o nospace
      done
      ;;
    files)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$piece")
      ;;
    directories)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "$piece")
      ;;
    programs)
      mapfile -t COMPREPLY < <(compgen -c -- "$piece")
      ;;
  esac
}
complete -o nosort -F _baseline baseline 2>/dev/null || complete -F _baseline baseline
)";

constexpr std::string_view kZsh = R"(#compdef baseline
# zsh completion for baseline; made by: baseline completion zsh

_baseline() {
  local -a lines values shown open open_shown
  local line value about before
  local -i width=0
  lines=("${(@f)$("${words[1]/#\~/$HOME}" complete zsh -- "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  before=${lines[1]#*$'\t'}
  case ${lines[1]%%$'\t'*} in
    words)
      for line in "${(@)lines[2,-1]}"; do
        value=${line%%$'\t'*}
        (( $#value <= width )) || width=$#value
      done
      for line in "${(@)lines[2,-1]}"; do
        value=${line%%$'\t'*} about=${line#*$'\t'}
        [[ -z $about ]] && about=$value || about="${(r:width:)value}  -- $about"
        about=${about[1,COLUMNS-2]}
        if [[ $value == *= ]]; then
          open+=("$value") open_shown+=("$about")
        else
          values+=("$value") shown+=("$about")
        fi
      done
      (( ! $#open )) || compadd -V baseline -l -S '' -d open_shown -a open
      (( ! $#values )) || compadd -V baseline -l -d shown -a values
      ;;
    files) compset -P "${(b)before}"; _files ;;
    directories) compset -P "${(b)before}"; _files -/ ;;
    programs) _command_names -e ;;
  esac
}

# Found in $fpath, this file is the function itself; read by `source`, it defines one.
if [[ ${funcstack[1]} == _baseline ]]; then _baseline "$@"; else compdef _baseline baseline; fi
)";

constexpr std::string_view kFish =
    R"(# fish completion for baseline; made by: baseline completion fish

function __baseline_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l lines ($program complete fish -- $words[2..-1] "$current" 2>/dev/null)
    set -q lines[1]; or return
    set -l head (string split \t -- $lines[1])
    set -l before $head[2]
    set -l rest (string sub -s (math (string length -- "$before") + 1) -- "$current")
    switch $head[1]
        case words
            test (count $lines) -gt 1; and printf '%s\n' $lines[2..-1]
        case files
            for path in (__fish_complete_path "$rest")
                printf '%s%s\n' "$before" $path
            end
        case directories
            for path in (__fish_complete_directories "$rest" '')
                printf '%s%s\n' "$before" $path
            end
        case programs
            complete -C "$rest"
    end
end
complete -c baseline -f -k -a '(__baseline_complete)'
)";

}  // namespace

std::string_view completion_script(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  throw Error(ErrorCode::usage, fmt::format("there is no completion for '{}'", printable(shell)),
              "name bash, zsh or fish");
}

}  // namespace baseline
