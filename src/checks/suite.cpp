#include "checks/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "base/concealed.hpp"
#include "base/embedded.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "checks/check.hpp"
#include "checks/input_file.hpp"
#include "checks/suite_loader.hpp"
#include "yaml/source.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

bool is_suite_name(const fs::path& path) {
  const std::string extension = to_lower(path.extension().string());
  return extension == ".yaml" || extension == ".yml";
}

// A hidden name is no suite's: Kubernetes keeps what a ConfigMap holds in `..data` once more.
bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// Whether suites lie below, where a directory that stands for its suites does not look.
bool holds_suites(const fs::path& directory) {
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    const bool below = entry->is_directory(ignored);
    if (below && is_hidden(entry->path())) entry.disable_recursion_pending();
    if (!below && is_suite_name(entry->path())) return true;
  }
  return false;
}

// `paths`: all that were given, for a directory below may be one of them.
std::vector<fs::path> suites_in(const fs::path& directory, const std::vector<fs::path>& paths) {
  std::vector<fs::path> out;
  std::vector<fs::path> left_out;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    std::error_code ignored;
    const auto is_it = [&](const fs::path& given) { return fs::equivalent(given, path, ignored); };
    if (!entry->is_directory(ignored)) {
      if (is_suite_name(path)) out.push_back(path);
    } else if (!is_hidden(path) && std::ranges::none_of(paths, is_it) && holds_suites(path)) {
      left_out.push_back(path);
    }
  }
  if (!error && !left_out.empty()) {
    const fs::path& first = *std::ranges::min_element(left_out);
    throw Error(ErrorCode::usage,
                fmt::format("{} holds suites, but a directory stands only for those directly in it",
                            printable(first.string())),
                fmt::format("add --checks {}, or move them", shell_quoted(first.string())));
  }
  if (error) {
    errno = error.value();
    if (is_shortage(errno)) throw_errno("list", directory.native());
    throw Error(ErrorCode::usage,
                fmt::format("cannot read {}: {}", printable(directory.string()), error.message()));
  }
  if (out.empty()) {
    throw Error(ErrorCode::usage, fmt::format("{} holds no suite", printable(directory.string())),
                "put *.yaml files there, or name a file");
  }
  std::ranges::sort(out);
  return out;
}

// Reports and --only tell suites apart by their names alone.
void demand_unique_name(const std::string& file, std::map<std::string, std::string>& names,
                        yaml::Problems& problems) {
  const std::string name = fs::path(file).stem().string();
  const auto [first, is_new] = names.emplace(name, file);
  if (!is_new) {
    problems.add({}, fmt::format("suite '{}' was already read from {}", name, first->second));
  }
}

// A var that no file declares is a typing error, and what it meant would keep its default.
void demand_declared(const std::map<std::string, std::string>& given,
                     const std::set<std::string>& declared) {
  for (const auto& [name, value] : given) {
    if (declared.contains(name)) continue;
    const std::vector<std::string> words(declared.begin(), declared.end());
    const auto near = did_you_mean(name, words);
    throw Error(ErrorCode::usage, fmt::format("no suite has a var '{}'", printable(name)),
                near            ? fmt::format("did you mean '{}'?", *near)
                : words.empty() ? "--var sets what a suite declares under 'vars'; none does"
                                : fmt::format("there are: {}", join(words, ", ")));
  }
}

// "2 checks run commands; allow with --allow-commands: a.yaml:9:5 (the endpoint answers), …".
std::string commands_refused(const std::vector<std::string>& commands) {
  return fmt::format("{} {}; allow with --allow-commands: {}", counted(commands.size(), "check"),
                     commands.size() == 1 ? "runs a command" : "run commands",
                     join(commands, ", "));
}

Error wrong_suites(std::vector<Problem> problems) {
  Error error(ErrorCode::usage,
              fmt::format("the suites have {}", counted(problems.size(), "error")),
              "correct them; nothing was touched");
  error.set_problems(std::move(problems));
  return error;
}

}  // namespace

std::vector<SuiteSource> read_suites(const std::vector<fs::path>& paths) {
  std::vector<SuiteSource> out;
  for (const fs::path& path : paths) {
    std::error_code ignored;
    const std::vector<fs::path> files =
        fs::is_directory(path, ignored) ? suites_in(path, paths) : std::vector<fs::path>{path};
    for (const fs::path& file : files) {
      out.push_back({file.string(), read_input_file(file, yaml::kMaxSize), {}});
    }
  }
  return out;
}

std::vector<SuiteSource> builtin_suites() {
  std::vector<SuiteSource> out;
  for (const EmbeddedFile& file : embedded_suites()) {
    out.push_back(
        {fmt::format("checks/{}", file.name), std::string(file.text), packed_suite(file.name)});
  }
  return out;
}

Suites Suites::load(const std::vector<SuiteSource>& sources, Session& reference,
                    const ApplyMigration& apply, const SuiteOptions& options) {
  Suites suites;
  LoadContext context{reference, apply, options};
  std::vector<Problem> wrong;
  std::map<std::string, std::string> names;
  for (const SuiteSource& source : sources) {
    yaml::Problems problems(source.file);
    demand_unique_name(source.file, names, problems);
    auto checks = load_suite(source, context, problems);
    std::ranges::move(checks, std::back_inserter(suites.checks_));
    std::ranges::move(problems.found(), std::back_inserter(wrong));
  }
  for (Problem& problem : wrong) problem.message = concealed(std::move(problem.message));
  for (Problem& warning : context.warnings) warning.message = concealed(std::move(warning.message));
  // A suite from elsewhere must not run programs because nobody has looked at it.
  const bool refused = !options.allow_commands && !context.commands.empty();
  if (!wrong.empty()) {
    Error error = wrong_suites(std::move(wrong));
    if (refused) error.add_note(commands_refused(context.commands));
    throw error;
  }
  if (refused) {
    throw Error(ErrorCode::usage, commands_refused(context.commands),
                "look at what they run, then add it; nothing was touched");
  }
  demand_declared(options.vars, context.vars);
  suites.warnings_ = std::move(context.warnings);
  // It may be for other suites than those of this run; but it may be mistyped, too.
  for (const auto& [name, value] : options.configured_vars) {
    if (context.vars.contains(name)) continue;
    suites.warnings_.push_back(
        {{}, 0, 0, fmt::format("no suite has the var '{}' that the configuration gives", name)});
  }
  suites.remarks_ = std::move(context.remarks);
  if (suites.checks_.empty()) {
    throw Error(ErrorCode::usage, "there is no check to run", "give suites with --checks");
  }
  return suites;
}

Suites::Suites(Suites&&) noexcept = default;
Suites& Suites::operator=(Suites&&) noexcept = default;
Suites::~Suites() = default;

std::vector<std::string> Suites::ignored_objects() const {
  std::set<std::string> out;
  for (const auto& check : checks_) {
    for (std::string& glob : check->ignored_objects()) out.insert(std::move(glob));
  }
  return {out.begin(), out.end()};
}

std::vector<std::string> Suites::logs() const {
  std::set<std::string> out;
  for (const auto& check : checks_) {
    for (std::string& path : check->logs()) out.insert(std::move(path));
  }
  return {out.begin(), out.end()};
}

}  // namespace baseline
