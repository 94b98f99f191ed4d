#include "cli/workplace.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalogue/brought_in.hpp"
#include "catalogue/hand_over.hpp"
#include "cli/acting_owner.hpp"
#include "os/acting_user.hpp"
#include "os/signals.hpp"
#include "os/terminal.hpp"
#include "store/sqlite/sqlite_engine.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace baseline {
namespace {

// Long enough to read what is asked. Meanwhile the run has the lock, and others wait for it.
constexpr std::chrono::milliseconds kPatience = std::chrono::minutes(1);

std::unique_ptr<Store> open_as_owner(const Settings& settings) {
  const std::filesystem::path& database = require_database(settings);
  act_as_owner(database);
  auto store = open_store(database, settings.engine.value);
  require_same_owner(store->location());
  return store;
}

std::filesystem::path catalogue_path(const Settings& settings, const Store& store) {
  if (settings.backups.value.empty()) return store.default_catalogue();
  std::filesystem::path path = std::filesystem::absolute(settings.backups.value).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

// The options that lead to this place from any directory: what is typed on another day is typed
// elsewhere.
std::string place_options(const Settings& settings, const Store& store,
                          const Catalogue& catalogue) {
  std::string place;
  if (!settings.config.value.empty()) {
    place +=
        " --config " +
        shell_quoted(std::filesystem::absolute(settings.config.value).lexically_normal().native());
  }
  place += " --database " + shell_quoted(store.location());
  if (catalogue.directory() != store.default_catalogue()) {
    place += " --backups " + shell_quoted(catalogue.directory().native());
  }
  return place.substr(1);
}

// Symbolic links are followed here and now, also one that leads to nothing yet (a disk that is not
// mounted): what is noted is where the copy is, and no catalogue is opened through a link.
std::filesystem::path place_of_copies(const std::filesystem::path& directory) {
  constexpr int kMostLinks = 40;  // as the kernel has it
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(directory);
  for (int i = 0; i < kMostLinks; ++i) {
    const std::filesystem::path followed = std::filesystem::weakly_canonical(path, error);
    if (error) break;
    path = followed;
    const std::filesystem::path target = std::filesystem::read_symlink(path, error);
    if (error) return path;  // it is no link
    path = path.parent_path() / target;
  }
  return std::filesystem::absolute(directory).lexically_normal();
}

std::vector<std::filesystem::path> places_of_copies(const Settings& settings) {
  std::vector<std::filesystem::path> places;
  for (const std::filesystem::path& directory : settings.also.value) {
    places.push_back(place_of_copies(directory));
  }
  return places;
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

std::map<std::string, std::string> passed_on(const Settings& settings) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : settings.environment.value) {
    if (value) out.emplace(name, *value);
  }
  return out;
}

Suites load_suites(const Settings& settings, const Engine& engine, const Migration& migration,
                   Session& reference, const std::vector<SuiteSource>& sources,
                   const SuiteOptions& options) {
  const auto apply = [&](const Migration& other) { return engine.apply(other); };
  try {
    return Suites::load(sources, reference, apply, options);
  } catch (const Error& error) {
    const bool builtin = settings.checks.value.empty();
    if (!builtin || settings.migration.value.empty() || error.problems().empty()) throw;
    // The built-in suites are those of the built-in migration's application.
    Error misfit(ErrorCode::usage,
                 fmt::format("the built-in checks do not fit {} ({})", printable(migration.file),
                             counted(error.problems().size(), "error")),
                 "name your application's own suites with --checks FILE-OR-DIR");
    misfit.add_note(error.problems().front().text("error"));
    throw misfit;
  }
}

RunOptions run_options_of(const Invocation& invocation) {
  const Options& options = invocation.options;
  return {{options.only, options.tags, options.skip_tags},
          invocation.settings.strict.value,
          typed_options(invocation).checks};
}

// A deploy whose checks fail puts the old database back: only another deploy asks the new one
// again. Empty for other commands, after which the database that was asked is live.
std::string deploy_again_of(const Invocation& invocation) {
  const bool swaps_back = invocation.options.command == Command::deploy &&
                          invocation.settings.on_failure.value == OnFailure::rollback;
  const TypedOptions typed = typed_options(invocation);
  return swaps_back ? "baseline deploy" + typed.all + typed.manner : std::string();
}

// Whether commands of checks would be run, and need permission.
bool runs_suites(const Invocation& invocation) {
  if (invocation.options.command != Command::run) return invocation.options.runs_suites;
  return invocation.settings.on_start.value == OnStart::deploy;
}

}  // namespace

// With open_engine() the one place that knows which engine a database belongs to.
std::unique_ptr<Store> open_store(const std::filesystem::path& database, EngineChoice choice) {
  return std::make_unique<sqlite::SqliteStore>(real_file_system(), database, choice);
}

Migration migration_of(const Settings& settings) {
  const AsStartingUser reads;
  return settings.migration.value.empty() ? builtin_migration()
                                          : load_migration(settings.migration.value);
}

std::unique_ptr<Engine> open_engine() { return std::make_unique<sqlite::SqliteEngine>(); }

TypedOptions typed_options(const Invocation& invocation) {
  const Options& options = invocation.options;
  TypedOptions typed = typed_options(invocation.settings);
  std::string checks;
  for (const std::string& var : options.vars) checks += " --var " + shell_quoted(var);
  if (invocation.settings.strict.origin == Origin::option) checks += " --strict";
  if (invocation.settings.allow_commands.origin == Origin::option) checks += " --allow-commands";
  typed.all += checks;
  typed.checks += checks;
  const auto given = [&](const char* option, const std::string& value) {
    if (!value.empty()) typed.manner += fmt::format(" {} {}", option, shell_quoted(value));
  };
  given("--to", options.to);
  given("--from", options.from);
  given("--engine", options.settings.engine);
  given("--backup", options.settings.backup);
  given("--old-unreadable", options.old_unreadable);
  given("--on-failure", options.settings.on_failure);
  given("--seal", options.settings.seal);
  for (const std::string& directory : options.settings.also) given("--also", directory);
  if (options.move) typed.manner += " --move";
  if (options.again) typed.manner += " --again";
  if (options.replace_any) typed.manner += " --replace-any";
  return typed;
}

