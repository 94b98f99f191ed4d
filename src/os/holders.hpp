#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace baseline {

/// A process that has a file open.
struct Holder {
  pid_t pid = 0;
  std::string command;  ///< its command line, printable, shortened
};

/// The other processes that have the inode of `file` open or mapped, as far as /proc shows them to
/// us (not those of other users unless we are root, nor those of a container outside ours).
std::vector<Holder> holders_of(const struct stat& file);

/// "pid 4242 (python bot.py), pid 4250 (sqlite3 app.db)", or what to say when none can be seen.
std::string describe(const std::vector<Holder>& holders);

/// The command line of a process, printable and shortened, or "?" when it cannot be read.
std::string command_line(pid_t pid);

}  // namespace baseline
