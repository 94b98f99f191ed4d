#pragma once

#include <filesystem>

namespace baseline {

/// Root acts as the owner of the database from here on, or as the owner of its directory where
/// there is no database yet. To be called before anything is opened there. Throws Error{refused}
/// when root cannot, or when that user cannot look into the directory.
void act_as_owner(const std::filesystem::path& database);

/// The same once more, now that its links are followed: throws Error{in_use} when the path leads to
/// somebody else's file by now.
void require_same_owner(const std::filesystem::path& resolved);

}  // namespace baseline