Workplace::Workplace(const Invocation& invocation)
    : store_(open_as_owner(invocation.settings)),
      catalogue_(real_file_system(), catalogue_path(invocation.settings, *store_),
                 store_->owners()),
      context_{*store_,
               catalogue_,
               real_file_system(),
               invocation.observer,
               [] { return std::chrono::system_clock::now(); },
               !invocation.settings.backups.value.empty(),
               place_options(invocation.settings, *store_, catalogue_),
               places_of_copies(invocation.settings)} {
  store_->keep_with([this](const std::vector<KeptFile>& files) {
    const std::filesystem::path kept =
        keep_brought_in(context_.files, catalogue_, store_->location(), context_.now(), files);
    constexpr const char* kInvalid =
        "nothing in {} is valid, so SQLite removes it: it is kept in {}";
    constexpr const char* kUnproven =
        "SQLite brings in {}, which cannot be proven to be of this database: it is kept in {}, "
        "with the pages that it replaces";
    // What brings nothing in replaces no pages.
    context_.observer.note(fmt::format(fmt::runtime(files.size() == 1 ? kInvalid : kUnproven),
                                       printable(files.front().name), printable(kept.native())));
  });
  if (hand_over(real_file_system(), catalogue_.directory(), store_->location())) {
    context_.observer.note(fmt::format(
        "the backups in {}, which earlier runs as root have left, are the database owner's now",
        printable(catalogue_.directory().native())));
  }
  invocation.run.database = store_->location();
  invocation.run.engine = store_->engine();
  invocation.run.catalogue = catalogue_.directory();
  invocation.run.owners = store_->owners();
  invocation.run.place = context_.place;
}

Inputs::Inputs(const Invocation& invocation)
    : reads_(std::in_place),
      engine_(open_engine()),
      migration_(migration_of(invocation.settings)),
      reference_(engine_->apply(migration_)),
      suite_options_{vars_of(invocation.options),
                     invocation.settings.allow_commands.value || !runs_suites(invocation),
                     invocation.settings.vars.value, passed_on(invocation.settings),
                     invocation.options.command == Command::checks_lint},
      sources_(invocation.settings.checks.value.empty()
                   ? builtin_suites()
                   : read_suites(invocation.settings.checks.value)),
      suites_(load_suites(invocation.settings, *engine_, migration_, *reference_, sources_,
                          suite_options_)),
      observer_(invocation.observer),
      run_(run_options_of(invocation)),
      deploy_again_(deploy_again_of(invocation)) {
  reads_.reset();
  run_.surroundings.database = invocation.run.database;  // empty where none is needed
  // lint has warnings for its result.
  if (invocation.options.command == Command::checks_lint) return;
  for (const Problem& warning : suites_.warnings()) {
    invocation.observer.warning(warning.text({}));  // that it is one, the observer says
  }
}

SuiteReport Inputs::run(Phase phase, Session& subject, RunOptions options) const {
  // What failed on the live database is run again there, what failed before in a plan.
  options.rerun.insert(0, phase == Phase::after ? "baseline verify" : "baseline plan");
  SuiteReport report =
      run_suites(suites_, phase, subject, *reference_, options, nullptr, stop_if_interrupted);
  if (phase == Phase::before || deploy_again_.empty()) return report;
  for (CheckResult& result : report.results) {
    if (!result.rerun.empty()) result.rerun = deploy_again_;
  }
  return report;
}

Judge Inputs::judge() const {
  return [this](Phase phase, Session& subject) { return run(phase, subject, run_); };
}

RunOptions Inputs::running_options(std::vector<LogPosition> logs) const {
  RunOptions options = run_;
  options.application_runs = true;
  options.surroundings.logs = std::move(logs);
  options.on_wait = [this](std::string_view what) { observer_.waiting(what); };
  return options;
}

JudgeRunning Inputs::judge_started() const {
  return [this](Session& subject, std::vector<LogPosition> logs) {
    RunOptions options = running_options(std::move(logs));
    options.only_deferred = true;
    return run(Phase::after, subject, options);
  };
}

Judge Inputs::judge_running(std::vector<LogPosition> logs) const {
  const RunOptions options = running_options(std::move(logs));
  return [this, options](Phase phase, Session& subject) { return run(phase, subject, options); };
}

bool ask(const std::string& text, std::string_view question) {
  constexpr const char* kHint = "where nobody can answer, add --yes; nothing was changed";
  const auto terminal = Terminal::open();
  if (!terminal) {
    throw Error(ErrorCode::refused, "stdin is a terminal on which nothing can be asked", kHint);
  }
  if (terminal->is_taken()) {
    throw Error(ErrorCode::refused, "in the background nothing can be asked on the terminal",
                kHint);
  }
  const Terminal::Reply reply =
      terminal->ask(for_people(fmt::format("{}{} [y/N] ", text, question), false), kPatience);
  if (reply.kind == Terminal::Reply::Kind::none) {
    throw Error(ErrorCode::refused,
                fmt::format("nobody answered on the terminal within {}", short_duration(kPatience)),
                kHint);
  }
  const std::string answer = to_lower(trimmed(reply.line));
  return answer == "y" || answer == "yes";
}

}  // namespace baseline
