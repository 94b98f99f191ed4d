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

/// What is wrong with the files of an entry beside its database file, as seal_problems(): the
/// companions, the manifest and the list itself.
std::vector<std::string> companion_problems(const Directory& entry, const Manifest& manifest);

/// Reads all files of a finished entry from the disk and compares them with its seal. Returns what
/// is wrong with it, each as a sentence "its … …"; empty when every bit is as it was sealed. Throws
/// whatever `on_progress` throws, and Error{io} or Error{in_use} where a file cannot be read: that
/// is no finding about the backup.
std::vector<std::string> seal_problems(const Directory& entry, const Manifest& manifest,
                                       const OnProgress& on_progress);

}  // namespace baseline
