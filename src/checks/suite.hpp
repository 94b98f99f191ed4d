#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/problem.hpp"
#include "checks/result.hpp"
#include "store/migration.hpp"
#include "store/session.hpp"

namespace baseline {

/// The text of one suite file, read but not yet parsed.
struct SuiteSource {
  std::string file;  ///< for messages and results: the path as given, or "checks/NAME" if built in
  std::string text;
  std::string_view packed = {};  ///< built in: the same, parsed already (yaml/packed.hpp)
};

/// Makes a private database out of a migration; throws Error{usage} when it cannot be applied. The
/// wiring passes the engine's function, so that checks need not know which engine it is.
using ApplyMigration = std::function<std::unique_ptr<Session>(const Migration&)>;

/// Reads suite files; a directory stands for all its *.yaml and *.yml, by name. Throws Error{usage}
/// when a path is missing, not readable, larger than 1 MiB, or a directory without suites.
std::vector<SuiteSource> read_suites(const std::vector<std::filesystem::path>& paths);

/// The suites that are built in.
std::vector<SuiteSource> builtin_suites();

/// What the command line says about suites.
struct SuiteOptions {
  std::map<std::string, std::string> vars;  ///< win over all others
  bool allow_commands = false;              ///< false: suites with commands are an error
  /// Those of baseline.yaml: they win over the files only.
  std::map<std::string, std::string> configured_vars = {};
  /// What the configuration passes on of the environment: it wins over those of baseline.yaml.
  std::map<std::string, std::string> environment = {};
  bool remarks = true;  ///< false: nobody wants Suites::remarks(), and it stays empty
};

class Check;  // checks/check.hpp

/// The suites of a run: parsed, validated, compiled against the baseline.
class Suites {
 public:
  /// Throws Error{usage} whose problems() are all errors of all files, each with its place.
  /// `reference` is the baseline in memory; `apply` makes the references of `schema: FILE.sql`.
  static Suites load(const std::vector<SuiteSource>& sources, Session& reference,
                     const ApplyMigration& apply, const SuiteOptions& options = {});

  Suites(Suites&&) noexcept;
  Suites& operator=(Suites&&) noexcept;
  ~Suites();

  /// Globs of schema objects that the `schema` checks ignore, over all suites.
  std::vector<std::string> ignored_objects() const;
  /// Absolute paths of the files that checks read as logs, each once.
  std::vector<std::string> logs() const;

  const std::vector<std::unique_ptr<Check>>& checks() const { return checks_; }
  const std::vector<Problem>& warnings() const { return warnings_; }
  /// What a reviewer would ask about, by file and place.
  const std::vector<Problem>& remarks() const { return remarks_; }

 private:
  Suites() = default;
  std::vector<std::unique_ptr<Check>> checks_;
  std::vector<Problem> warnings_;
  std::vector<Problem> remarks_;
};

}  // namespace baseline
