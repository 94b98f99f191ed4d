#include "os/whole_file.hpp"

#include "base/error.hpp"

namespace baseline {

void write_whole(FileSystem& files, const Directory& directory, const std::string& name,
                 const std::string& temporary, std::string_view text, PowerCut power_cut,
                 mode_t mode) {
  // One that a killed process left.
  files.unlink(directory, temporary);
  const File file = files.create(directory, temporary, mode);
  try {
    files.write(file, text, 0);
    if (power_cut == PowerCut::must_not_tear) files.sync(file);
    files.rename(directory, temporary, directory, name);
  } catch (Error& error) {
    try {
      files.unlink(directory, temporary);
    } catch (const Error& second) {
      error.add_note(second.what());
    }
    throw;
  }
}

}  // namespace baseline
