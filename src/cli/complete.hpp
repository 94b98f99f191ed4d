#pragma once

#include <span>
#include <string>

namespace baseline {

/// What could stand in the place of the last of `words`, for the scripts of `baseline completion`.
/// `words` are "SHELL", "--", and what has been typed behind the program's name, up to the cursor.
///
/// The first line is a kind, a tab, and what stands in the last word before the part that is
/// completed. The kinds: "words": all other lines are candidates for the whole word, each with a
/// tab and what it is; "files", "directories", "programs": the shell knows these itself.
///
/// Reads what the words say about database, backups and suites, and nothing else; writes nothing
/// and never throws: where something is wrong, there is nothing to offer.
std::string complete(std::span<const char* const> words);

}  // namespace baseline
