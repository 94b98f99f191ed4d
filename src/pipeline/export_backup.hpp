#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

struct ExportRequest {
  std::string id;
  /// Where to; empty: to `out`.
  std::filesystem::path file;
  std::function<void(std::string_view bytes)> out;
  bool zstd = false;   ///< packed
  bool force = false;  ///< replace a file that exists
};

/// Writes a backup's database into a file of its own, complete under its name or not there at all,
/// and compares it on the way with the seal. Throws Error{refused} when the backup is damaged, or
/// the file exists; Error{usage} when there is no such backup or directory. To `out` the bytes have
/// gone when that is found.
ExportReport export_backup(const ExportRequest& request, const Context& context);

}  // namespace baseline
