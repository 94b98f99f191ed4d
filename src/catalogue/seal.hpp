#pragma once

#include <string>
#include <vector>

#include "catalogue/manifest.hpp"
#include "os/copy.hpp"
#include "os/file.hpp"

namespace baseline {

/// The text of SHA256SUMS for an entry: its database file with the sum that `manifest` has, its
/// companion files, and the manifest itself, of which `manifest_text` is the whole text.
std::string checksums(const Directory& entry, const Manifest& manifest,
                      const std::string& manifest_text);

/// Reads all files of a finished entry from the disk and compares them with its seal. Returns what
/// is wrong with it, each as a sentence "its … …"; empty when every bit is as it was sealed. Throws
/// whatever `on_progress` throws; what cannot be read is a problem, not an error.
std::vector<std::string> seal_problems(const Directory& entry, const Manifest& manifest,
                                       const OnProgress& on_progress);

}  // namespace baseline
