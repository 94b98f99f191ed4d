#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/generate/generated_check.hpp"
#include "store/session.hpp"

namespace baseline::generate {

/// Runs what is about to be written, so that nothing is written that does not hold.
class Trial {
 public:
  explicit Trial(Session& scratch) : scratch_(scratch) {}

  void add_fixture(const GeneratedFixture& fixture);

  /// Whether the statements are accepted after the fixtures; else why not.
  std::optional<SqlFailure> failure_of(const std::vector<std::string>& given,
                                       const std::string& sql, const Bindings& bindings,
                                       bool foreign_keys);

  /// The outcomes of rejecting each of the statements, all after the same fixtures.
  std::vector<Rejection> reject(const std::vector<std::string>& given,
                                const std::vector<std::string>& statements, const ConstraintRef& by,
                                bool foreign_keys);

  /// Whether the check holds; keeps of its cases only those which do. Where it depends on foreign
  /// keys being enforced, it says so in the check itself; `foreign_keys` of the check is not
  /// touched when it is set already.
  bool holds(GeneratedCheck& check);

  /// Why the last check that did not hold did not, for people.
  const std::string& why() const { return why_; }

  /// Whether the fixtures can be made.
  bool stands(const std::vector<std::string>& given, bool foreign_keys);

  /// The rows that a query gives after the fixtures; nothing when it fails.
  std::optional<std::vector<std::vector<Value>>> rows_of(const std::vector<std::string>& given,
                                                         const std::string& sql,
                                                         bool foreign_keys = false);

 private:
  bool begin(const std::vector<std::string>& given, bool foreign_keys);
  std::vector<bool> verdicts(const GeneratedCheck& check, bool foreign_keys);
  std::vector<bool> rejections(const GeneratedCheck& check, bool foreign_keys);

  Session& scratch_;
  std::map<std::string, std::string> fixtures_;
  std::string why_;
};

}  // namespace baseline::generate
