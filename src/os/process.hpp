#pragma once

#include <string>

namespace baseline {

std::string host_name();
/// The name of the user who started the program, or its number where it has no name.
std::string user_name();
/// The name of a user, or its number.
std::string name_of_user(unsigned id);
/// The names of an owner and group, or their numbers: "root:root".
std::string owner_name(unsigned owner, unsigned group);
/// What runs a command as that user: "sudo -u app", "sudo -u '#1000'".
std::string sudo_as(unsigned owner);
/// Whether the kernel runs this program with rights that its user does not have: a set-user-ID or
/// set-group-ID copy, or one with file capabilities.
bool has_foreign_rights();

/// Opens /dev/null on those of the descriptors 0–2 that are closed, so that no database is ever
/// opened on one of them and then overwritten by a message.
void open_standard_descriptors();

/// Has freed memory kept for the next use. By default glibc gives it back to the kernel at every
/// opportunity and asks for it again, page by page: of a deploy's time that is a twentieth.
void keep_freed_memory();

}  // namespace baseline
