// argv → Options, or a help text.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/version.hpp"
#include "cli/command_tree.hpp"
#include "cli/completion_script.hpp"
#include "cli/help.hpp"
#include "cli/help_layout.hpp"
#include "cli/options.hpp"
#include "cli/usage_error.hpp"

namespace baseline {
namespace {

// What stands behind `--` of `run` is another program's, and none of our options. Returns how many
// arguments are ours.
int take_words(int argc, const char* const* argv, Options& options) {
  if (argc < 2 || std::string_view(argv[1]) != "run") return argc;
  for (int i = 2; i < argc; ++i) {
    if (std::string_view(argv[i]) != "--") continue;
    options.words.assign(argv + i + 1, argv + argc);
    return i;
  }
  return argc;
}

std::string help_of(const CLI::App& app, std::string_view colour) {
  const HelpLayout layout(help_width(), Style(wants_colour(colour, STDOUT_FILENO)));
  return layout.make_help(&app, {}, CLI::AppFormatMode::Normal);
}

// `help COMMAND` is told by what the command itself would tell.
std::string help_about(const CLI::App& app, std::span<const char* const> words) {
  const CLI::App& command = find_command(app, words);
  return help_of(command, "auto");
}

// An empty value is a variable of the shell that is not set: what is left out without it, nobody
// knows.
void require_values(const CLI::App& app) {
  for (const CLI::Option* const option : app.get_options()) {
    if (option->get_lnames().empty() || option->count() == 0) continue;
    if (std::ranges::none_of(option->results(), &std::string::empty)) continue;
    throw Error(ErrorCode::usage,
                fmt::format("the value of --{} is empty", option->get_lnames().front()),
                "give it a value, or leave the option out; a variable of the shell that is not set "
                "is empty");
  }
  for (const CLI::App* const command : app.get_subcommands()) require_values(*command);
}

// The usual case, in which nothing has to be said about other commands. False, and `options` as
// they were, when the arguments are not understood, or ask for a help text: all commands tell why.
bool understood(int argc, const char* const* argv, Options& options) {
  const std::span words(argv + 1, argc > 1 ? static_cast<std::size_t>(argc - 1) : 0);
  CLI::App app{"", "baseline"};
  Options read = options;
  add_commands(app, read, [&](std::string_view name) {
    return std::ranges::any_of(words, [&](const char* word) { return word == name; });
  });
  take_no_values(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError&) {
    return false;
  }
  require_values(app);
  options = std::move(read);
  return true;
}

// The text that was asked for with the command or one of its options, if one was. Throws
// Error{usage} on anything that is not understood.
std::optional<HelpText> help_asked_for(int argc, const char* const* argv, Options& options) {
  CLI::App app{std::string(help::purpose()), "baseline"};
  app.set_version_flag("--version", std::string(version()),
                       "Version, commit and SQLite, also with --format json");
  app.footer(std::string(help::footer()));
  add_commands(app, options);
  take_no_values(app);

  const std::span words(argv + 1, argc > 1 ? static_cast<std::size_t>(argc - 1) : 0);
  if (words.empty()) return HelpText{help_of(app, "auto"), false};
  const CLI::App& command = find_command(app, words);
  if (command.get_name() == "help" && words.size() > 1 && words[1][0] != '-') {
    return HelpText{help_about(app, words.subspan(1)), false};
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return HelpText{help_of(command, options.colour), false};
  } catch (const CLI::CallForVersion&) {
    return HelpText{{}, true};
  } catch (const CLI::ParseError& error) {
    throw_usage(app, error);
  }
  if (command.get_name() == "help") return HelpText{help_of(app, "auto"), false};
  if (command.get_name() == "completion") {
    return HelpText{std::string(completion_script(options.shell)), false};
  }
  return {};
}

}  // namespace

bool asks_for_json(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--") break;  // what follows are the words of another command
    constexpr std::string_view kOption = "--format";
    if (word == kOption && i + 1 < argc) return std::string_view(argv[i + 1]) == "json";
    if (word.starts_with("--format=")) return word.substr(kOption.size() + 1) == "json";
  }
  const auto variable = process_environment()("BASELINE_FORMAT");
  return variable == "json";
}

std::optional<HelpText> parse_options(int argc, const char* const* argv, Options& options) {
  argc = take_words(argc, argv, options);
  if (!understood(argc, argv, options)) {
    if (auto help = help_asked_for(argc, argv, options)) return help;
  }
  if (options.command == Command::run) {
    options.settings.gate = true;
    if (options.words.empty()) {
      throw Error(ErrorCode::usage, "run needs a command",
                  "write it after two dashes: baseline run -- python bot.py");
    }
  }
  // What runs nothing may read suites that run commands.
  if (options.command == Command::checks_list || options.command == Command::checks_lint) {
    options.settings.allow_commands = true;
  }
  return {};
}

}  // namespace baseline
