#pragma once

#include <string>

namespace baseline {

std::string host_name();
/// The name of the effective user, or its number where it has no name.
std::string user_name();
/// The names of an owner and group, or their numbers: "root:root".
std::string owner_name(unsigned owner, unsigned group);

/// Opens /dev/null on those of the descriptors 0–2 that are closed, so that no database is ever
/// opened on one of them and then overwritten by a message.
void open_standard_descriptors();

}  // namespace baseline
