#include "cli/workplace.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/signals.hpp"
#include "store/sqlite/sqlite_engine.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace baseline {
namespace {

// With open_engine() the one place that knows which engine a database belongs to.
std::unique_ptr<Store> open_store(const std::filesystem::path& database) {
  return std::make_unique<sqlite::SqliteStore>(real_file_system(), database);
}

std::filesystem::path catalogue_path(const Settings& settings, const Store& store) {
  if (settings.backups.value.empty()) return store.default_catalogue();
  std::filesystem::path path = std::filesystem::absolute(settings.backups.value).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

// NAME=VALUE, each name once.
std::map<std::string, std::string> vars_of(const Options& options) {
  std::map<std::string, std::string> out;
  for (const std::string& text : options.vars) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(ErrorCode::usage, fmt::format("--var '{}' is not NAME=VALUE", printable(text)),
                  "write for example --var PORT=8080");
    }
    const std::string name = text.substr(0, equals);
    if (!out.emplace(name, text.substr(equals + 1)).second) {
      throw Error(ErrorCode::usage, fmt::format("--var gives '{}' twice", printable(name)));
    }
  }
  return out;
}

Suites load_suites(const Invocation& invocation, const Engine& engine, const Migration& migration,
                   Session& reference) {
  const Settings& settings = invocation.settings;
  const auto apply = [&](const Migration& other) { return engine.apply(other); };
  const SuiteOptions options{vars_of(invocation.options), invocation.options.allow_commands};
  const auto& paths = settings.checks.value;
  if (!paths.empty()) return Suites::load(read_suites(paths), reference, apply, options);
  try {
    return Suites::load(builtin_suites(), reference, apply, options);
  } catch (const Error& error) {
    if (settings.migration.value.empty() || error.problems().empty()) throw;
    // The built-in suites are those of the built-in migration's application.
    Error misfit(ErrorCode::usage,
                 fmt::format("the built-in checks do not fit {} ({})", printable(migration.file),
                             counted(error.problems().size(), "error")),
                 "name your application's own suites with --checks FILE-OR-DIR");
    misfit.add_note(error.problems().front());
    throw misfit;
  }
}

RunOptions run_options(const Invocation& invocation) {
  const Options& options = invocation.options;
  RunOptions run{{options.only, options.tags, options.skip_tags},
                 options.strict,
                 typed_options(invocation.settings).checks};
  for (const std::string& var : options.vars) run.rerun += " --var " + shell_quoted(var);
  if (options.strict) run.rerun += " --strict";
  if (options.allow_commands) run.rerun += " --allow-commands";
  return run;
}

}  // namespace

std::unique_ptr<Engine> open_engine() { return std::make_unique<sqlite::SqliteEngine>(); }

Workplace::Workplace(const Invocation& invocation)
    : store_(open_store(require_database(invocation.settings))),
      catalogue_(real_file_system(), catalogue_path(invocation.settings, *store_)),
      context_{*store_, catalogue_, real_file_system(), invocation.observer,
               [] { return std::chrono::system_clock::now(); }} {}

Inputs::Inputs(const Invocation& invocation)
    : engine_(open_engine()),
      migration_(invocation.settings.migration.value.empty()
                     ? builtin_migration()
                     : load_migration(invocation.settings.migration.value)),
      reference_(engine_->apply(migration_)),
      suites_(load_suites(invocation, *engine_, migration_, *reference_)),
      run_(run_options(invocation)) {
  for (const std::string& warning : suites_.warnings()) invocation.observer.warning(warning);
}

Judge Inputs::judge() const {
  return [this](Phase phase, Session& subject) {
    // What failed on the live database is run again there, what failed before in a plan.
    RunOptions options = run_;
    options.rerun.insert(0, phase == Phase::after ? "baseline verify" : "baseline plan");
    return run_suites(suites_, phase, subject, *reference_, options, nullptr, stop_if_interrupted);
  };
}

bool ask(const std::string& question) {
  const std::string text = question + "Go on? [y/N] ";
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
  std::string answer;
  char c = 0;
  while (c != '\n' && wait_for_input(STDIN_FILENO) && ::read(STDIN_FILENO, &c, 1) == 1) answer += c;
  if (c != '\n') std::fputc('\n', stderr);  // Ctrl-C or Ctrl-D: what follows is on its own line
  stop_if_interrupted();
  answer = to_lower(trimmed(answer));
  return answer == "y" || answer == "yes";
}

}  // namespace baseline
