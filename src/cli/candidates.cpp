#include "cli/candidates.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>

#include "base/text.hpp"
#include "catalogue/history.hpp"
#include "checks/listing.hpp"
#include "cli/command_tree.hpp"
#include "cli/commands.hpp"
#include "cli/workplace.hpp"
#include "report/report_kinds.hpp"

namespace baseline {
namespace {

// Nobody looks at it.
class Unobserved final : public Observer {
 public:
  void step_started(Step /*step*/) override {}
  void step_finished(Step /*step*/, std::chrono::nanoseconds /*took*/, bool /*good*/) override {}
  void progress(Step /*step*/, std::uint64_t /*done*/, std::uint64_t /*total*/) override {}
  void note(std::string_view /*text*/) override {}
  void warning(std::string_view /*text*/) override {}
};

// What a command would start from, had the line been finished here.
class Unfinished {
 public:
  explicit Unfinished(Options& options)
      : settings_(resolve_settings(options.settings, process_environment())),
        invocation_{options, settings_, observer_, Style(false), false, run_} {}

  const Settings& settings() const { return settings_; }
  const Invocation& invocation() const { return invocation_; }

 private:
  Settings settings_;
  Unobserved observer_;
  CheckRun run_;
  Invocation invocation_;
};

// The newest first: it is the one that is wanted most.
std::vector<Candidate> backups(Options& options) {
  const Unfinished line(options);
  Workplace workplace(line.invocation());
  std::vector<Candidate> found;
  for (const CatalogueEntry& entry : workplace.catalogue().entries()) {
    std::string about = "damaged";
    if (entry.usable()) {
      about = fmt::format("{} {}, {}", entry.manifest->reason, entry.manifest->when,
                          human_size(entry.manifest->payload.size));
    } else if (entry.damage.empty()) {
      about = "its data went back into place";
    }
    found.push_back({entry.id, about});
  }
  std::ranges::reverse(found);
  return found;
}

// What `report` can tell of, by what history shows of it; the newest first.
std::vector<Candidate> runs(Options& options) {
  const Unfinished line(options);
  Workplace workplace(line.invocation());
  std::vector<Candidate> found;
  for (const HistoryLine& run : read_history(workplace.catalogue()).lines) {
    if (run.database != workplace.store().location()) continue;
    found.push_back({run.backup.empty() ? run.run : run.backup,
                     fmt::format("{} {}, {}", run.command, run.when, run.outcome)});
  }
  std::ranges::reverse(found);
  return found;
}

Listing check_listing(Options& options) {
  // A migration above this is kept in files, and takes longer than somebody waits for a suggestion.
  constexpr std::uintmax_t kLargest = 4U << 20U;
  options.command = Command::checks_list;
  options.settings.allow_commands = true;  // none is run
  const Unfinished line(options);
  const std::filesystem::path& migration = line.settings().migration.value;
  if (!migration.empty() && std::filesystem::file_size(migration) > kLargest) return {};
  const Inputs inputs(line.invocation());
  return list_checks(inputs.suites(), {});
}

std::vector<Candidate> check_names(Options& options) {
  std::vector<Candidate> suites;
  std::vector<Candidate> names;
  for (const ListedCheck& check : check_listing(options).checks) {
    if (suites.empty() || suites.back().value != check.suite + "/*") {
      suites.push_back({check.suite + "/*", "all of " + check.file});
    }
    names.push_back({fmt::format("{}/{}", check.suite, check.name), check.kind});
  }
  std::ranges::move(names, std::back_inserter(suites));
  return suites;
}

std::vector<Candidate> tags(Options& options) {
  std::map<std::string, std::size_t> uses;
  for (const ListedCheck& check : check_listing(options).checks) {
    for (const std::string& tag : check.tags) ++uses[tag];
  }
  std::vector<Candidate> found;
  found.reserve(uses.size());
  for (const auto& [tag, count] : uses) found.push_back({tag, counted(count, "check")});
  return found;
}

std::vector<Candidate> split_words(std::string_view type) {
  std::vector<Candidate> found;
  while (!type.empty()) {
    const std::size_t end = std::min(type.find('|'), type.size());
    found.push_back({std::string(type.substr(0, end)), {}});
    type.remove_prefix(std::min(end + 1, type.size()));
  }
  return found;
}

// The name of an argument, or of the type of an option, says what fits.
Candidates values(const CLI::Option& option, const std::string& typed, Options& options) {
  const std::string type = option.get_positional() && option.get_type_name() == "TEXT"
                               ? option.get_name(true)
                               : option.get_type_name();
  if (type == "FILE" || type == "PATH" || type == "FILE|DIR") return {"files", {}};
  if (type == "DIR") return {"directories", {}};
  if (type == "ID") return {"words", backups(options)};
  if (type == "RUN") return {"words", runs(options)};
  if (type == "GLOB") return {"words", check_names(options)};
  if (type == "TAG") return {"words", tags(options)};
  if (type == "KIND=FILE") {
    if (typed.find('=') != std::string::npos) return {"files", {}};
    Candidates kinds;
    for (const ReportKind& kind : report_kinds()) {
      kinds.words.push_back(
          {fmt::format("{}=", kind.name), "a report for a file, or - for stdout"});
    }
    return kinds;
  }
  const bool small = std::ranges::none_of(type, [](char c) { return c >= 'A' && c <= 'Z'; });
  return {"words", small ? split_words(type) : std::vector<Candidate>{}};
}

std::vector<Candidate> commands(const CLI::App& app) {
  std::vector<Candidate> found;
  for (const CLI::App* command : commands_of(app)) {
    found.push_back({command->get_name(), command->get_description()});
  }
  return found;
}

// Those that may still be given; --help last, as in the help.
std::vector<Candidate> option_names(const TypedLine& line) {
  const auto given = [&](const CLI::Option* option) {
    return std::ranges::find(line.given, option) != line.given.end();
  };
  std::vector<Candidate> found;
  for (const CLI::Option* option : line.command->get_options()) {
    if (option->get_lnames().empty() || option == line.command->get_help_ptr()) continue;
    if (given(option) && option->get_expected_max() <= 1) continue;
    if (std::ranges::any_of(option->get_excludes(), given)) continue;
    const std::string text = option->get_description();
    found.push_back({"--" + option->get_lnames().front(),
                     std::string(trimmed(text.substr(0, text.find('['))))});
  }
  const CLI::Option& help = *line.command->get_help_ptr();
  found.push_back({"--" + help.get_lnames().front(), help.get_description()});
  return found;
}

}  // namespace

Candidates candidates_for(const TypedLine& line, Options& options) {
  switch (line.place) {
    case TypedLine::Place::nowhere:
      return {};
    case TypedLine::Place::command:
      return {"words", commands(*line.command)};
    case TypedLine::Place::program:
      return {"programs", {}};
    case TypedLine::Place::argument:
      return {"files", {}};
    case TypedLine::Place::value:
      return values(*line.option, line.typed, options);
    case TypedLine::Place::word:
      break;
  }
  if (line.about) return {};
  // COMMAND of `announce` stands behind `--` only.
  const bool argument = line.option != nullptr && line.option->get_name(true) != "COMMAND";
  if (argument && !line.typed.starts_with('-')) return values(*line.option, line.typed, options);
  return {"words", option_names(line)};
}

}  // namespace baseline
