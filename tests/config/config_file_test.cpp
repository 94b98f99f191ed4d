#include "config/config_file.hpp"

#include <fstream>
#include <iterator>
#include <map>

#include "base/concealed.hpp"
#include "base/error.hpp"
#include "config/file_keys.hpp"
#include "config/settings.hpp"
#include "support/catch.hpp"
#include "support/environment.hpp"
#include "support/temp_dir.hpp"

namespace baseline::config_file_test {
namespace {

ConfigFile parsed(const std::string& text, std::map<std::string, std::string> variables = {}) {
  return parse_config(text, "etc/baseline.yaml", environment_of(std::move(variables)));
}

std::vector<std::string> problems_of(const std::string& text) {
  try {
    parsed(text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return lines_of(error.problems(), "error");
  }
  return {};
}

const std::string kWhole = R"(version: 1
database: ${WHERE}/app.db
migration: 1a2b_baseline.sql
checks: [checks, /more/checks]
vars: {PORT: 8080, token: "${TOKEN}"}
strict: true
allow_commands: true
backups: {directory: kept, strategy: copy, also: second, keep: 10, keep_days: 30, seal: later}
on_failure: keep
wait: 30s
format: json
application:
  stop: [systemctl, stop, bot]
  start: {command: [systemctl, start, bot, "${UNSET}"], timeout: 5m}
  revert: [git, checkout, v1, "a; rm -rf /", $$HOME, "${TOKEN}"]
run: {on_start: deploy, wait: 5s}
announcement: {template: announcement.md, send: [curl, "${TOKEN}"]}
engine: in-place
replaces: {tables: [users, orders], revisions: [0f9e]}
environment: [PORT, TOKEN]
)";

TEST_CASE("a configuration is read whole, paths from its own directory", "[config]") {
  const ConfigFile file = parsed(kWhole, {{"WHERE", "data"}, {"TOKEN", "s3cret"}});
  const auto value = [&](const char* name) { return file.values.at(name).texts; };
  using Texts = std::vector<std::string>;
  CHECK(value("database") == Texts{"etc/data/app.db"});
  CHECK(file.values.at("database").source == "etc/baseline.yaml:2:11");
  CHECK(value("checks") == Texts{"etc/checks", "/more/checks"});
  CHECK(value("backups.directory") == Texts{"etc/kept"});
  CHECK(value("backups.also") == Texts{"etc/second"});
  CHECK(value("backups.keep") == Texts{"10"});
  CHECK(value("run.on_start") == Texts{"deploy"});
  CHECK(value("replaces.tables") == Texts{"users", "orders"});
  CHECK(value("replaces.revisions") == Texts{"0f9e"});
  CHECK(value("environment") == Texts{"PORT", "TOKEN"});
  CHECK(concealed("it was s3cret") == "it was ${TOKEN}");
  CHECK(value("announcement.template") == Texts{"etc/announcement.md"});
  CHECK(file.vars == std::map<std::string, std::string>{{"PORT", "8080"}, {"token", "s3cret"}});
  CHECK(file.var_texts.at("token") == "${TOKEN}");
  CHECK(file.application.directory == std::filesystem::current_path() / "etc");
  CHECK(file.application.stop->argv == Texts{"systemctl", "stop", "bot"});
  CHECK(file.application.stop->timeout == std::chrono::minutes(2));
  CHECK(file.application.start->timeout == std::chrono::minutes(5));
  // No shell and no splitting: each word is one argument, whatever is in it.
  CHECK(file.application.revert->argv ==
        Texts{"git", "checkout", "v1", "a; rm -rf /", "$HOME", "s3cret"});
  CHECK(file.application.revert->written.back() == "${TOKEN}");
}

TEST_CASE("a variable of a hook that is not set is a problem of who runs the hooks", "[config]") {
  const ConfigFile file = parsed(kWhole, {{"WHERE", "data"}, {"TOKEN", "s3cret"}});
  try {
    require_usable(file.application);
    FAIL("it was accepted");
  } catch (const Error& error) {
    CHECK(lines_of(error.problems(), "error") ==
          std::vector<std::string>{"etc/baseline.yaml:14:45: error: ${UNSET} is not set in the "
                                   "environment"});
  }
}

TEST_CASE("all that is wrong with a configuration is told with its place", "[config]") {
  CHECK(problems_of("database: a.db\n") ==
        std::vector<std::string>{"etc/baseline.yaml:1:1: error: 'version' is missing; write "
                                 "version: 1"});
  CHECK(problems_of(R"(version: 1
databse: app.db
database: [a.db]
database: b.db
backups: {keep: 0, keep_days: 3d, dir: x}
wait: 30
on_failure: rolback
strict: false
migration: ${NOPE}/x.sql
checks: []
application: {stop: systemctl stop bot, start: [], revert: {command: [a], timeout: 0s}}
run: now
announcement: {send: [[a]]}
)") == std::vector<std::string>{
           "etc/baseline.yaml:2:1: error: unknown key 'databse' in a configuration; did you mean "
           "'database'?",
           "etc/baseline.yaml:3:11: error: 'database' must be text; got a list",
           "etc/baseline.yaml:4:1: error: duplicate key 'database' (first at 3:1); YAML would keep "
           "only one",
           "etc/baseline.yaml:5:17: error: 'keep' must be a whole number from 1 to 100000; got 0",
           "etc/baseline.yaml:5:31: error: 'keep_days' must be a whole number; got text",
           "etc/baseline.yaml:5:35: error: unknown key 'dir' in 'backups'",
           "etc/baseline.yaml:6:7: error: 'wait' must be a duration like 500ms, 30s or 5m; got 30 "
           "(no unit)",
           "etc/baseline.yaml:7:13: error: 'on_failure' must be rollback or keep; got 'rolback'; "
           "did you mean 'rollback'?",
           "etc/baseline.yaml:8:9: error: 'strict' must be true; leave it out otherwise",
           "etc/baseline.yaml:9:12: error: ${NOPE} is not set in the environment",
           "etc/baseline.yaml:10:9: error: 'checks' must be a path or a list of them; got an empty "
           "list",
           "etc/baseline.yaml:11:21: error: 'stop' must be a non-empty list of words like [curl, "
           "-f, URL]; got text",
           "etc/baseline.yaml:11:48: error: 'start' must be a non-empty list of words like [curl, "
           "-f, URL]; got an empty list",
           "etc/baseline.yaml:11:84: error: 'timeout' must be longer than 0",
           "etc/baseline.yaml:12:6: error: 'run' must be a map; got text",
           "etc/baseline.yaml:13:23: error: 'send' must be a list of words; got a list"});
}

TEST_CASE("option, then variable, then file, then default: for every setting", "[config]") {
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "baseline.yaml";
  std::ofstream(file) << kWhole;
  const std::map<std::string, std::string> variables = {{"WHERE", "data"},
                                                        {"TOKEN", "t"},
                                                        {"DATABASE_PATH", "env.db"},
                                                        {"BASELINE_MIGRATION", "e"},
                                                        {"BASELINE_CHECKS", "e"},
                                                        {"BASELINE_BACKUPS", "e"},
                                                        {"BASELINE_BACKUP", "move"},
                                                        {"BASELINE_ENGINE", "swap"},
                                                        {"BASELINE_ALSO", "e"},
                                                        {"BASELINE_SEAL", "now"},
                                                        {"BASELINE_KEEP", "3"},
                                                        {"BASELINE_KEEP_DAYS", "4"},
                                                        {"BASELINE_WAIT", "7s"},
                                                        {"BASELINE_ON_FAILURE", "rollback"},
                                                        {"BASELINE_FORMAT", "human"},
                                                        {"BASELINE_ON_START", "skip"}};
  RawOptions options;
  options.config = file;
  const auto sources = [](const Settings& settings) {
    std::map<std::string, std::string> out;
    for (const SettingLine& line : describe(settings)) {
      const std::string source = line.source.find("baseline.yaml:") != std::string::npos
                                     ? "file"
                                     : line.source.substr(0, line.source.find('_'));
      out[line.name] = source;
    }
    return out;
  };
  const auto from_file =
      sources(resolve_settings(options, environment_of({{"WHERE", "data"}, {"TOKEN", "t"}})));
  for (const auto& [name, source] : from_file) {
    INFO(name);
    CHECK(source == (name == "config" ? "--config" : "file"));
  }
  const auto from_variables = sources(resolve_settings(options, environment_of(variables)));
  for (const char* name : {"migration", "checks", "backups", "backup", "engine", "on-failure",
                           "also", "keep", "keep-days", "seal", "wait", "format", "on-start"}) {
    INFO(name);
    CHECK(from_variables.at(name) == "BASELINE");
  }
  CHECK(from_variables.at("database") == "DATABASE");
  options.database = options.migration = options.backups = "x";
  options.checks = options.also = {"x"};
  options.backup = "auto";
  options.engine = "auto";
  options.seal = "now";
  options.on_failure = "rollback";
  options.keep = options.keep_days = "2";
  options.wait = "1s";
  options.format = "human";
  options.on_start = "verify";
  options.strict = options.allow_commands = true;
  for (const auto& [name, source] : sources(resolve_settings(options, environment_of(variables)))) {
    INFO(name);
    const bool only_in_file = name.starts_with("var ") || name == "stop" || name == "start" ||
                              name == "revert" || name == "announcement" || name == "send" ||
                              name == "replaces" || name == "environment";
    CHECK((only_in_file || source.starts_with("--")));
  }
}

TEST_CASE("the startup gate waits unless it is told otherwise", "[config]") {
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "baseline.yaml";
  std::ofstream(file) << "version: 1\nwait: 3s\nrun: {wait: 5s}\n";
  RawOptions options;
  options.gate = true;
  options.reads_config = false;
  CHECK(resolve_settings(options, environment_of({})).wait.value == std::chrono::seconds(60));
  options.reads_config = true;
  options.config = file;
  CHECK(resolve_settings(options, environment_of({})).wait.value == std::chrono::seconds(5));
  CHECK(resolve_settings(options, environment_of({{"BASELINE_WAIT", "7s"}})).wait.value ==
        std::chrono::seconds(7));
  options.gate = false;
  CHECK(resolve_settings(options, environment_of({})).wait.value == std::chrono::seconds(3));
}

TEST_CASE("what a variable holds, or a message is sent with, is never shown", "[config]") {
  const TempDir dir;
  const std::filesystem::path file = dir.path() / "baseline.yaml";
  std::ofstream(file) << kWhole << "# \n";
  RawOptions options;
  options.config = file;
  std::string shown;
  for (const SettingLine& line :
       describe(resolve_settings(options, environment_of({{"WHERE", "d"}, {"TOKEN", "s3cret"}})))) {
    shown += line.name + " " + line.value + "\n";
  }
  CHECK(shown.find("s3cret") == std::string::npos);
  CHECK(shown.find("send curl …\n") != std::string::npos);
  CHECK(shown.find("${TOKEN}") != std::string::npos);
}

TEST_CASE("the manual has a row for every key of a configuration", "[config]") {
  std::ifstream in(std::string(PROJECT_DIR) + "/docs/configuration.md");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  const std::function<void(std::span<const yaml::Key>, const std::string&)> demand =
      [&](std::span<const yaml::Key> keys, const std::string& prefix) {
        for (const yaml::Key& key : keys) {
          const std::string name = prefix + std::string(key.name);
          INFO(name);
          CHECK(page.find("`" + name + "`") != std::string::npos);
          if (key.type == yaml::KeyType::section) demand(key.keys(), name + ".");
        }
      };
  demand(config_keys(), "");
}

}  // namespace
}  // namespace baseline::config_file_test
