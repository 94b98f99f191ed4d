#pragma once

#include <sys/types.h>

namespace baseline {

/// The bits of a mode that chmod(2) sets: permissions, set-user-ID, set-group-ID, sticky.
inline constexpr mode_t kPermissionBits = 07777;

inline constexpr mode_t kPrivateFile = 0600;
inline constexpr mode_t kPrivateDirectory = 0700;

/// Of the data of a sealed backup: nobody writes to it again.
inline constexpr mode_t kSealedFile = 0400;

}  // namespace baseline
