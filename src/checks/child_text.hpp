#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "os/child_process.hpp"

namespace baseline {

/// "exit 3", "killed by SIGSEGV", "still running after 10s; killed", "cannot run PROGRAM: …".
std::string described_end(const ChildOutcome& outcome, const std::string& program,
                          std::chrono::milliseconds timeout);

/// The last lines that a child wrote, concealed(); which stream they are of when there are both.
std::string shown_output(const ChildOutcome& outcome);

/// The words of a command on one line, as somebody would type them.
std::string command_line(const std::vector<std::string>& words);

}  // namespace baseline
