#include "cli/usage_error.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/command_tree.hpp"
#include "cli/help_layout.hpp"

namespace baseline {
namespace {

// What other programs call it.
struct OtherName {
  std::string_view name;
  std::string_view ours;
};
constexpr OtherName kOtherNames[] = {
    {"restore", "rollback"}, {"revert", "rollback"}, {"undo", "rollback"},    {"apply", "deploy"},
    {"migrate", "deploy"},   {"upgrade", "deploy"},  {"check", "verify"},     {"test", "verify"},
    {"diff", "plan"},        {"log", "history"},     {"version", "--version"}};

std::vector<std::string> command_names(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

// "a, b and c"
std::string listed_names(std::vector<std::string> names, std::string_view last = "and") {
  if (names.size() < 2) return join(names, "");
  const std::string end = names.back();
  names.pop_back();
  return fmt::format("{} {} {}", join(names, ", "), last, end);
}

// The command that was probably meant by a word that is none of `app`.
std::optional<std::string> suggestion_for(const CLI::App& app, const std::string& word) {
  const bool top = app.get_parent() == nullptr;
  if (top) {
    // First what fits exactly: `lint` means `checks lint`, though `init` is near.
    for (const CLI::App* group : commands_of(app)) {
      const auto names = command_names(commands_of(*group));
      if (std::ranges::find(names, word) != names.end()) {
        return fmt::format("{} {}", group->get_name(), word);
      }
    }
    const auto* const found = std::ranges::find(kOtherNames, word, &OtherName::name);
    if (found != std::end(kOtherNames)) return std::string(found->ours);
  }
  const std::vector<std::string> names = command_names(commands_of(app));
  if (auto near = did_you_mean(word, names)) return near;
  const auto begins = [&](const std::string& name) { return name.starts_with(word); };
  if (word.empty() || std::ranges::count_if(names, begins) != 1) return {};
  return *std::ranges::find_if(names, begins);
}

bool has_option(const CLI::App& app, std::string_view name) {
  return app.get_option_no_throw(std::string(name)) != nullptr;
}

void collect_owners(const CLI::App& app, std::string_view option,
                    std::vector<std::string>& owners) {
  for (const CLI::App* command : commands_of(app)) {
    if (has_option(*command, option)) owners.push_back(without_program(*command));
    collect_owners(*command, option, owners);
  }
}

std::string hint_for_option(const CLI::App& app, const CLI::App& where, const std::string& word) {
  std::vector<std::string> owners;
  if (word.size() > 1) collect_owners(app, word, owners);
  if (!owners.empty()) return fmt::format("'{}' is an option of {}", word, listed_names(owners));
  std::vector<std::string> names;
  for (const CLI::Option* option : where.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const auto near = did_you_mean(word, names);
  return near ? fmt::format("did you mean '{}'?", *near)
              : fmt::format("see {} --help", full_name(where));
}

// CLI11's sentence, as ours: no capital at the start, no stop at the end.
std::string sentence(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return printable(text);
}

// The texts of CLI11 that count words, in our words.
std::string in_our_words(const std::string& text) {
  const auto before = [&](std::string_view mark) { return text.substr(0, text.find(mark)); };
  const auto between = [&](std::string_view from, std::string_view to) {
    const std::size_t begin = text.find(from) + from.size();
    return text.substr(begin, text.find(to, begin) - begin);
  };
  const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  if (has(" required ") && has(" missing")) {
    const std::string kind = between(" required ", " missing");
    return fmt::format("{} needs a value: {}", before(": "), kind);
  }
  if (has(": At Most 1 ")) return fmt::format("{} may be given only once", before(": "));
  if (has(" was given a disallowed flag override")) {
    const std::string name = before(" was given");  // without its dashes
    return fmt::format("{}{} takes no value", name.size() > 1 ? "--" : "-", name);
  }
  if (has(" excludes ")) {
    return fmt::format("{} and {} cannot be given together", before(" excludes "),
                       between(" excludes ", "\n"));
  }
  return text;
}

const CLI::App& deepest(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : deepest(*chosen.front());
}

}  // namespace

const CLI::App& find_command(const CLI::App& app, std::span<const char* const> words) {
  const auto commands = commands_of(app);
  if (commands.empty()) return app;
  const bool top = app.get_parent() == nullptr;
  if (words.empty()) return app;
  const std::string word = words.front();
  if (word == "-h" || word == "--help" || (top && word == "--version")) return app;
  if (word.starts_with('-')) {
    throw Error(ErrorCode::usage,
                fmt::format("unknown option '{}' before a command", printable(word)),
                "the command comes first: baseline COMMAND --option; baseline --help lists them");
  }
  const auto found = std::ranges::find(commands, word, &CLI::App::get_name);
  if (found != commands.end()) return find_command(**found, words.subspan(1));
  const auto suggestion = suggestion_for(app, word);
  throw Error(ErrorCode::usage, fmt::format("unknown command '{}'", printable(word)),
              suggestion ? fmt::format("did you mean '{}'?", *suggestion)
                         : fmt::format("{} --help lists the commands", full_name(app)));
}

void take_no_values(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_expected_max() == 0) option->disable_flag_override();
  }
  for (CLI::App* command : app.get_subcommands({})) take_no_values(*command);
}

[[noreturn]] void throw_usage(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& where = deepest(app);
  const std::string see = fmt::format("see {} --help", full_name(where));
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const auto extras = app.remaining(true);
    const std::string typed = extras.empty() ? "" : extras.front();
    if (!typed.starts_with('-')) {
      throw Error(ErrorCode::usage, fmt::format("unknown argument '{}'", printable(typed)), see);
    }
    const std::string word = typed.substr(0, typed.find('='));
    throw Error(ErrorCode::usage, fmt::format("unknown option '{}'", printable(word)),
                hint_for_option(app, where, word));
  }
  const auto commands = command_names(commands_of(where));
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !commands.empty()) {
    throw Error(ErrorCode::usage, fmt::format("{} needs a command", printable(where.get_name())),
                fmt::format("name {}; {}", listed_names(commands, "or"), see));
  }
  throw Error(ErrorCode::usage, sentence(in_our_words(error.what())), see);
}

}  // namespace baseline
