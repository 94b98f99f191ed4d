#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace baseline::yaml {

/// Where a scalar stands: in {…} and […] more characters mean something.
enum class Context { block, flow };

/// The text as a scalar that is read back as this very text: plain where that is so, else in
/// quotes. The text must be UTF-8.
std::string scalar(std::string_view text, Context context);

/// Whether scalar() would leave the text as it is.
bool is_plain(std::string_view text, Context context);

/// SQL as the value of a key whose lines stand at `indent`: the text itself if it is plain, on one
/// line and not longer than `room`; else a block (`|`), which ends it with a line feed; or quotes
/// where a block cannot hold it.
std::string sql_value(std::string_view text, std::size_t indent, std::size_t room);

}  // namespace baseline::yaml
