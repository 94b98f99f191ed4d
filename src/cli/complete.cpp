#include "cli/complete.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "cli/candidates.hpp"
#include "cli/command_tree.hpp"
#include "cli/typed_line.hpp"

namespace baseline {
namespace {

// A part of the value that belongs to what stands before it: "junit=" of a report.
void split_report(TypedLine& line, const std::string& kind) {
  const std::size_t equals = line.typed.find('=');
  if (kind != "files" || line.option == nullptr || equals == std::string::npos ||
      line.option->get_type_name() != "KIND=FILE") {
    return;
  }
  line.before += line.typed.substr(0, equals + 1);
  line.typed.erase(0, equals + 1);
}

std::string answer(std::string_view shell, std::vector<std::string> words) {
  const char* const home = std::getenv("HOME");
  for (std::string& word : words) word = unquoted(word, home == nullptr ? "" : home);
  Options options;
  CLI::App app("", "baseline");
  add_commands(app, options);
  TypedLine line = read_typed(app, std::move(words));
  const Candidates found = candidates_for(line, options);
  split_report(line, found.kind);
  std::string out = fmt::format("{}\t{}\n", found.kind, line.before);
  for (const auto& [value, about] : found.words) {
    // zsh and fish match by rules of their own. What is not printable would be no line.
    if (shell == "bash" && !value.starts_with(line.typed)) continue;
    if (printable(value) != value) continue;
    out += fmt::format("{}{}\t{}\n", line.before, value, printable(about));
  }
  return out;
}

}  // namespace

std::string complete(std::span<const char* const> words) {
  // Somebody sits before it and cannot type on: a migration that takes long must not hold them up.
  constexpr unsigned kSeconds = 2;
  std::signal(SIGALRM, [](int) { ::_exit(0); });
  ::alarm(kSeconds);
  try {
    if (words.size() < 2 || std::string_view(words[1]) != "--") return {};
    return answer(words[0], {words.begin() + 2, words.end()});
  } catch (const std::exception&) {
    return {};  // what is wrong is told when the command is run
  }
}

}  // namespace baseline
