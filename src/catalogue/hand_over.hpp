#pragma once

#include <filesystem>
#include <string>

#include "os/file_system.hpp"

namespace baseline {

/// Whether root, who acts as another user, has to make this directory: it is missing, and only root
/// can make anything in the one above it, or exchange any part of its path.
bool is_roots_to_make(const std::filesystem::path& directory);

/// Makes `name` in `parent` as root and gives it to the acting user. Throws Error{io}.
void make_for_acting_user(FileSystem& files, const Directory& parent, const std::string& name);

/// Gives a catalogue that earlier runs as root have left, root's and closed to all others, to the
/// user that root acts as: with all that is root's in it, and only where every backup in it is of
/// `database` and was this user's. Returns whether it did. Throws Error{refused} where it must not,
/// Error{io}.
bool hand_over(FileSystem& files, const std::filesystem::path& catalogue,
               const std::string& database);

}  // namespace baseline
