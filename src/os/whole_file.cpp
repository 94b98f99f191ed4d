#include "os/whole_file.hpp"

#include "os/new_file.hpp"

namespace baseline {

void write_whole(FileSystem& files, const Directory& directory, const std::string& name,
                 const std::string& temporary, std::string_view text, PowerCut power_cut,
                 mode_t mode) {
  NewFile made(files, directory, temporary, mode);
  files.write(made.file(), text, 0);
  if (power_cut == PowerCut::must_not_tear) files.sync(made.file());
  made.replace(name);
}

}  // namespace baseline
