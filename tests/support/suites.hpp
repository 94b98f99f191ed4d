#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checks/runner.hpp"
#include "checks/suite.hpp"
#include "store/sqlite/session/sessions.hpp"

/// A database in memory that `sql` makes.
std::unique_ptr<baseline::Session> database_of(const std::string& sql);

/// A small schema with one constraint of each kind, for tests of checks.
extern const char* const kShop;

/// The suites loaded against the database that `schema` makes; files are named s1.yaml, s2.yaml, ….
struct LoadedSuites {
  std::unique_ptr<baseline::Session> reference;
  baseline::Suites suites;
};
LoadedSuites load_texts(const std::vector<std::string>& texts, const std::string& schema = kShop);

/// What is wrong with the suites, one line each; the message at the end when there are none.
std::string load_errors(const std::vector<std::string>& texts, const std::string& schema = kShop);

/// The checks of a file with `foreign_keys: off` in front of them.
std::string suite_of(const std::string& checks);

/// The results of running the checks against the database that `subject` makes.
std::vector<baseline::CheckResult> results_of(const std::string& checks,
                                              const std::string& subject = kShop,
                                              baseline::Phase phase = baseline::Phase::before);

/// "STATUS: expected EXPECTED, got GOT" for each result, with "| why" and "| note" if there are.
std::string summary_of(const std::vector<baseline::CheckResult>& results);
