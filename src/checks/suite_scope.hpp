#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/check.hpp"
#include "checks/load_context.hpp"
#include "checks/suite.hpp"
#include "yaml/reader.hpp"

namespace baseline {

/// A parameter that some SQL of a check uses, and where.
struct UsedParameter {
  std::string name;  ///< without the colon
  yaml::Place place;
};

/// SQL that was compiled against the baseline.
struct CompiledSql {
  SqlText sql;
  std::vector<UsedParameter> parameters;
  bool complete = true;  ///< false: it needs what only the application makes
};

/// What the checks of one suite file share while it is loaded.
class SuiteScope {
 public:
  SuiteScope(std::string file, LoadContext& context, yaml::Problems& problems);

  /// Reads `foreign_keys`, `vars` and `fixtures` of the file.
  void read_shared(const yaml::Node& root);

  const yaml::Reader& reader() const { return reader_; }
  const std::string& file() const { return file_; }
  const std::string& suite() const { return suite_; }
  Session& reference() const { return context_.reference; }
  /// The schema of the reference, read once for all suites.
  const Schema& schema() const;
  const ApplyMigration& apply() const { return context_.apply; }
  std::optional<bool> foreign_keys() const { return foreign_keys_; }
  const Bindings& vars() const { return vars_; }
  /// Where the suite file is, absolute: relative paths in it count from here.
  std::filesystem::path directory() const;

  /// Notes that a check runs a command, which must be allowed for.
  void add_command(const CheckHead& head);

  /// A fixture by the name that the node holds; null, and a problem, when there is none.
  struct SharedFixture {
    yaml::Place place;
    bool used = false;
    std::shared_ptr<const Fixture> fixture;  ///< null when its SQL is wrong, which is reported
    std::vector<UsedParameter> parameters;
  };
  const SharedFixture* fixture(const yaml::Node& name);

  /// Compiles the SQL under `key` against the baseline. With `only_after`, a table that is missing
  /// is a warning: the application may make it. Nothing, and a problem, when it is wrong.
  std::optional<CompiledSql> compile(const yaml::Node& node, std::string_view key, bool only_after);

  /// Records what is doubtful, but no error.
  void warn(yaml::Place place, const std::string& message) const;

  /// `text` with ${NAME} replaced from --var, the environment that is passed on or else the vars,
  /// `$$` by `$`.
  /// Nothing, and a problem, when a name is not defined. `own`: names that win over all of them.
  std::optional<std::string> expanded(const yaml::Node& node, const std::string& text,
                                      const std::map<std::string, std::string>& own = {});

  /// `text` with ${NAME} replaced where the suite itself gives the value: what comes from outside
  /// may be a secret, and stays as it is written.
  std::string with_own_vars(std::string text) const;

  /// "'foreign_keys: on' or 'off' is needed" once for the file, at the first check that needs it.
  void demand_foreign_keys(yaml::Place place);

  /// Notes that some SQL uses the var, if it is one.
  void note_use(const std::string& name) { unused_vars_.erase(name); }

  /// Whether anybody will read the remarks.
  bool wants_remarks() const { return context_.options.remarks; }
  /// Notes what is no error and yet doubtful, for `checks lint`.
  void remark(yaml::Place place, const std::string& message);
  /// Call when all checks of the file were read: hands what was noted, by place, to the context,
  /// with the fixtures and vars that nothing uses.
  void finish_remarks();

 private:
  void read_vars(const yaml::Node& vars);
  std::optional<std::string> outside(const std::string& name) const;
  bool is_unseen(const std::string& name) const;
  Value var_value(const yaml::Entry& entry) const;
  void read_fixtures(const yaml::Node& fixtures);

  std::string file_;
  std::string suite_;
  LoadContext& context_;
  yaml::Reader reader_;
  std::optional<bool> foreign_keys_;
  bool foreign_keys_demanded_ = false;
  Bindings vars_;
  std::map<std::string, yaml::Place> unused_vars_;
  std::map<std::string, SharedFixture> fixtures_;
  std::multimap<yaml::Place, std::string> remarks_;
};

}  // namespace baseline
