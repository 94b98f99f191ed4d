#include "os/append_line.hpp"

#include <string>

namespace baseline {

void append_line(FileSystem& files, const File& file, std::string_view line) {
  const auto size = static_cast<std::uint64_t>(file.status().st_size);
  char last = '\n';
  if (size > 0) file.read(&last, 1, size - 1);
  std::string text = last == '\n' ? "" : "\n";
  text.append(line).append("\n");
  files.write(file, text, size);
  files.sync(file);
}

}  // namespace baseline
