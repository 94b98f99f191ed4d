#pragma once

#include <string>

#include "report/check_run.hpp"

/// A deploy with a result of each status. All times are zero, except when it began.
baseline::CheckRun run_with_all_statuses();

/// A deploy that was refused after its first phase.
baseline::CheckRun refused_run();

/// A deploy of what was deployed already.
baseline::CheckRun idle_run();

/// A verification whose every text tries to break out of the format: control characters, what is
/// not UTF-8, no characters of XML, markup, and the escapes of each format.
baseline::CheckRun hostile_run();
extern const std::string kHostile;

/// The text of tests/golden/NAME. Fails the test when it is missing.
std::string golden(const std::string& name);
