#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What the tracer knows about a system call: its name, which arguments name files, and whether it
/// can change one. Those that are not in the table are counted, too, but touch no file.
struct CallKind {
  enum class Names {
    nothing,
    descriptor,       ///< argument 0 is a descriptor
    path,             ///< argument 0 is a path
    at,               ///< arguments 0 and 1: directory and path
    two_paths,        ///< arguments 0 and 1 are paths
    two_at,           ///< arguments 0 to 3: directory, path, directory, path
    two_descriptors,  ///< arguments 0 and 2 (copy_file_range)
  };

  long number = -1;
  const char* name = "";
  Names names = Names::nothing;
  bool changes = false;
};

/// The row of a call; one without a name when it is not in the table.
const CallKind& kind_of(long number);

/// The numbers in the table, of all calls or of those that can change a file.
std::vector<long> known_calls(bool only_changes);

/// "pwrite64", or "syscall 13" for one that is not in the table.
std::string name_of(long number);

/// Whether an open() with these flags makes a file without a name.
bool is_unnamed(std::uint64_t flags);

/// Whether this call, with these arguments, can change a file: an open() does when it may make or
/// empty one.
bool can_change(long number, const std::uint64_t* arguments);

/// The number of an errno by its name ("EIO"), or 0.
int errno_named(const std::string& name);
