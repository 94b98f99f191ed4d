// The manifest of a backup, which anybody may have edited. Whatever it is,
//   - it is refused, or read;
//   - what is read names no file outside the backup;
//   - written again it is the same.
#include "catalogue/manifest.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "demand.hpp"

namespace {

using namespace baseline;

bool is_inside(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const Manifest manifest = manifest_from_json(text, "manifest.json");
    demand(is_inside(manifest.payload.name), "the data is in the backup");
    for (const std::string& name : manifest.payload.companions) {
      demand(is_inside(name), "the companions are in the backup");
    }
    const std::string written = to_json(manifest);
    demand(to_json(manifest_from_json(written, "manifest.json")) == written,
           "it is the same again");
  } catch (const Error& error) {
    demand(error.code() == ErrorCode::refused, "what is no manifest is refused");
  }
  return 0;
}
