#include "os/program.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

#include "os/acting_user.hpp"
#include "os/signals.hpp"

namespace baseline {

std::vector<std::string> paths_of_program(const std::string& name, std::string_view path) {
  if (name.find('/') != std::string::npos) return {name};
  std::vector<std::string> out;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find(':', start), path.size());
    const std::string_view directory = path.substr(start, end - start);
    out.push_back((directory.empty() ? "." : std::string(directory)) + "/" + name);
    start = end + 1;
  }
  return out;
}

int why_not_executable(const std::string& name) {
  if (name.empty()) return ENOENT;
  const char* const path = std::getenv("PATH");
  int why = ENOENT;
  for (const std::string& file : paths_of_program(name, path != nullptr ? path : "/bin:/usr/bin")) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) {
      if (errno == EACCES) why = EACCES;
      continue;
    }
    if (S_ISREG(status.st_mode) && ::faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == 0) {
      return 0;
    }
    why = EACCES;
  }
  return why;
}

int become(const std::vector<std::string>& argv) {
  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  // exec() takes them as writable for historical reasons only, and does not write.
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const AsStartingUser starts;
  restore_signals();
  ::execvp(words.front(), words.data());
  return errno;
}

}  // namespace baseline
