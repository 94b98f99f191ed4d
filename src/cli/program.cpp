#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/complete.hpp"
#include "cli/exit_code.hpp"
#include "cli/reports.hpp"
#include "cli/run_records.hpp"
#include "cli/workplace.hpp"
#include "os/process.hpp"
#include "os/signals.hpp"
#include "report/human.hpp"
#include "report/human_observer.hpp"
#include "report/json.hpp"
#include "report/marks.hpp"
#include "report/run_log.hpp"
#include "report/version_text.hpp"

namespace baseline {
namespace {

CommandResult dispatch(const Invocation& invocation) {
  switch (invocation.options.command) {
    case Command::deploy:
      return run_deploy(invocation);
    case Command::verify:
      return run_verify(invocation);
    case Command::rollback:
      return run_rollback(invocation);
    case Command::status:
      return run_status(invocation);
    case Command::recover:
      return run_recover(invocation);
    case Command::history:
      return run_history(invocation);
    case Command::report:
      return run_report(invocation);
    case Command::backups_list:
      return run_backups_list(invocation);
    case Command::backups_verify:
      return run_backups_verify(invocation);
    case Command::backups_create:
      return run_backups_create(invocation);
    case Command::backups_export:
      return run_backups_export(invocation);
    case Command::backups_prune:
      return run_backups_prune(invocation);
    case Command::checks_list:
      return run_checks_list(invocation);
    case Command::checks_lint:
      return run_checks_lint(invocation);
    case Command::checks_json_schema:
      return run_checks_json_schema(invocation);
    case Command::run:
      return run_run(invocation);
    case Command::config_json_schema:
      return run_config_json_schema(invocation);
    case Command::checks_mutate:
      return run_checks_mutate(invocation);
    case Command::checks_generate:
      return run_checks_generate(invocation);
    case Command::announce:
      return run_announce(invocation);
    case Command::init:
      return run_init(invocation);
  }
  return {};
}

void print(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

// For people, in characters that their locale has. Whatever a database, a suite or a library has
// put into the text: nothing of it drives the terminal.
void write_text(std::FILE* stream, const std::string& text, std::string_view colour) {
  const std::string shown = for_people(text, wants_colour(colour, ::fileno(stream)));
  print(stream, locale_is_utf8() ? shown : in_ascii(shown));
}

// The steps are of interest where something is changed.
HumanObserver::Detail detail_of(const Options& options) {
  if (options.quiet) return HumanObserver::Detail::quiet;
  if (options.verbose > 0) return HumanObserver::Detail::verbose;
  const bool replaces = options.command == Command::deploy || options.command == Command::rollback;
  return replaces && !options.dry_run ? HumanObserver::Detail::steps
                                      : HumanObserver::Detail::normal;
}

std::string_view command_of(const Options& options) {
  if (options.command == Command::verify) return "verify";
  if (options.command == Command::rollback) return "rollback";
  return options.dry_run ? "plan" : "deploy";
}

// How the program ends where nothing can be undone any more; made while there is memory.
struct LastWords {
  std::string text;
  int code = 0;
};

LastWords& last_words() {
  static LastWords words;
  return words;
}

// For std::terminate: a destructor needed memory and got none (nlohmann/json allocates in its own).
void end_as_if_killed() noexcept {
  const LastWords& words = last_words();
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, words.text.data(), words.text.size());
  ::_exit(words.code);
}

void prepare_last_words(const Options& options, const Settings& settings) {
  const bool changes = !options.only_looks() && !settings.database.value.empty();
  LastWords& words = last_words();
  words.code = exit_code(changes ? ErrorCode::needs_person : ErrorCode::io);
  words.text = "baseline: error: no memory where the program cannot do without\n";
  if (changes) {
    words.text += "  hint: baseline recover --database " +
                  shell_quoted(settings.database.value.string()) +
                  " puts in order what was under way, and says which database is live\n";
  }
  std::set_terminate(end_as_if_killed);
}

// The reports are those of the options, as soon as these are understood: whatever goes wrong from
// then on is told in them too.
CommandResult run_command(int argc, const char* const* argv, Options& options, Reports& reports,
                          CheckRun& run, std::chrono::steady_clock::time_point start, bool& json) {
  if (const auto help = parse_options(argc, argv, options)) {
    if (!help->version) return {help->text, 0};
    return {version_text(open_engine()->facts(), asks_for_json(argc, argv)), 0};
  }
  const auto requests = parse_reports(options.reports);
  const Settings settings = resolve_settings(options.settings, process_environment());
  json = settings.format.value == Format::json;
  prepare_last_words(options, settings);
  run.command = command_of(options);
  reports = Reports(real_file_system(), requests, settings);
  run.shows_schemas = reports.has("html");
  reports.start(run);
  Screen screen(STDERR_FILENO, locale_is_utf8());
  HumanObserver observer(detail_of(options), screen,
                         Style(wants_colour(options.colour, STDERR_FILENO)));
  RunLog log(observer, run, start);
  const int out = reports.on_stdout() ? STDERR_FILENO : STDOUT_FILENO;
  const Invocation invocation{
      options,
      settings,
      log,
      Style(wants_colour(options.colour, out), columns_at(out), options.verbose > 0),
      ::isatty(STDIN_FILENO) != 0,
      run};
  return dispatch(invocation);
}

std::string interrupted_sentence(const Options& options) {
  if (options.command == Command::run) return "interrupted; the command was not started";
  const bool changes = options.command == Command::deploy || options.command == Command::rollback ||
                       options.command == Command::recover;
  return changes && !options.dry_run ? "interrupted; the old database is in place"
                                     : "interrupted; nothing was changed";
}

// An error goes to stderr for people; with --format json it is the document on stdout as well.
template <typename AnyError>
void end_with_error(const AnyError& error, const std::string& text, int code, bool json,
                    std::string_view colour) {
  if (json) print(stdout, json_report::of(error, code));
  write_text(stderr, text, colour);
}

// Whether something that was printed did not arrive. A reader that has gone away wanted no more; of
// a pipe that is POLLERR, of a socket POLLHUP.
bool result_is_lost() {
  const bool failed = std::fflush(stdout) != 0;
  if (!failed && std::ferror(stdout) == 0) return false;
  pollfd out{STDOUT_FILENO, 0, 0};
  return ::poll(&out, 1, 0) <= 0 || (out.revents & (POLLERR | POLLHUP)) == 0;
}

// Writes the reports of a run that ends with `code`, and returns the code that it ends with now.
int write_reports(Reports& reports, const CheckRun& run, int code, bool only_looks) {
  const Reports::Written written = reports.write(run);
  print(stdout, written.to_stdout);
  for (const std::string& failure : written.failures) {
    write_text(stderr, fmt::format("baseline: warning: a report was not written: {}\n", failure),
               "never");
  }
  if (written.failures.empty()) return code;
  return exit_code_without_result(code, only_looks);
}

}  // namespace

std::string told_to_people(const Invocation& invocation, int exit_code, std::string whole,
                           const std::vector<std::string>& warnings) {
  const Options& options = invocation.options;
  if (!options.quiet || options.dry_run || exit_code != 0) return whole;
  return human_report::warnings_text(warnings, invocation.out);
}

void warn_untold(const char* why) noexcept {
  std::fputs("baseline: warning: the result could not be told: ", stderr);
  std::fputs(why, stderr);
  std::fputs("\n", stderr);
}

CommandResult rendered(const Invocation& invocation, const ReplaceReport& report) {
  CommandResult result;
  result.exit_code = exit_code(report.outcome);
  const bool complete = told([&] {
    // A deploy's phases are noted as they end, those of a rollback here.
    if (report.before && invocation.run.phases.empty()) {
      invocation.run.phases.push_back(*report.before);
    }
    conclude(invocation.run, report);
    result.output =
        invocation.settings.format.value == Format::json
            ? json_report::of(report, result.exit_code)
            : told_to_people(invocation, result.exit_code,
                             human_report::of(report, invocation.out, typed_options(invocation)),
                             report.warnings);
  });
  if (!complete) {
    result.exit_code = exit_code_without_result(result.exit_code, invocation.options.only_looks());
  }
  return result;
}

int run_program(int argc, const char* const* argv) {
  if (has_foreign_rights()) {
    const Error error(ErrorCode::refused,
                      "this copy of baseline runs with rights that its user does not have: "
                      "set-user-ID, set-group-ID or file capabilities",
                      "take them away with chmod u-s,g-s and setcap -r, and use sudo");
    const int code = exit_code(error.code());
    end_with_error(error, human_report::of(error, Style(false)), code, asks_for_json(argc, argv),
                   "never");
    return code;
  }
  // For the scripts of `baseline completion`, and no command of people's.
  if (argc > 1 && std::string_view(argv[1]) == "complete") {
    print(stdout, complete({argv + 2, argv + argc}));
    return 0;
  }
  Options options;
  Reports reports;
  CheckRun run;
  run.started = std::chrono::system_clock::now();
  const auto start = std::chrono::steady_clock::now();
  bool json = asks_for_json(argc, argv);
  int code = 0;
  bool complete = false;
  try {
    const CommandResult result = surprises_as_errors(
        [&] { return run_command(argc, argv, options, reports, run, start, json); });
    code = result.exit_code;
    complete = told([&] {
      std::FILE* const stream = reports.on_stdout() ? stderr : stdout;
      if (json || result.verbatim) {
        print(stream, result.output);
      } else {
        write_text(stream, result.output, options.colour);
      }
      write_text(stderr, result.messages, options.colour);
    });
  } catch (const Error& error) {
    code = exit_code(error.code());
    complete = told([&] {
      const Style style(wants_colour(options.colour, STDERR_FILENO));
      end_with_error(error, human_report::of(error, style), code, json, options.colour);
      conclude(run, error);
    });
  } catch (const Interrupted& interrupted) {
    code = exit_code(interrupted);
    complete = told([&] {
      const std::string text = interrupted_sentence(options);
      end_with_error(interrupted, "baseline: " + text + "\n", code, json, options.colour);
      conclude(run, interrupted, text);
    });
  } catch (const std::exception&) {  // not even the memory for an Error
    code = exit_code(ErrorCode::io);
    told([] { throw; });
  }
  run.exit_code = code;
  run.took = std::chrono::steady_clock::now() - start;
  complete =
      told([&] { code = write_reports(reports, run, code, options.only_looks()); }) && complete;
  told([&] {
    if (const auto trouble = keep_record(run)) {
      write_text(stderr, fmt::format("baseline: warning: {}\n", *trouble), "never");
    }
  });
  if (!complete) code = exit_code_without_result(code, options.only_looks());
  if (result_is_lost()) {
    print(stderr, "baseline: warning: the result could not be written to stdout\n");
    code = exit_code_without_result(code, options.only_looks());
  }
  return code;
}

}  // namespace baseline
